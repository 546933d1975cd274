#include "eval/real_side.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "checkpoint/archive.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "eval/choice.hpp"

namespace dcgan {
namespace {

constexpr int kRealSideVersion = 1;  // raise it when anything that was computed changes; not for a figure more

std::vector<int64_t> chosen_pictures(const Pixels& pixels, const RealOptions& options) {
  const int64_t of = pixels.info().count;
  return chosen(std::min(of, options.most), of, Draw(options.seed, Purpose::kEvaluationChoice, kChoiceOfReal));
}

Floor floor_of_halves(const at::Tensor& features) {
  constexpr int64_t kEnough = 10'000;
  Floor floor;
  const int64_t half = std::min(features.size(0) / 2, kEnough);
  if (half < 2) return floor;
  const Reference reference = reference_of(features.slice(0, 0, half));
  const Comparison halves(features.slice(0, half, 2 * half), reference);
  floor.count = half;
  for (const FigureRow* row : figure_rows()) floor.figures[row->name] = row->measure(halves);
  return floor;
}

/// Everything that the figures depend on. The names and contents of all pictures are in the identity; how they were
/// made to fit shows in the pixels of some.
std::string key_of(const Pixels& pixels, const DataOptions& data, const FeatureInfo& network,
                   const std::vector<int64_t>& which, const RealOptions& options) {
  constexpr size_t kLookedAt = 64;
  const auto& info = pixels.info();
  Sha256 some;
  std::vector<uint8_t> picture(static_cast<size_t>(info.image_bytes()));
  for (size_t i = 0; i < std::min(kLookedAt, which.size()); ++i) {
    pixels.copy(which[i], picture.data());
    some.add(picture.data(), picture.size());
  }
  const Json parts = {kRealSideVersion, info.identity, to_text(info.size), info.channels,
                      data.fit,         data.crop_at,  network.json(),     which.size(),
                      options.seed,     some.hex(),    info.count,         at::get_num_threads()};
  return sha256_hex(compact(parts));
}

/// Distances to others that are not there are infinite, and a file holds what is finite.
constexpr const char* kMayBeInfinite = "radii";

void keep(const fs::path& path, RealSide& side, const std::string& key) {
  Json floor = {{"count", side.floor.count}};
  side.floor.each([&](const std::string& name, double value) { floor[name] = value; });
  const Json meta = {{"format", "dcgan-real-side"}, {"key", key}, {"spread", side.reference.spread}, {"floor", floor}};
  NamedTensors tensors;
  side.reference.each([&](const std::string& name, const at::Tensor& tensor) {
    const bool is_finite = name != kMayBeInfinite;
    tensors.emplace_back(name, is_finite ? tensor : at::where(tensor.isinf(), at::full_like(tensor, -1), tensor));
  });
  write_archive(path, meta, tensors, PixelCache::kAccess);
}

/// False where a figure of now is not among those that were kept. Throws Error when the file is damaged or not what it
/// should be.
bool read_kept(const fs::path& path, const std::string& key, int64_t count, int64_t features, RealSide& side) {
  const ArchiveReader archive(path);
  const std::string origin = "'" + shown(path) + "'";
  const Json& meta = archive.meta();
  if (required<std::string>(meta, "key", origin) != key) throw Error(origin + " is of other pictures");
  const Json floor = required<Json>(meta, "floor", origin);
  side.floor.count = required<int64_t>(floor, "count", origin);
  bool has_all = true;
  side.floor.each([&](const std::string& name, double& value) {
    const Json json = floor.value(name, Json());
    value = json.is_number() ? json.get<double>() : Measured::kUnknown;  // JSON writes no NaN
    has_all = has_all && floor.contains(name);
  });
  Reference& r = side.reference;
  r.each([&](const std::string& name, at::Tensor& tensor) { tensor = archive.read(name); });
  r.radii.masked_fill_(r.radii < 0, INFINITY);
  r.spread = required<double>(meta, "spread", origin);
  if (r.features.dim() != 2 || r.features.size(0) != count || r.features.size(1) != features)
    throw Error(origin + " holds features of another shape");
  return has_all;
}

void compute(RealSide& side, const Pixels& pixels, FeatureNetwork& network, int64_t threads,
             const EvaluationProgress& progress) {
  if (side.which.size() < 2)
    throw Error("an evaluation needs two images on each side, and the data has " + counted(side.of, "image"),
                "use more pictures");
  SetImages images(pixels, side.which, threads);
  const auto features = features_of(network, images, "features of real images", progress);
  if (progress) progress("statistics of real images", 0, 0);
  side.reference = reference_of(features);
  side.floor = floor_of_halves(features);
}

RealSide side_for(const Pixels& pixels, const FeatureNetwork& network, const RealOptions& options) {
  RealSide side;
  side.network = network.info();
  side.identity = pixels.info().identity, side.of = pixels.info().count, side.seed = options.seed;
  side.which = chosen_pictures(pixels, options);
  return side;
}

/// What could not be kept is a remark.
void keep_in(const PixelCache& cache, const fs::path& path, RealSide& side, const std::string& key,
             std::vector<std::string>& remarks) try {
  const auto bytes = static_cast<uint64_t>(side.reference.features.nbytes() + 2 * side.reference.moments.root.nbytes());
  if (const std::string problem = cache.make_room(bytes, path); !problem.empty()) throw Error(problem);
  keep(path, side, key);
} catch (const Error& error) {
  rethrow_exhausted(error);
  remarks.push_back("statistics of real images are not kept: " + std::string(error.what()));
}

}  // namespace

Measured floor_of(const FigureRow& row, const RealSide& real, const RealSide* trained) {
  if (trained && row.is_of_trained)
    return row.measure(Comparison(real.reference.features, real.reference, &trained->reference));
  const auto kept = real.floor.figures.find(row.name);
  return real.floor.count == 0 || kept == real.floor.figures.end() ? Measured() : kept->second;
}

RealSide make_real_side(const Pixels& pixels, FeatureNetwork& network, const RealOptions& options,
                        const EvaluationProgress& progress) {
  RealSide side = side_for(pixels, network, options);
  compute(side, pixels, network, options.threads, progress);
  return side;
}

RealSide open_real_side(const Pixels& pixels, const DataOptions& data, FeatureNetwork& network,
                        const RealOptions& options, const EvaluationProgress& progress,
                        std::vector<std::string>& remarks) {
  RealSide side = side_for(pixels, network, options);
  const PixelCache cache(data);
  const std::string key = key_of(pixels, data, side.network, side.which, options);
  const fs::path path = cache.enabled() ? cache.features_path_of(key) : fs::path();
  if (cache.enabled() && cache.holds(path)) try {
      const bool has_all = read_kept(path, key, static_cast<int64_t>(side.which.size()), side.network.features, side);
      mark_used(path);  // used now: goes last
      if (has_all) return side;
      side.floor = floor_of_halves(side.reference.features);  // of a time when there were fewer figures
      keep_in(cache, path, side, key, remarks);
      return side;
    } catch (const Error& error) {
      rethrow_exhausted(error);
      remarks.push_back("statistics of real images are computed again: " + std::string(error.what()));
    }
  compute(side, pixels, network, options.threads, progress);
  if (cache.enabled()) keep_in(cache, path, side, key, remarks);
  return side;
}

}  // namespace dcgan
