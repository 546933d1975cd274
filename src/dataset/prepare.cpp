// Opening a data set: find its pixels or decode them once.
#include <algorithm>
#include <atomic>
#include <mutex>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/cache.hpp"
#include "dataset/pixels.hpp"
#include "image/transform.hpp"

namespace dcgan {
namespace {

/// Every option that the pixels depend on, and what the source looks like from outside.
std::string cache_key(const Source& source, const DataOptions& options, const std::string& channels) {
  constexpr int kDecoderVersion = 2;  // raise it when decoding or fitting changes
  const Json parts = {kDecoderVersion, to_text(options.size),  channels,      options.fit,
                      options.crop_at, options.max_megapixels, source.stamp()};
  return sha256_hex(compact(parts));
}

struct Fitter {
  const Source& source;
  Size size;
  int64_t channels;
  Fit fit;
  CropAt crop_at;
  int64_t max_megapixels;

  Image operator()(int64_t index, std::string* digest) const {
    return fitted(with_channels(source.read(index, max_megapixels, digest), channels), size, fit, crop_at);
  }
};

/// The slow way: decodes at every visit. For sets whose pixels could not be kept.
class DecodedPixels : public Pixels {
 public:
  DecodedPixels(std::unique_ptr<Source> source, const Fitter& fitter, PixelsInfo info, std::vector<uint32_t> valid,
                std::vector<int32_t> labels)
      : source_(std::move(source)), fitter_(fitter), valid_(std::move(valid)), labels_(std::move(labels)) {
    info_ = std::move(info);
  }
  void copy(int64_t index, uint8_t* out) const override {
    const int64_t slot = valid_[static_cast<size_t>(index)];
    try {
      const Image image = fitter_(slot, nullptr);
      std::copy(image.pixels.begin(), image.pixels.end(), out);
    } catch (const Error& error) {
      throw Error("cannot read image '" + source_->name(slot) + "': " + error.what(),
                  "it was sound when training began; was it changed meanwhile?");
    }
  }
  int32_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  bool decodes() const override { return true; }

 private:
  std::unique_ptr<Source> source_;
  Fitter fitter_;
  std::vector<uint32_t> valid_;
  std::vector<int32_t> labels_;
};

int64_t channel_count(const std::string& name) { return name == "gray" ? 1 : name == "rgba" ? 4 : 3; }

/// Pixels kept before, if they serve. A run that goes on asks for "rgb" where it began with "auto".
std::unique_ptr<Pixels> find_kept(const PixelCache& cache, const Source& source, const DataOptions& options,
                                  fs::path& at) {
  for (const std::string& channels : {options.channels, std::string("auto")}) {
    at = cache.enabled() ? cache.path_of(cache_key(source, options, channels)) : fs::path();
    auto kept = cache.find(at);
    if (kept && (options.channels == "auto" || kept->info().channels == channel_count(options.channels))) return kept;
  }
  return nullptr;
}

/// Colours are decided by the headers of pictures that can be used: what is damaged or too large has no say.
int64_t resolve_channels(const Source& source, const DataOptions& options, int64_t threads) {
  if (options.channels != "auto") return channel_count(options.channels);
  const auto is_usable = [&](int64_t i) {
    try {
      source.read(i, options.max_megapixels, nullptr);
      return true;
    } catch (const Error&) {  // counted and named when all are decoded
      return false;
    }
  };
  std::atomic<bool> coloured{false};
  parallel_for(source.count(), threads, [&](int64_t i) {
    if (coloured) return;
    const Probe probe = source.probe(i);
    if (probe.problem.empty() && !probe.gray && is_usable(i)) coloured = true;
  });
  return coloured ? 3 : 1;
}

/// What one pass over every picture found.
struct Survey {
  std::vector<std::string> digests;   // by slot; empty where the picture cannot be used
  std::vector<std::string> problems;  // by slot
  std::string not_kept;               // why pixels could not be written, or empty
};

/// Decodes every picture once, keeps its pixels when there is a writer. Whether they can be kept has no say in
/// which pictures are used.
Survey decode_all(const Source& source, const Fitter& fitter, PixelFileWriter* writer, bool strict, int64_t threads,
                  const DecodeProgress& progress) {
  const int64_t count = source.count();
  Survey survey{std::vector<std::string>(static_cast<size_t>(count)),
                std::vector<std::string>(static_cast<size_t>(count)), ""};
  std::mutex mutex;
  std::atomic<int64_t> done{0};
  std::atomic<bool> keeps = writer != nullptr;
  const auto keep = [&](int64_t slot, const Image& image) {
    try {
      writer->put(slot, image.pixels.data());
    } catch (const Error& error) {
      const std::lock_guard lock(mutex);
      survey.not_kept = error.what();
      keeps = false;
    }
  };
  parallel_for(count, threads, [&](int64_t i) {
    throw_if_stopped("while images were decoded; nothing was trained");
    try {
      std::string digest;
      const Image image = fitter(i, &digest);
      if (keeps) keep(i, image);
      survey.digests[static_cast<size_t>(i)] = std::move(digest);
    } catch (const Error& error) {
      if (strict)
        throw Error("cannot use '" + source.name(i) + "': " + error.what(), "drop --strict to skip such files");
      survey.problems[static_cast<size_t>(i)] = error.what();
    }
    const int64_t so_far = ++done;
    if (progress && so_far % 64 == 0)
      if (const std::unique_lock lock(mutex, std::try_to_lock); lock) progress(so_far, count);
  });
  return survey;
}

/// Names of the classes that have a usable picture; `labels` are numbered anew to match.
std::vector<std::string> keep_classes_in_use(const std::vector<std::string>& classes, std::vector<int32_t>& labels) {
  std::vector<int32_t> renamed(classes.size(), -1);
  for (const int32_t label : labels)
    if (label >= 0) renamed[static_cast<size_t>(label)] = 0;
  std::vector<std::string> kept;
  for (size_t c = 0; c < classes.size(); ++c)
    if (renamed[c] == 0) renamed[c] = static_cast<int32_t>(kept.size()), kept.push_back(printable(classes[c]));
  for (int32_t& label : labels)
    if (label >= 0) label = renamed[static_cast<size_t>(label)];
  return kept;
}

[[noreturn]] void no_image(const fs::path& path, const std::vector<Skipped>& skipped) {
  if (skipped.empty()) throw Error("no image in '" + shown(path) + "'", "give the folder that holds the pictures");
  throw Error("no readable image in '" + shown(path) + "': " + counted(static_cast<int64_t>(skipped.size()), "file") +
                  " cannot be used, the first is '" + skipped[0].name + "' (" + skipped[0].reason + ")",
              "`dcgan doctor` lists them");
}

}  // namespace

Dataset open_dataset(const fs::path& path, const DataOptions& options, int64_t threads,
                     const DecodeProgress& progress) {
  auto source = open_source(path);
  Dataset dataset;
  dataset.kind = source->kind();
  dataset.remarks = source->remarks();
  const PixelCache cache(options);
  fs::path kept_at;
  if (auto kept = find_kept(cache, *source, options, kept_at)) {
    const auto& skipped = kept->info().skipped;
    if (options.strict && !skipped.empty())
      throw Error("cannot use '" + skipped[0].name + "': " + skipped[0].reason, "drop --strict to skip such files");
    dataset.cached_at = shown(kept_at);
    dataset.was_cached = true;
    dataset.pixels = std::move(kept);
    return dataset;
  }

  const int64_t slots = source->count();
  if (slots == 0) no_image(path, {});
  const Fitter fitter{*source,
                      options.size,
                      resolve_channels(*source, options, threads),
                      fit_from(options.fit),
                      crop_at_from(options.crop_at),
                      options.max_megapixels};
  PixelsInfo info;
  info.size = options.size;
  info.channels = fitter.channels;

  kept_at = cache.path_of(cache_key(*source, options, options.channels));
  std::unique_ptr<PixelFileWriter> writer;
  std::string not_kept;
  if (!cache.enabled() && options.cache == "auto") not_kept = "neither XDG_CACHE_HOME nor HOME is set; see --cache";
  if (cache.enabled()) not_kept = cache.make_room(static_cast<uint64_t>(slots * (info.image_bytes() + 8)));
  try {
    if (cache.enabled() && not_kept.empty())
      writer = std::make_unique<PixelFileWriter>(kept_at, slots, info.image_bytes());
  } catch (const Error& error) {
    not_kept = error.what();
  }
  const Survey survey = decode_all(*source, fitter, writer.get(), options.strict, threads, progress);
  if (!survey.not_kept.empty()) not_kept = survey.not_kept, writer.reset();

  std::vector<uint32_t> valid;
  std::vector<int32_t> labels;
  Sha256 identity;
  for (int64_t slot = 0; slot < slots; ++slot) {
    const auto& digest = survey.digests[static_cast<size_t>(slot)];
    if (digest.empty()) {
      info.skipped.push_back({source->name(slot), survey.problems[static_cast<size_t>(slot)]});
      continue;
    }
    valid.push_back(static_cast<uint32_t>(slot));
    labels.push_back(source->label(slot));
    if (dataset.kind == "folder") identity.add(source->name(slot) + '\n');
    identity.add(digest);
  }
  if (valid.empty()) no_image(path, info.skipped);
  info.count = static_cast<int64_t>(valid.size());
  info.classes = keep_classes_in_use(source->classes(), labels);
  info.identity = identity.hex();

  if (writer) try {
      writer->finish(info, valid, labels);
      writer.reset();
      dataset.pixels = open_pixel_file(kept_at);
      dataset.cached_at = shown(kept_at);
      return dataset;
    } catch (const Error& error) {
      not_kept = error.what();
    }
  if (!not_kept.empty()) dataset.remarks.push_back("decoded pixels are not kept, so every epoch decodes: " + not_kept);
  dataset.pixels =
      std::make_unique<DecodedPixels>(std::move(source), fitter, std::move(info), std::move(valid), std::move(labels));
  return dataset;
}

}  // namespace dcgan
