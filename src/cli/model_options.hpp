// Pictures beside a model: how they are opened, and what a user sees meanwhile.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "cli/verb.hpp"
#include "core/platform/cores.hpp"
#include "dataset/pixels.hpp"
#include "eval/features.hpp"
#include "exchange/generator.hpp"

namespace dcgan {

/// Says which files of `data` were left out, by reason, and what converts them.
void warn_of_skipped(const PixelsInfo& info, const fs::path& data);

/// Pictures beside a model, and how they are opened: of every verb that takes some.
struct PicturesOptions {
  std::string data;
  std::optional<int64_t> threads;
  DataOptions pixels;

  PicturesOptions() { pixels.size = {}; }  // the model's, see adopt_model

  template <class Visit>
  void fields(Visit&& visit) {
    visit("data", data, "the real pictures: folder, pack, ZIP archive, IDX, CIFAR or .npy file", any_text("DATA"));
    visit("threads", threads, "CPU threads; auto: the cores that are free for it", automatic(within(1, 1024)));
    pixels.pixel_fields(Retold([&](const char* name, auto& value, const char* help, Limit limit, const char* source) {
      const bool is_size = std::string_view(name) == "size";
      visit(name, value,
            is_size ? "side that pictures get, or WIDTHxHEIGHT; left out: that of the model's images" : help,
            std::move(limit), source);
    }));
    visit("cache", pixels.cache, "folder for decoded pixels and statistics of real pictures; off: keep nothing",
          words_or_path({"auto", "off"}, "FOLDER"));
    visit("cache-limit", pixels.cache_limit, "space that these may take there; the oldest are removed first",
          within(0, 1e6, "GB"));
  }
  int64_t thread_count() const { return threads.value_or(automatic_threads().count); }
  /// Throws UsageError when there is no --data.
  void check() const;
};

/// The same, to compare a model's images with.
struct RealPicturesOptions : PicturesOptions {
  std::optional<int64_t> real;
  std::string features = "auto";
  std::string resize = FeatureChoice().resize;

  template <class Visit>
  void fields(Visit&& visit) {
    PicturesOptions::fields(visit);
    visit("real", real,
          "real pictures used at most; if there are more, --seed chooses; auto: 50000, of `eval` 4000 but by random "
          "features",
          automatic(within(2, 1e7, "images")));
    visit("features", features,
          "network that images are compared by: trained (on photographs), random-a, random-b, or a file; auto: trained "
          "where it is installed, else random-a",
          words_or_path({"auto", "trained", "random-a", "random-b"}, "FILE"));
    visit(
        "resize", resize,
        "how pictures get to the size that a network in a file takes; auto: as it expects; SIDE: antialiased, to SIDE "
        "x SIDE pixels, for trained as well",
        words_or(resizing_names(), "SIDE"));
  }
  /// The network of --features is the one that was trained on photographs.
  bool is_trained() const;
  int64_t most_real() const { return real.value_or(50'000); }
  FeatureChoice choice(bool run_code) const;
  /// Opens the network, for pictures of `size`. Says where auto has to do without the one that knows things.
  std::unique_ptr<FeatureNetwork> open_network(Size size, bool run_code) const;
  /// Throws UsageError when there is no --data, or for a --resize that is none, or not for these features.
  void check() const;
};

/// What the model's images are decides how pictures are opened: size, channels, and unless it is given how they are
/// cut. Throws UsageError for a --size or --channels of something else.
void adopt_model(const Invocation& invocation, const GeneratorInfo& info, DataOptions& options);

/// Throws UsageError when the classes of the pictures `data` are not those of the model, in their order.
void check_model_classes(const GeneratorInfo& info, const std::vector<std::string>& classes, const std::string& data);

/// With the line. Says nothing of what was left out: remark_on does.
Dataset open_pictures(const fs::path& path, const DataOptions& options, int64_t threads);
void remark_on(const Dataset& dataset, const fs::path& data);

/// This process computes with as many threads as were asked for; else with what auto is. Call it late: what other
/// programs do is watched since the program began.
void settle_threads(const std::optional<int64_t>& asked = {});
/// The same for work of minutes: says so where auto is fewer or more than one a core.
void settle_threads_of_long_work(const std::optional<int64_t>& asked = {});

/// A line on a terminal that says how far something is; wiped at the end.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// What shows how far an evaluation is, or how many pictures are decoded. Neither must outlive the line.
  EvaluationProgress progress();
  DecodeProgress decoding();

 private:
  void show(const std::string& text);

  bool terminal_, drawn_ = false;
};

}  // namespace dcgan
