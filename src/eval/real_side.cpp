#include "eval/real_side.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "checkpoint/archive.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "eval/choice.hpp"
#include "eval/failures.hpp"

namespace dcgan {
namespace {

constexpr int kRealSideVersion = 4;  // raise it when anything that was computed changes; not for a figure more

std::vector<int64_t> chosen_pictures(const Pixels& pixels, const RealOptions& options) {
  const int64_t of = pixels.info().count;
  return chosen(std::min(of, options.most), of, Draw(options.seed, Purpose::kEvaluationChoice, kChoiceOfReal));
}

FigureValues figures_of(const Comparison& sides) {
  FigureValues all;
  for (const FigureRow* row : figure_rows()) all[row->name] = measured(*row, sides, /*halves=*/true);
  return all;
}

/// `pictures`: of the set, in the order of the rows; for failures, where they are wanted.
Floor floor_of_halves(const Reference& real, FeatureNetwork& network, SetImages* pictures) {
  constexpr int64_t kEnough = 10'000, kEnoughFailures = 2'000;
  Floor floor;
  const auto columns = [&](const at::Tensor& given) {  // in the units of the whole
    return at::cat({real.measured(given), real.thumbnails_of(given)}, 1);
  };
  const int64_t half = std::min(real.count() / 2, kEnough);
  if (half < 2) return floor;
  const at::Tensor all = real.as_given();
  const Reference reference = reference_of(columns(all.slice(0, 0, half)), {}, real.thumbnail);
  const auto others = columns(all.slice(0, half, 2 * half));
  floor.count = half;
  floor.figures = figures_of(Comparison(others, reference));
  if (!pictures) return floor;
  const int64_t count = std::min(half, kEnoughFailures);
  const auto images = pictures->read(half, count);
  const auto given = all.slice(0, half, half + count);
  for (const FailureRow& row : failure_rows())
    floor.failures[row.name] = figures_of(Comparison(columns(row.features(network, images, given)), reference));
  return floor;
}

/// Calls visit(key, number) for all figures of `values`, as they are kept.
template <class Visit>
void each_figure(FigureValues& values, Visit&& visit) {
  for (const FigureRow* row : figure_rows()) {
    visit(row->name, values[row->name].value);
    if (row->has_error) visit(row->name + "_error", values[row->name].standard_error);
  }
}

Json figures_json(FigureValues& values) {
  Json all = Json::object();
  each_figure(values, [&](const std::string& name, double value) { all[name] = value; });
  return all;
}

/// False where a figure of now is not among them.
bool set_figures(FigureValues& values, const Json& json) {
  bool has_all = true;
  each_figure(values, [&](const std::string& name, double& value) {
    const Json one = json.is_object() ? json.value(name, Json()) : Json();
    value = one.is_number() ? one.get<double>() : Measured::kUnknown;  // JSON writes no NaN
    has_all = has_all && json.contains(name);
  });
  return has_all;
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
  const Json parts = {kRealSideVersion, info.identity,  to_text(info.size),   info.channels, data.fit,
                      data.crop_at,     network.json(), network.device,       which.size(),  options.seed,
                      some.hex(),       info.count,     at::get_num_threads()};
  return sha256_hex(compact(parts));
}

/// Distances to others that are not there are infinite, and a file holds what is finite.
constexpr const char* kMayBeInfinite = "radii";

void keep(const fs::path& path, RealSide& side, const std::string& key) {
  Json failures = Json::object();
  for (auto& [name, values] : side.floor.failures) failures[name] = figures_json(values);
  const Json floor = {
      {"count", side.floor.count}, {"figures", figures_json(side.floor.figures)}, {"failures", failures}};
  const Json meta = {{"format", "dcgan-real-side"}, {"key", key}, {"spread", side.reference.spread}, {"floor", floor}};
  NamedTensors tensors;
  side.reference.each([&](const std::string& name, const at::Tensor& tensor) {
    const bool is_finite = name != kMayBeInfinite;
    tensors.emplace_back(name, is_finite ? tensor : at::where(tensor.isinf(), at::full_like(tensor, -1), tensor));
  });
  write_archive(path, meta, tensors, PixelCache::kAccess);
}

/// False where a figure of now, or of failures if they are wanted, is not among those that were kept. Throws Error when
/// the file is damaged or not what it should be.
bool read_kept(const fs::path& path, const std::string& key, int64_t count, bool failures, RealSide& side) {
  const ArchiveReader archive(path);
  const std::string origin = "'" + shown(path) + "'";
  const Json& meta = archive.meta();
  if (required<std::string>(meta, "key", origin) != key) throw Error(origin + " is of other pictures");
  const Json floor = required<Json>(meta, "floor", origin);
  side.floor.count = required<int64_t>(floor, "count", origin);
  bool has_all = set_figures(side.floor.figures, floor.value("figures", Json::object()));
  const Json of_failures = floor.value("failures", Json::object());
  for (const FailureRow& row : failure_rows())
    if (of_failures.contains(row.name))
      has_all &= set_figures(side.floor.failures[row.name], of_failures[row.name]);
    else if (failures && side.floor.count > 0)
      has_all = false;
  Reference& r = side.reference;
  r.thumbnail = side.network.thumbnail, r.thumbnails = at::empty({count, 0});
  r.each([&](const std::string& name, at::Tensor& tensor) { tensor = archive.read(name); });
  r.radii.masked_fill_(r.radii < 0, INFINITY);
  r.spread = required<double>(meta, "spread", origin);
  if (r.features.dim() != 2 || r.features.size(0) != count || r.features.size(1) != side.network.features ||
      r.thumbnails.size(1) != side.network.thumbnail)
    throw Error(origin + " holds features of another shape");
  return has_all;
}

void compute(RealSide& side, const Pixels& pixels, FeatureNetwork& network, const RealOptions& options,
             const EvaluationProgress& progress) {
  if (side.which.size() < 2)
    throw Error("an evaluation needs two images on each side, and the data has " + counted(side.of, "image"),
                "use more pictures");
  SetImages images(pixels, side.which, options.threads);
  const auto features = features_of(network, images, "features of real images", progress);
  if (progress) progress("statistics of real images", 0, 0);
  side.reference = reference_of(features, network.info().groups, network.info().thumbnail);
  side.floor = floor_of_halves(side.reference, network, options.failures ? &images : nullptr);
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
  const auto bytes =
      static_cast<uint64_t>(side.reference.features.nbytes() + 2 * side.reference.moments.covariance.nbytes());
  if (const std::string problem = cache.make_room(bytes, path); !problem.empty()) throw Error(problem);
  keep(path, side, key);
} catch (const Error& error) {
  rethrow_exhausted(error);
  remarks.push_back("statistics of real images are not kept: " + std::string(error.what()));
}

}  // namespace

std::vector<FoundFigure> expected_figures(const std::vector<const FigureRow*>& rows, const RealSide& real,
                                          const RealSide* trained) {
  std::vector<FoundFigure> figures;
  for (const FigureRow* row : rows) {
    FoundFigure& figure = figures.emplace_back();
    figure.row = row;
    if (trained && row->is_of_trained)
      figure.floor = measured(*row, Comparison(real.reference.as_given(), real.reference, &trained->reference));
    else if (real.floor.count > 0)
      figure.floor = real.floor.figures.at(row->name);
    for (const auto& [failure, values] : real.floor.failures) figure.failures[failure] = values.at(row->name).value;
  }
  return figures;
}

RealSide make_real_side(const Pixels& pixels, FeatureNetwork& network, const RealOptions& options,
                        const EvaluationProgress& progress) {
  RealSide side = side_for(pixels, network, options);
  compute(side, pixels, network, options, progress);
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
      const bool has_all = read_kept(path, key, static_cast<int64_t>(side.which.size()), options.failures, side);
      mark_used(path);  // used now: goes last
      if (has_all) return side;
      SetImages images(pixels, side.which, options.threads);  // kept when there were fewer figures, or without failures
      side.floor = floor_of_halves(side.reference, network, options.failures ? &images : nullptr);
      keep_in(cache, path, side, key, remarks);
      return side;
    } catch (const Error& error) {
      rethrow_exhausted(error);
      remarks.push_back("statistics of real images are computed again: " + std::string(error.what()));
    }
  compute(side, pixels, network, options, progress);
  if (cache.enabled()) keep_in(cache, path, side, key, remarks);
  return side;
}

}  // namespace dcgan
