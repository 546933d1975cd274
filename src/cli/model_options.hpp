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
  int64_t real = 50'000;
  std::string features = "random-a";

  template <class Visit>
  void fields(Visit&& visit) {
    PicturesOptions::fields(visit);
    visit("real", real, "real pictures used at most; if there are more, --seed chooses", within(2, 1e7, "images"));
    visit("features", features, "network that images are compared by: random-a, random-b, or a TorchScript file",
          words_or_path({"random-a", "random-b"}, "FILE.pt"));
  }
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
