// Event files, which TensorBoard shows: `tensorboard --logdir runs/`. Steps are images seen. A process adds a file of
// its own to the run's folder; together they are one sequence without a gap or a step twice, wherever a run was killed.
// Format: records of a length, its masked CRC-32C, the bytes of a message, their masked CRC-32C (TensorFlow's
// TFRecord).
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// How often values fall into ranges that lie side by side.
struct Histogram {
  double least = 0, most = 0, count = 0, sum = 0, sum_of_squares = 0;
  std::vector<double> limits;  // the upper end of each range
  std::vector<double> counts;  // in each range
};

/// One thread. Every call appends one record whole and hands it to the system; throws Error when that fails.
class EventFile {
 public:
  /// Goes on in `folder` at `images`: what files there hold of later steps is removed, a torn record too.
  EventFile(const fs::path& folder, int64_t images);

  /// There is something of the run before it.
  bool goes_on() const { return goes_on_; }

  /// Values that are not finite are left out.
  void add_scalars(int64_t images, const std::vector<std::pair<std::string, double>>& values);
  void add_histograms(int64_t images, const std::vector<std::pair<std::string, Histogram>>& histograms);
  void add_png(int64_t images, const std::string& tag, int64_t width, int64_t height, int64_t channels,
               const std::string& png);
  /// Markdown.
  void add_text(int64_t images, const std::string& tag, const std::string& text);
  /// Begins what the tab "hparams" shows of this run: `options`, an object of plain values, and which scalars tell how
  /// good it is.
  void add_options(int64_t images, const Json& options, const std::vector<std::string>& measures);
  /// Ends it.
  void add_end(int64_t images);

 private:
  void append(const std::string& message);

  fs::path path_;
  std::ofstream file_;
  bool goes_on_ = false;
};

/// CRC-32C (Castagnoli), as records have it, not masked.
uint32_t crc32c(std::string_view bytes);

}  // namespace dcgan
