#include "eval/features.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/error.hpp"
#include "core/platform/signals.hpp"

namespace dcgan {

Json FeatureInfo::json() const {
  return {{"family", family}, {"name", name}, {"features", features}, {"resize", resize}, {"sha256", sha256}};
}

at::Tensor as_colour(const at::Tensor& images) {
  auto planes = images.permute({0, 3, 1, 2}).to(at::kFloat).contiguous();
  if (planes.size(1) == 1) return planes.expand({-1, 3, -1, -1}).contiguous();
  if (planes.size(1) == 3) return planes;
  const auto alpha = planes.narrow(1, 3, 1) / 255.0;
  return planes.narrow(1, 0, 3) * alpha + (1.0 - alpha) * 255.0;
}

at::Tensor resized(const at::Tensor& images, int64_t side) {
  if (images.size(2) == side && images.size(3) == side) return images;
  return at::_upsample_bilinear2d_aa(images, {side, side}, /*align_corners=*/false);
}

std::string resize_text(int64_t side) {
  return "antialiased bilinear to " + std::to_string(side) + "x" + std::to_string(side);
}

at::Tensor FeatureNetwork::operator()(const at::Tensor& images) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < images.size(0); first += kFeatureBatch) {
    auto batch = as_colour(images.slice(0, first, std::min(images.size(0), first + kFeatureBatch)));
    const int64_t count = batch.size(0);
    if (count < kFeatureBatch)
      batch = at::cat({batch, at::zeros({kFeatureBatch - count, 3, batch.size(2), batch.size(3)})});
    parts.push_back(forward(batch).slice(0, 0, count));
  }
  return parts.size() == 1 ? parts[0].contiguous() : at::cat(parts);
}

std::unique_ptr<FeatureNetwork> features_named(const std::string& name, Size size, bool run_code) {
  if (name == "random-a") return random_features(RandomFeatures::kA, size);
  if (name == "random-b") return random_features(RandomFeatures::kB, size);
  std::error_code ignored;
  if (!fs::exists(name, ignored))
    throw UsageError("the feature network is '" + shown(name) + "': there is no such network or file",
                     "give random-a, random-b, or the path of a TorchScript file");
  return open_features(name, size, run_code);
}

void check_features(const std::string& name, Size size, bool run_code) {
  if (name != "random-a" && name != "random-b") features_named(name, size, run_code);
}

at::Tensor features_of(FeatureNetwork& network, ImageSource& images, const std::string& what,
                       const EvaluationProgress& progress) {
  constexpr int64_t kStep = 4 * kFeatureBatch;
  auto out = at::empty({images.count(), network.info().features}, at::kFloat);
  for (int64_t first = 0; first < images.count(); first += kStep) {
    throw_if_stopped("while features were computed");
    if (progress) progress(what, first, images.count());
    const int64_t count = std::min(kStep, images.count() - first);
    out.slice(0, first, first + count).copy_(network(images.read(first, count)));
  }
  if (!at::isfinite(out).all().item<bool>())
    throw Error("the features of " + what + " hold a NaN or an infinity",
                "does the feature network '" + network.info().name + "' take images of 0 to 255?");
  return out;
}

at::Tensor features_by_ranks(FeatureNetwork& network, ImageSource& images, const std::string& what, Group& group,
                             const EvaluationProgress& progress) {
  if (group.size() == 1) return features_of(network, images, what, progress);
  const int64_t batches = (images.count() + kFeatureBatch - 1) / kFeatureBatch;
  const auto begin = [&](int64_t rank) {
    return std::min(images.count(), batches * rank / group.size() * kFeatureBatch);
  };
  const int64_t first = begin(group.rank()), end = begin(group.rank() + 1);
  PartOfImages own(images, first, end - first);
  auto all = at::zeros({images.count(), network.info().features}, at::kFloat);
  all.slice(0, first, end).copy_(features_of(network, own, what, progress));
  group.gather("", what, Patience::kWhileAlive);  // the first may have had more to do: a sum waits for a time only
  group.sum(all);
  return all;
}

}  // namespace dcgan
