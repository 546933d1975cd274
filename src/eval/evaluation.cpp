#include "eval/evaluation.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>

#include "core/error.hpp"
#include "core/text.hpp"
#include "eval/class_reader.hpp"
#include "eval/peers.hpp"
#include "image/sheet.hpp"
#include "image/transform.hpp"

namespace dcgan {
namespace {

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// Figures under our own names: all of the table that there are enough images for.
std::vector<Figure> own_figures(const std::vector<FoundFigure>& found, const std::string& family) {
  std::vector<Figure> figures;
  for (const FoundFigure& one : found) {
    if (!std::isfinite(one.found.value)) continue;
    Figure& figure = figures.emplace_back();
    figure.name = one.row->name + "_" + family, figure.value = one.found.value, figure.better = one.row->better;
    figure.floor = finite(one.floor.value), figure.failures = one.failures;
    if (!one.row->has_error) continue;
    figure.standard_error = finite(one.found.standard_error);
    figure.low = finite(one.found.low()), figure.high = finite(one.found.high());
    figure.floor_error = finite(one.floor.standard_error);
  }
  return figures;
}

/// Figures under the names of other programs, where this is what those compute. `is_held_out`: the real pictures are
/// those that the model did not see.
void add_peers(Evaluation& out, const Comparison& sides, const RealSide& real, bool is_held_out) {
  using Measure = PeerFigure::Measure;
  constexpr int64_t kPeersNeighbours = 3;
  const Comparison peers(sides.generated(), sides.real(), nullptr, kPeersNeighbours);
  const auto value_of = [&](Measure measure) -> double {
    switch (measure) {
      case Measure::kFid:
        return out.find("fid_" + real.network.family)->value;
      case Measure::kKid:
        return kid_over_subsets(sides.generated(), sides.real().features, out.seed).mean;
      case Measure::kPrecision:
        return peers.prdc().precision;
      case Measure::kRecall:
        return peers.prdc().recall;
    }
    throw std::logic_error("a measure of no kind");
  };
  for (const auto& [name, measure] :
       peer_figures(real.network, {out.generated, out.real, real.is_whole() && !is_held_out})) {
    Figure figure;
    figure.name = name, figure.value = value_of(measure);
    figure.better = measure == Measure::kFid || measure == Measure::kKid ? "lower" : "higher";
    out.figures.push_back(std::move(figure));
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

Evaluation evaluate(ImageSource& generated, FeatureNetwork& network, const RealSide& real,
                    const EvaluationOptions& options, const EvaluationProgress& progress) {
  if (network.info().sha256 != real.network.sha256 || network.info().resize != real.network.resize)
    throw Error("features of two networks cannot be compared", "compute both sides with one feature network");
  if (generated.count() < 2)
    throw Error(
        "an evaluation needs two images on each side, and there is " + counted(generated.count(), "generated image"),
        "raise --samples");
  const auto features = features_of(network, generated, "features of generated images", progress);
  if (progress) progress("comparing", 0, 0);
  const Comparison sides(features, real.reference, options.trained ? &options.trained->reference : nullptr);
  Evaluation out;
  out.network = real.network, out.identity = real.identity, out.seed = options.seed;
  out.generated = features.size(0), out.real = real.count(), out.real_of = real.of;
  out.floor_images = real.floor.count;
  auto found = expected_figures(figure_rows(), real, options.trained);
  for (FoundFigure& figure : found) figure.found = measured(*figure.row, sides);
  out.figures = own_figures(found, real.network.family);
  out.pictures = judge_pictures(found, real.network.knows_things);
  out.too_few = too_few_text(out.generated, out.real);
  if (options.classes > 0) add_accuracy(out.figures, sides.generated(), real, options);
  add_peers(out, sides, real, options.trained != nullptr);
  out.pairs = closest_pairs(sides.closeness(), options.trained ? *options.trained : real, options.pairs);
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
                        {"failures", figure.failures},
                        {"better", figure.better},
                        {"generated", generated},
                        {"real", real},
                        {"features_sha256", network.sha256},
                        {"resize", network.resize},
                        {"seed", seed}};
  for (const Pair& pair : pairs)
    close.push_back({{"generated", pair.generated}, {"real", pair.real}, {"ratio", pair.ratio}});
  return {{"pictures", {{"verdict", pictures.verdict}, {"words", pictures.words}}},
          {"figures", all},
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
  Sheet sheet(sheet_layout(2 * static_cast<int64_t>(pairs.size()), 4, info.size, info.channels, {"made 0.00"}));
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
