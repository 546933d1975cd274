// Opening a data set: find its pixels or decode them once.
#include <algorithm>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/json.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/cache.hpp"
#include "dataset/decoding.hpp"
#include "dataset/holdout.hpp"
#include "dataset/walk.hpp"

namespace dcgan {
namespace {

/// Every option that the pixels depend on, and what the source looks like from outside.
std::string cache_key(const Source& source, const DataOptions& options, const std::string& channels) {
  constexpr int kDecoderVersion = 5;  // raise it when decoding, fitting or classes change
  const Json parts = {kDecoderVersion, to_text(options.size),  channels,      options.fit,
                      options.crop_at, options.max_megapixels, source.stamp()};
  return sha256_hex(compact(parts));
}

void refuse_skipped(const PixelsInfo& info) {
  if (!info.skipped.empty())
    throw Error("cannot use '" + info.skipped[0].name + "': " + info.skipped[0].reason,
                "drop --strict to skip such files");
}

/// Pixels kept before, if they serve. A run that goes on asks for "rgb" where it began with "auto".
std::unique_ptr<Pack> find_kept(const PixelCache& cache, const Source& source, const DataOptions& options) {
  if (!cache.enabled()) return nullptr;
  for (const std::string& channels : {options.channels, std::string("auto")}) {
    auto kept = cache.find(cache_key(source, options, channels));
    if (kept && (options.channels == "auto" || kept->info().channels == channel_count(options.channels))) return kept;
  }
  return nullptr;
}

/// While another process decodes the same pictures there is no use in doing so too. True if one did.
bool wait_for_another(const fs::path& path, const DecodeProgress& progress) {
  bool waited = false;
  for (; is_being_written(path); waited = true) {
    throw_if_stopped("while another process decoded the same images");
    if (progress) progress(0, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return waited;
}

/// The options that a pack remembers.
struct PixelOptions {
  DataOptions data;
  template <class Visit>
  void fields(Visit&& visit) {
    data.pixel_fields(visit);
  }
};

/// What cannot be the name of a pack of `data`.
void refuse_as_pack(const fs::path& data, const fs::path& out) {
  std::error_code ignored;
  if (fs::is_directory(out, ignored))
    throw UsageError("'" + shown(out) + "' is a folder",
                     "name the file to make: --out " + shell_word(without_slash(out).native() + ".pack"));
  if (const auto named = shard_name(out))
    throw UsageError(
        "'" + shown(out) + "' is the name of one shard",
        "name the set: --out " + shell_word(named->out.native()) + " --shards " + std::to_string(named->of));
  // Among the pictures that it is made of it would be one of them, and change them.
  if (lies_within(out, data))
    throw UsageError("'" + shown(out) + "' lies in the folder that is packed", "name a file outside of it");
}

/// Where the pixels of a set come from: a pack of the cache, or a pack to be written, or neither and why.
struct Place {
  std::unique_ptr<Pack> kept;
  std::unique_ptr<PackSetWriter> writer;
  std::string not_kept;
  bool waited = false;  // for another process that was at the same
};

/// `fitter` is asked for when nothing is kept: it may look into every picture.
Place find_place(const PixelCache& cache, const Source& source, const DataOptions& options,
                 const std::function<const Fitter&()>& fitter, const DecodeProgress& progress) {
  Place place;
  if (!cache.enabled()) {
    if (options.cache == "auto") place.not_kept = "neither XDG_CACHE_HOME nor HOME is set; see --cache";
    return place;
  }
  const std::string key = cache_key(source, options, options.channels);
  const fs::path path = cache.path_of(key);
  for (;;) {
    place.waited |= wait_for_another(path, progress);
    if ((place.kept = find_kept(cache, source, options)) || source.count() == 0) return place;
    const int64_t image_bytes = fitter().image_bytes();
    place.not_kept = cache.make_room(pack_bytes(source.count(), image_bytes), path);
    if (!place.not_kept.empty()) return place;
    try {
      place.writer =
          std::make_unique<PackSetWriter>(std::vector{path}, key, source.count(), image_bytes, PixelCache::kAccess);
    } catch (const Busy&) {
      continue;  // another process was faster
    } catch (const Error& error) {
      rethrow_exhausted(error);
      place.not_kept = error.what();
      return place;
    }
    // Another process may have finished since we looked.
    if ((place.kept = find_kept(cache, source, options))) place.writer.reset();
    return place;
  }
}

/// A pack that was named as DATA. Its pixels are as they were packed, so options must not ask for others.
Dataset open_named_pack(const fs::path& path, const DataOptions& options) {
  auto pack = std::make_unique<PackSet>(path);
  Dataset dataset;
  dataset.kind = "pack";
  const auto& info = pack->info();
  const auto& origin = pack->origin();
  const auto refuse = [&](const std::string& holds, const std::string& asks) {
    throw UsageError("'" + shown(path) + "' holds pictures " + holds + ", but " + asks,
                     "leave the option out, or pack again with it: `dcgan data pack DATA --out FILE.pack`");
  };
  if (options.size != info.size && options.size != DataOptions().size)
    refuse("of " + to_text(info.size) + " pixels", "--size asks for " + to_text(options.size));
  if (options.channels != "auto" && channel_count(options.channels) != info.channels)
    refuse("of " + counted(info.channels, "channel"), "--channels asks for " + options.channels);
  const std::string place = "'" + printable(origin.data) + "'";
  const auto fit = value_or(origin.options, "fit", options.fit, place),
             crop_at = value_or(origin.options, "crop_at", options.crop_at, place);
  if (options.fit != fit && options.fit != DataOptions().fit)
    refuse("packed with --fit " + printable(fit), "--fit asks for " + options.fit);
  if (options.crop_at != crop_at && options.crop_at != DataOptions().crop_at)
    refuse("packed with --crop-at " + printable(crop_at), "--crop-at asks for " + options.crop_at);
  if (options.strict) refuse_skipped(info);
  if (is_stale(origin, slots_of(info)))
    dataset.remarks.push_back(
        "'" + printable(origin.data) +
        "' has changed since it was packed; the pack is used as it is (`dcgan data pack` makes it again)");
  dataset.cached_at = shown(path), dataset.was_cached = true;
  dataset.pixels = std::move(pack);
  return dataset;
}

Dataset find_or_decode(const fs::path& path, const DataOptions& options, int64_t threads,
                       const DecodeProgress& progress) {
  auto source = open_source(path);
  Dataset dataset;
  dataset.kind = source->kind();
  dataset.remarks = source->remarks();
  std::optional<Fitter> fitter;
  const auto the_fitter = [&]() -> const Fitter& {
    if (!fitter) fitter.emplace(fitter_for(*source, options, threads));
    return *fitter;
  };
  const PixelCache cache(options);
  Place place = find_place(cache, *source, options, the_fitter, progress);
  if (place.waited) dataset.remarks.push_back("another process was decoding the same pictures; waited for it");
  if (place.kept) {
    if (options.strict) refuse_skipped(place.kept->info());
    dataset.was_cached = true;
  } else {
    Usable usable = decode_all(the_fitter(), place.writer.get(), path, options.strict, threads, progress);
    if (!usable.not_kept.empty()) place.not_kept = usable.not_kept, place.writer.reset();
    if (place.writer) try {
        const std::string key = cache_key(*source, options, options.channels);
        place.writer->finish(usable.info, {key, "", source->stamp(), Json::object()}, usable.valid, usable.labels);
        place.kept = std::make_unique<Pack>(cache.path_of(key));
      } catch (const Error& error) {
        rethrow_exhausted(error);
        place.not_kept = error.what();
      }
    if (!place.not_kept.empty())
      dataset.remarks.push_back("decoded pixels are not kept, so every epoch decodes: " + place.not_kept);
    if (!place.kept)
      dataset.pixels = std::make_unique<DecodedPixels>(std::move(source), the_fitter(), std::move(usable));
  }
  if (place.kept) dataset.cached_at = place.kept->shown_path(), dataset.pixels = std::move(place.kept);
  return dataset;
}

/// What was packed into these files before, if it is whole and holds these pixels. `problem`: why it does not serve,
/// where that must be said.
std::unique_ptr<PackSet> find_packed(const std::vector<fs::path>& paths, const std::string& key, std::string& problem) {
  std::error_code ignored;
  for (const auto& path : paths)
    if (fs::exists(path, ignored) && !looks_like_pack(path))
      throw UsageError("'" + shown(path) + "' already exists and is not a pack", "choose another name, or remove it");
  problem.clear();
  if (!fs::exists(paths[0], ignored)) return nullptr;
  try {
    auto packed = std::make_unique<PackSet>(paths[0]);
    if (packed->origin().key == key) return packed;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    problem = error.what();
  }
  return nullptr;
}

/// What another number of shards left is as good as this; only its owner can say that it may go.
void remark_on_others(const fs::path& out, int64_t shards, Dataset& dataset) {
  for (const auto& other : other_packings(out, shards))
    dataset.remarks.push_back("'" + shown(other) + "', of another --shards, is left as it is; delete it" +
                              (shard_name(other) ? " and its siblings" : "") + " if you do not need it");
}

}  // namespace

Dataset open_dataset(const fs::path& path, const DataOptions& options, int64_t threads,
                     const DecodeProgress& progress) {
  Dataset dataset =
      looks_like_pack(path) ? open_named_pack(path, options) : find_or_decode(path, options, threads, progress);
  const double holdout = options.holdout.value_or(usual_holdout(dataset.pixels->info().count));
  if (holdout > 0) hold_out(dataset, holdout, threads, progress);
  return_freed_memory();  // names of a million files, say, that training never needs again
  return dataset;
}

Dataset pack_dataset(const fs::path& path, const DataOptions& options, const fs::path& out, int64_t threads,
                     const DecodeProgress& progress, int64_t shards) {
  if (looks_like_pack(path)) throw UsageError("'" + shown(path) + "' is a pack already", "copy it");
  refuse_as_pack(path, out);
  const auto source = open_source(path);
  const std::string key = cache_key(*source, options, options.channels);
  const std::vector<fs::path> paths = shard_paths(out, shards);
  Dataset dataset;
  dataset.kind = source->kind(), dataset.remarks = source->remarks(), dataset.cached_at = shown(paths[0]);
  std::string problem;
  std::unique_ptr<PackSet> packed = find_packed(paths, key, problem);
  std::optional<AtomicFile> lock;
  if (!packed && shards > 1) {  // one process at a time is at all shards; a single pack is its own lock
    lock.emplace(out, AtomicFile::Aside::kResumable);
    if (lock->bytes() > 0) lock->keep_for_later();  // a single pack that was begun there
    packed = find_packed(paths, key, problem);      // another process may have finished since we looked
  }
  dataset.was_cached = packed != nullptr;
  if (packed) {
    if (options.strict) refuse_skipped(packed->info());
  } else {
    if (source->count() == 0) no_image(path, {});
    if (source->count() < shards)
      throw UsageError("--shards " + with_commas(shards) + " is more than the " + counted(source->count(), "file") +
                           " in '" + shown(path) + "'",
                       "give a smaller number");
    const Fitter fitter = fitter_for(*source, options, threads);
    PackSetWriter writer(paths, key, source->count(), fitter.image_bytes());
    const Usable usable = decode_all(fitter, &writer, path, options.strict, threads, progress);
    if (!usable.not_kept.empty()) throw Error(usable.not_kept);
    PixelOptions stored{options};
    const PackOrigin origin{key, fs::absolute(path).lexically_normal().native(), source->stamp(),
                            to_json(fields_of(stored))};
    writer.finish(usable.info, origin, usable.valid, usable.labels);
    packed = std::make_unique<PackSet>(paths[0]);
  }
  if (!problem.empty()) dataset.remarks.push_back(problem + "; it is made again");
  remark_on_others(out, shards, dataset);
  dataset.pixels = std::move(packed);
  return dataset;
}

}  // namespace dcgan
