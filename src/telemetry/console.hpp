// What a person sees while a run goes on: one progress line that rewrites itself on a terminal, a plain
// line now and then elsewhere, or JSON lines for programs. Remarks (core/log) pass through it, so that they
// never share a line with the progress. Used from one thread; remarks may come from any.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "image/image.hpp"
#include "telemetry/record.hpp"

namespace dcgan {

/// Where a run means to end; what is not set is not shown.
struct Goal {
  std::optional<int64_t> images;
  std::optional<double> seconds;  // of this process
};

/// A part of a line that may be left out: rank 0 stays, the highest rank goes first.
struct LinePart {
  int rank = 0;
  std::string text;
};
/// The parts that fit into `columns`, as one line. Where those of rank 0 are too long by themselves it is cut.
std::string fitted_line(std::vector<LinePart> parts, size_t columns);

class Console {
 public:
  /// With `json`, records and events go to standard output as JSON lines and people's text to standard error. A `quiet`
  /// one says nothing: another process speaks.
  Console(bool json, Goal goal, bool quiet = false);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// After every step: keeps the progress line moving.
  void step(int64_t images, double seconds_in_process);
  /// After every record.
  void record(const Record& record, double seconds_in_process);
  /// Something happened (a grid, a checkpoint, the end): a line for people, an object for programs.
  void event(const std::string& line, const Json& object);
  /// A picture in coloured half blocks, where people look at a terminal; else nothing.
  void show(const Image& picture);

 private:
  using Clock = std::chrono::steady_clock;
  /// At most `columns` wide: what matters least is left out first.
  std::string progress(int64_t images, double seconds_in_process, size_t columns) const;
  void draw(const std::string& line);
  void clear();
  void say(const std::string& line);

  const bool quiet_;
  const bool json_;
  const bool terminal_;
  const Goal goal_;
  std::mutex mutex_;
  bool drawn_ = false;
  Clock::time_point next_draw_{};
  std::optional<Record> last_;
  int64_t first_images_ = -1;
  double first_seconds_ = 0;
  LogSink sink_before_;
};

}  // namespace dcgan
