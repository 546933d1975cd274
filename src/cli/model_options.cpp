#include "cli/model_options.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "dataset/skipped_groups.hpp"
#include "eval/trained_features.hpp"
#include "step/device.hpp"

namespace dcgan {

void warn_of_skipped(const PixelsInfo& info, const fs::path& data) {
  constexpr size_t kMost = 10;
  if (info.skipped.empty()) return;
  const auto groups = skipped_groups(data, info.skipped);
  for (size_t i = 0; i < std::min(kMost, groups.size()); ++i) warn("skipped " + group_text(groups[i]));
  if (groups.size() > kMost)
    warn("and " + counted(static_cast<int64_t>(groups.size() - kMost), "more reason") + ": `dcgan doctor " +
         shell_word(data.native()) + " --json` names every file");
}

void PicturesOptions::check() const {
  if (data.empty()) throw UsageError("--data is missing: the real pictures", "add --data DIR, as in training");
}

void RealPicturesOptions::check() const {
  PicturesOptions::check();
  choice(false).check();
}

void adopt_model(const Invocation& invocation, const GeneratorInfo& info, DataOptions& options) {
  const Size size{info.width, info.height};
  if (invocation.is_given("size") && options.size != size)
    throw UsageError("--size is " + to_text(options.size) + ", but the model makes images of " + to_text(size),
                     "leave --size out");
  const std::string channels = channels_name(info.channels);
  if (invocation.is_given("channels") && options.channels != "auto" && options.channels != channels)
    throw UsageError(
        "--channels is " + options.channels + ", but the model makes images of " + counted(info.channels, "channel"),
        "leave --channels out");
  options.size = size, options.channels = channels;
  if (!invocation.is_given("fit")) options.fit = info.fit;
  if (!invocation.is_given("crop-at")) options.crop_at = info.crop_at;
}

bool RealPicturesOptions::is_trained() const {
  return features == "trained" || (features == "auto" && trained_features_file());
}

FeatureChoice RealPicturesOptions::choice(bool run_code) const {
  std::vector<std::string> ignored;
  return {features != "auto" ? features
          : is_trained()     ? "trained"
                             : "random-a",
          resize, run_code, resolve_device("auto", ignored)};
}

std::unique_ptr<FeatureNetwork> RealPicturesOptions::open_network(Size size, bool run_code) const {
  if (features == "auto" && !is_trained())
    warn(missing_trained_features() +
         ": compared by random features, whose figures rank models on one set and say nothing of what the images show");
  return features_named(choice(run_code), size);
}

Dataset open_pictures(const fs::path& path, const DataOptions& options, int64_t threads) {
  ProgressLine line;
  return open_dataset(path, options, threads, line.decoding());
}

void remark_on(const Dataset& dataset, const fs::path& data) {
  for (const auto& remark : dataset.remarks) warn(remark);
  warn_of_skipped(dataset.pixels->info(), data);
}

void check_model_classes(const GeneratorInfo& info, const std::vector<std::string>& classes, const std::string& data) {
  std::vector<std::string> names;
  for (const auto& name : classes) names.push_back(printable(name));
  if (names != info.class_names)
    throw UsageError("the classes of '" + shown(data) + "' (" + (names.empty() ? "none" : cut_list(names)) +
                         ") are not the model's (" + cut_list(info.class_names) + ")",
                     "give pictures in folders of these names, or the data that it was trained on");
}

void settle_threads(const std::optional<int64_t>& asked) {
  at::set_num_threads(static_cast<int>(asked ? *asked : automatic_threads().count));
}

void settle_threads_of_long_work(const std::optional<int64_t>& asked) {
  settle_threads(asked);
  if (!asked && !automatic_threads().is_usual) note("threads: " + automatic_threads().said);
}

ProgressLine::ProgressLine() : terminal_(stderr_is_terminal()) {}

ProgressLine::~ProgressLine() {
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
}

void ProgressLine::show(const std::string& text) {
  if (!terminal_) return;
  drawn_ = true;
  std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
}

EvaluationProgress ProgressLine::progress() {
  return [this](const std::string& what, int64_t done, int64_t of) {
    show(what + (of > 0 ? ": " + with_commas(done) + " of " + with_commas(of) : ""));
  };
}

DecodeProgress ProgressLine::decoding() {
  return [this](int64_t done, int64_t of) {
    show(of == 0 ? "waiting for another process that decodes the same pictures"
                 : "decoding " + with_commas(done) + " of " + with_commas(of) + " files");
  };
}

}  // namespace dcgan
