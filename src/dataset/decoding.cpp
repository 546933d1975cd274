#include "dataset/decoding.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/skipped_groups.hpp"

namespace dcgan {
namespace {

/// Colours are decided by the headers of pictures that can be used: what is damaged or too large has no say.
int64_t resolve_channels(const Source& source, const DataOptions& options, int64_t threads) {
  if (options.channels != "auto") return channel_count(options.channels);
  const auto is_usable = [&](int64_t i) {
    try {
      source.read(i, options.max_megapixels, nullptr);
      return true;
    } catch (const Error& error) {  // counted and named when all are decoded
      rethrow_exhausted(error);
      return false;
    }
  };
  std::atomic<bool> coloured{false};
  parallel_for(source.count(), threads, [&](int64_t i) {
    if (coloured) return;
    throw_if_stopped("before any image was decoded");
    const Probe probe = source.probe(i);
    if (probe.problem.empty() && !probe.gray && is_usable(i)) coloured = true;
  });
  return coloured ? 3 : 1;
}

uint64_t beginning_of(const DigestBytes& digest) {
  uint64_t out = 0;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
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

/// The pass itself, on several threads.
class DecodingPass {
 public:
  DecodingPass(const Fitter& fitter, PackSetWriter* writers, bool strict)
      : digests(static_cast<size_t>(fitter.source.count())), fitter_(fitter), writers_(writers), strict_(strict) {
    keeps_ = writers != nullptr;
  }

  void run(int64_t threads, const DecodeProgress& progress) {
    if (!keeps_) return run({fitter_.source.count()}, threads, progress);
    for (int64_t number = 1; number <= writers_->shards(); ++number) {
      if (keeps_) writer_ = &writers_->open(number);
      run({fitter_.source.count(), number, writers_->shards()}, threads, progress);
    }
  }

  std::vector<DigestBytes> digests;         // by slot; zeros where the picture cannot be used
  std::map<int64_t, std::string> problems;  // by slot, for those
  std::string not_kept;

 private:
  void run(const Shard& shard, int64_t threads, const DecodeProgress& progress) {
    parallel_for(shard.count(), threads, [&](int64_t i) {
      throw_if_stopped(keeps_ ? "while images were decoded; the same command goes on from there"
                              : "while images were decoded");
      visit(shard.first() + i);
      const int64_t so_far = ++done_;
      if (progress && so_far % 64 == 0)
        if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) progress(so_far, shard.slots);
    });
  }

  void visit(int64_t slot) {
    try {
      std::string digest = keeps_ ? writer_->digest_of(slot) : "";
      if (digest.empty()) {
        const Image image = fitter_(slot, &digest);
        if (keeps_) keep(slot, image, digest);
      }
      digests[static_cast<size_t>(slot)] = digest_bytes(digest);
    } catch (const Error& error) {
      rethrow_exhausted(error);
      if (strict_)
        throw Error("cannot use '" + fitter_.source.name(slot) + "': " + error.what(),
                    "drop --strict to skip such files");
      const std::lock_guard lock(mutex_);
      problems[slot] = error.what();
    }
  }

  void keep(int64_t slot, const Image& image, const std::string& digest) {
    try {
      writer_->put(slot, image.pixels.data(), digest);
    } catch (const Error& error) {
      rethrow_exhausted(error);
      const std::lock_guard lock(mutex_);
      not_kept = error.what();
      keeps_ = false;
    }
  }

  const Fitter& fitter_;
  PackSetWriter* writers_;
  PackWriter* writer_ = nullptr;  // of the shard that is decoded
  bool strict_;
  std::atomic<bool> keeps_;
  std::atomic<int64_t> done_{0};
  std::mutex mutex_;
};

}  // namespace

Image Fitter::operator()(int64_t index, std::string* digest) const {
  MemoryShare share;
  return fitted(with_channels(source.read(index, max_megapixels, digest, size, &share), channels), size, fit, crop_at);
}

int64_t channel_count(const std::string& name) { return name == "gray" ? 1 : name == "rgba" ? 4 : 3; }

Fitter fitter_for(const Source& source, const DataOptions& options, int64_t threads) {
  return {source,
          options.size,
          resolve_channels(source, options, threads),
          fit_from(options.fit),
          crop_at_from(options.crop_at),
          options.max_megapixels};
}

void no_image(const fs::path& path, const std::vector<Skipped>& skipped) {
  if (skipped.empty())
    throw Error("no image in '" + shown(path) + "'", "give a folder or an archive that holds pictures");
  const SkippedGroup most = skipped_groups(path, skipped).front();
  const std::string convert = most.convert.empty() ? "" : "convert them all by " + most.needs + ": " + most.convert;
  throw Error("no readable image in '" + shown(path) + "': " + counted(static_cast<int64_t>(skipped.size()), "file") +
                  " cannot be used, like '" + most.names.front() + "' (" + most.reason + ")",
              convert.empty() ? "`dcgan doctor " + shell_word(path.native()) + "` lists them" : convert);
}

Usable decode_all(const Fitter& fitter, PackSetWriter* writer, const fs::path& path, bool strict, int64_t threads,
                  const DecodeProgress& progress) {
  const Source& source = fitter.source;
  if (source.count() == 0) no_image(path, {});
  DecodingPass pass(fitter, writer, strict);
  try {
    pass.run(threads, progress);
  } catch (const Stopped&) {
    if (writer) writer->keep_for_later();
    throw;
  }
  Usable out;
  out.not_kept = pass.not_kept;
  out.info.size = fitter.size, out.info.channels = fitter.channels;
  Sha256 identity;
  for (int64_t slot = 0; slot < source.count(); ++slot) {
    const auto& digest = pass.digests[static_cast<size_t>(slot)];
    if (digest == DigestBytes{}) {
      out.info.skipped.push_back({source.name(slot), pass.problems.at(slot)});
      continue;
    }
    out.valid.push_back(static_cast<uint32_t>(slot));
    out.labels.push_back(source.label(slot));
    out.contents.push_back(beginning_of(digest));
    identity.add(source.identity_of(slot, digest_hex(digest)));
  }
  if (out.valid.empty()) no_image(path, out.info.skipped);
  out.info.count = static_cast<int64_t>(out.valid.size());
  out.info.classes = keep_classes_in_use(source.classes(), out.labels);
  out.info.identity = identity.hex();
  return out;
}

DecodedPixels::DecodedPixels(std::unique_ptr<Source> source, const Fitter& fitter, Usable usable)
    : source_(std::move(source)),
      fitter_(fitter),
      valid_(std::move(usable.valid)),
      labels_(std::move(usable.labels)),
      contents_(std::move(usable.contents)) {
  info_ = std::move(usable.info);
}

void DecodedPixels::copy(int64_t index, uint8_t* out) const {
  const int64_t slot = valid_[static_cast<size_t>(index)];
  try {
    std::string digest;
    const Image image = fitter_(slot, &digest);
    if (beginning_of(digest_bytes(digest)) != contents_[static_cast<size_t>(index)])
      throw Error("it is another picture");
    std::copy(image.pixels.begin(), image.pixels.end(), out);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    throw Error("cannot read image '" + source_->name(slot) + "': " + error.what(),
                "it was sound when training began; was it changed meanwhile? restore it as it was");
  }
}

}  // namespace dcgan
