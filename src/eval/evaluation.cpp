#include "eval/evaluation.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "eval/class_reader.hpp"
#include "image/sheet.hpp"
#include "image/transform.hpp"

namespace dcgan {
namespace {

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// Figures under our own names.
std::vector<Figure> own_figures(const Comparison& found, const Floor& floor, const std::string& family) {
  const bool has_floor = floor.count > 0;
  std::vector<Figure> figures;
  const auto add = [&](const std::string& name, double value, double least, const char* better) -> Figure& {
    Figure figure;
    figure.name = name + "_" + family, figure.value = value, figure.better = better;
    if (has_floor) figure.floor = finite(least);
    return figures.emplace_back(std::move(figure));
  };
  Figure& kid = add("kid", found.kid.value, floor.kid, "lower");
  kid.standard_error = finite(found.kid.standard_error);
  kid.low = finite(found.kid.low()), kid.high = finite(found.kid.high());
  if (has_floor) kid.floor_error = finite(floor.kid_error);
  add("fid", found.fid, floor.fid, "lower");
  add("precision", found.prdc.precision, floor.precision, "higher");
  add("recall", found.prdc.recall, floor.recall, "higher");
  add("density", found.prdc.density, floor.density, "higher");
  add("coverage", found.prdc.coverage, floor.coverage, "higher");
  add("memorised", found.memorised, floor.memorised, "lower");
  add("diversity", found.diversity, floor.diversity, "near 1");
  return figures;
}

/// Figures under the names of other programs, where this is what those compute.
void add_peers(std::vector<Figure>& figures, const at::Tensor& features, const RealSide& real, const Comparison& found,
               uint64_t seed) {
  constexpr int64_t kPeersNeighbours = 3;
  const Reference& reference = real.reference;
  std::optional<Prdc> pr;
  for (const std::string& name : peer_names(real.network, features.size(0), real.is_whole())) {
    Figure& figure = figures.emplace_back();
    figure.name = name, figure.better = name.starts_with("pr50k3") ? "higher" : "lower";
    if (name == "fid50k_full") figure.value = found.fid;
    if (name == "kid50k_full") figure.value = kid_over_subsets(features, reference.features, seed).mean;
    if (!name.starts_with("pr50k3")) continue;
    if (!pr) {
      const auto own = nearest_others(features, kPeersNeighbours).squared;
      pr = prdc(features, radius(own, kPeersNeighbours), reference.features, radius(reference.radii, kPeersNeighbours),
                kPeersNeighbours);
    }
    figure.value = name.ends_with("precision") ? pr->precision : pr->recall;
  }
}

/// How often a generated image is read as of the class that it was asked for.
void add_accuracy(std::vector<Figure>& figures, const at::Tensor& features, const RealSide& real,
                  const EvaluationOptions& options) {
  const auto labels = at::tensor(options.real_classes, at::kLong);
  const auto asked = at::arange(features.size(0), at::kLong).remainder(options.classes);
  Figure& figure = figures.emplace_back();
  figure.name = "class_accuracy_" + real.network.family, figure.better = "higher";
  figure.value = ClassReader(real.reference.features, labels, options.classes).accuracy(features, asked);
  if (real.count() >= 4) figure.floor = accuracy_of_halves(real.reference.features, labels, options.classes);
}

std::vector<Pair> closest_pairs(const Closeness& closeness, const RealSide& real, int64_t most) {
  const auto order = closeness.ratio.argsort();
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < std::min(most, order.size(0)); ++i) {
    const int64_t image = order[i].item<int64_t>();
    const auto row = static_cast<size_t>(closeness.index[image].item<int64_t>());
    pairs.push_back({image, real.which[row], closeness.ratio[image].item<double>()});
  }
  return pairs;
}

}  // namespace

std::vector<std::string> peer_names(const FeatureInfo& network, int64_t generated, bool all_real) {
  constexpr int64_t kPeersCount = 50'000;
  if (generated != kPeersCount || !all_real) return {};
  if (network.family == "inception") return {"fid50k_full", "kid50k_full"};
  if (network.family == "vgg16") return {"pr50k3_full_precision", "pr50k3_full_recall"};
  return {};
}

Evaluation evaluate(ImageSource& generated, FeatureNetwork& network, const RealSide& real,
                    const EvaluationOptions& options, const EvaluationProgress& progress) {
  if (network.info().sha256 != real.network.sha256)
    throw Error("features of two networks cannot be compared", "compute both sides with one feature network");
  if (generated.count() < 2)
    throw Error(
        "an evaluation needs two images on each side, and there is " + counted(generated.count(), "generated image"),
        "raise --samples");
  const auto features = features_of(network, generated, "features of generated images", progress);
  if (progress) progress("comparing", 0, 0);
  Comparison found = compare(features, real.reference);
  Floor floor = real.floor;
  if (options.trained) {
    const Reference& trained = options.trained->reference;
    found.closeness = closeness(features, trained.features, trained.neighbourhoods);
    found.memorised = found.closeness.memorised_share();
    floor.memorised = closeness(real.reference.features, trained.features, trained.neighbourhoods).memorised_share();
  }
  Evaluation out;
  out.network = real.network, out.identity = real.identity, out.seed = options.seed;
  out.generated = features.size(0), out.real = real.count(), out.real_of = real.of;
  out.floor_images = real.floor.count;
  out.figures = own_figures(found, floor, real.network.family);
  if (options.classes > 0) add_accuracy(out.figures, features, real, options);
  add_peers(out.figures, features, real, found, options.seed);
  out.pairs = closest_pairs(found.closeness, options.trained ? *options.trained : real, options.pairs);
  return out;
}

Json Evaluation::json() const {
  Json all = Json::object(), close = Json::array();
  for (const Figure& figure : figures)
    all[figure.name] = {{"value", figure.value},
                        {"standard_error", or_null(figure.standard_error)},
                        {"low", or_null(figure.low)},
                        {"high", or_null(figure.high)},
                        {"real_against_real", or_null(figure.floor)},
                        {"real_against_real_error", or_null(figure.floor_error)},
                        {"better", figure.better},
                        {"generated", generated},
                        {"real", real},
                        {"features_sha256", network.sha256},
                        {"resize", network.resize},
                        {"seed", seed}};
  for (const Pair& pair : pairs)
    close.push_back({{"generated", pair.generated}, {"real", pair.real}, {"ratio", pair.ratio}});
  return {{"figures", all},
          {"features", network.json()},
          {"generated", generated},
          {"real", {{"used", real}, {"of", real_of}, {"identity", identity}}},
          {"real_against_real", {{"images_each", floor_images}}},
          {"seed", seed},
          {"closest_pairs", close}};
}

const Figure* Evaluation::find(const std::string& name) const {
  for (const Figure& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

Image pairs_sheet(const std::vector<Pair>& pairs, ImageSource& generated, const Pixels& real) {
  const auto& info = real.info();
  Sheet::Layout layout;
  layout.count = 2 * static_cast<int64_t>(pairs.size()), layout.columns = 4;
  layout.width = info.size.width, layout.height = info.size.height, layout.channels = info.channels;
  layout.caption_width = Sheet::caption_width("made 0.00");
  Sheet sheet(layout);
  Image picture(info.size.width, info.size.height, info.channels);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto place = 2 * static_cast<int64_t>(i);
    sheet.put(place, image_of(generated.read(pairs[i].generated, 1), 0), "made " + fixed_text(pairs[i].ratio, 2));
    real.copy(pairs[i].real, picture.pixels.data());
    sheet.put(place + 1, picture, "real");
  }
  return sheet.image();
}

}  // namespace dcgan
