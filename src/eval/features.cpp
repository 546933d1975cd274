#include "eval/features.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "eval/trained_features.hpp"
#include "eval/trained_file.hpp"
#include "formats/safetensors.hpp"

namespace dcgan {
namespace {

/// Side of the images that the trained network is shown. Throws UsageError for a resize that is no such side.
int64_t trained_side(const FeatureChoice& choice) {
  const auto resize = resizing_named(choice.resize);
  if (!resize) return kTrainedSide;
  if (resize->how == Resizing::How::kAntialiased) return resize->side;
  throw UsageError("--resize " + choice.resize + " is for networks in TorchScript files, and the features are '" +
                       printable(choice.name) + "'",
                   "leave it out, or give the side of the images that the network is shown: --resize " +
                       std::to_string(kTrainedSide));
}

bool is_safetensors(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) &&
         (file.extension() == ".safetensors" ||
          looks_like_safetensors(read_file(file, 16), fs::file_size(file, ignored)));
}

}  // namespace

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

at::Tensor FeatureNetwork::operator()(const at::Tensor& images) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < images.size(0); first += at_once_) {
    auto batch = as_colour(images.slice(0, first, std::min(images.size(0), first + at_once_)));
    const int64_t count = batch.size(0);
    if (count < at_once_) batch = at::cat({batch, at::zeros({at_once_ - count, 3, batch.size(2), batch.size(3)})});
    parts.push_back(forward(batch).slice(0, 0, count));
  }
  return parts.size() == 1 ? parts[0].contiguous() : at::cat(parts);
}

at::Tensor FeatureNetwork::columns(const at::Tensor& images) {
  const at::Tensor features = (*this)(images);
  if (info_.thumbnail == 0) return features;
  return at::cat({features, resized(as_colour(images), kThumbnailSide).flatten(1)}, 1);
}

void FeatureChoice::check() const {
  std::error_code ignored;
  if (name == "trained") return void(trained_side(*this));
  if (!is_own_features(name) && !fs::exists(name, ignored))
    throw UsageError("the feature network is '" + shown(name) + "': there is no such network or file",
                     "give trained, random-a, random-b, or the path of a TorchScript or safetensors file");
  if (is_safetensors(name)) {
    trained_side(*this);
    return void(read_trained_file(name));
  }
  if (resizing_named(resize) && is_own_features(name))
    throw UsageError("--resize " + resize + " is for networks in files: what '" + name + "' sees is a part of it",
                     "leave --resize out, or give a file: --features FILE.pt");
}

std::unique_ptr<FeatureNetwork> features_named(const FeatureChoice& choice, Size size) {
  choice.check();
  keep_freed_memory();
  const std::string& name = choice.name;
  if (name == "random-a") return random_features(RandomFeatures::kA, size);
  if (name == "random-b") return random_features(RandomFeatures::kB, size);
  if (name == "trained") return trained_features(trained_side(choice), choice.device);
  if (is_safetensors(name)) return trained_features(fs::path(name), trained_side(choice), choice.device);
  return open_features(name, size, choice.run_code, resizing_named(choice.resize));
}

bool is_own_features(const std::string& name) { return name == "trained" || name == "random-a" || name == "random-b"; }

void check_features(const FeatureChoice& choice, Size size) {
  if (choice.name != "random-a" && choice.name != "random-b") return void(features_named(choice, size));
  choice.check();
}

at::Tensor features_of(FeatureNetwork& network, ImageSource& images, const std::string& what,
                       const EvaluationProgress& progress) {
  constexpr int64_t kStep = 4 * kFeatureBatch;
  auto out = at::empty({images.count(), network.info().columns()}, at::kFloat);
  for (int64_t first = 0; first < images.count(); first += kStep) {
    throw_if_stopped("while features were computed");
    if (progress) progress(what, first, images.count());
    const int64_t count = std::min(kStep, images.count() - first);
    out.slice(0, first, first + count).copy_(network.columns(images.read(first, count)));
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
  auto all = at::zeros({images.count(), network.info().columns()}, at::kFloat);
  all.slice(0, first, end).copy_(features_of(network, own, what, progress));
  group.gather("", what, Patience::kWhileAlive);  // the first may have had more to do: a sum waits for a time only
  group.sum(all);
  return all;
}

}  // namespace dcgan
