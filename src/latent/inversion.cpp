#include "latent/inversion.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "core/error.hpp"
#include "core/platform/signals.hpp"

namespace dcgan {
namespace {

/// Adam (Kingma and Ba 2015) on one tensor, with the usual betas.
class LatentAdam {
 public:
  explicit LatentAdam(const at::Tensor& z) : mean_(at::zeros_like(z)), square_(at::zeros_like(z)) {}

  void step(at::Tensor& z, const at::Tensor& gradient, double step_size) {
    constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEps = 1e-8;
    ++steps_;
    mean_.mul_(kBeta1).add_(gradient, 1 - kBeta1);
    square_.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    const auto mean = mean_ / (1 - std::pow(kBeta1, steps_)), square = square_ / (1 - std::pow(kBeta2, steps_));
    z.sub_(mean / (square.sqrt() + kEps) * step_size);
  }

 private:
  at::Tensor mean_, square_;
  int steps_ = 0;
};

/// Where latents of this space are. Of normal ones the squared length is chi-squared; Wilson and Hilferty 1931.
void keep_typical(at::Tensor& z, const LatentSpace& space, double most) {
  if (std::isfinite(most)) z.clamp_(-most, most);
  if (space.is_uniform) {
    z.clamp_(-1, 1);
    return;
  }
  constexpr double kQuantile = 3.09;  // of N(0, 1), for 99.9 %
  const auto n = static_cast<double>(space.length);
  const double radius = std::sqrt(n * std::pow(1 - 2 / (9 * n) + kQuantile * std::sqrt(2 / (9 * n)), 3));
  const auto lengths = z.norm(2, 1, true);
  z.mul_((radius / lengths).clamp_max(1.0));
}

/// The distance of each image of a batch from the target, as a function.
class Distance {
 public:
  Distance(DiscriminatorNet discriminator, const InversionTarget& target, const InversionOptions& options)
      : discriminator_(std::move(discriminator)), picture_(target.picture.unsqueeze(0)), prior_(options.prior) {
    if (target.hidden.defined()) weights_ = hole_weights(target.hidden);
    is_perceptual_ = options.distance == "perceptual" ||
                     (options.distance == "auto" && !discriminator_.is_empty() && !weights_.defined());
    if (!is_perceptual_) return;
    if (discriminator_.is_empty())
      throw UsageError("--distance perceptual compares by the discriminator, and this model has none",
                       "use --distance pixel");
    maps_of_picture_ = discriminator_->feature_maps(picture_);
  }

  /// [N].
  at::Tensor operator()(const at::Tensor& images, const at::Tensor& y) {
    if (weights_.defined()) {
      const auto off = ((images - picture_).abs() * weights_).flatten(1).sum(1);
      const auto distance = off / (weights_.sum() * picture_.size(1)).clamp_min(1e-12);
      if (discriminator_.is_empty() || prior_ == 0) return distance;
      return distance - prior_ * at::softplus(discriminator_(images, 1, y));  // log(1 - D) = -softplus(logit)
    }
    auto distance = (images - picture_).pow(2).flatten(1).mean(1);
    if (!is_perceptual_) return distance;
    const auto maps = discriminator_->feature_maps(images);
    for (size_t i = 0; i < maps.size(); ++i) {  // each layer counts the same, whatever the size of its numbers
      const auto& real = maps_of_picture_[i];
      distance = distance + (maps[i] - real).pow(2).flatten(1).mean(1) / real.pow(2).mean().clamp_min(1e-12) /
                                static_cast<double>(maps.size());
    }
    return distance;
  }

 private:
  DiscriminatorNet discriminator_;
  at::Tensor picture_;  // [1, C, H, W]
  at::Tensor weights_;  // [H, W], where a part is hidden
  double prior_;
  bool is_perceptual_ = false;
  std::vector<at::Tensor> maps_of_picture_;
};

}  // namespace

at::Tensor hole_weights(const at::Tensor& hidden) {
  constexpr int64_t kWindow = 7;
  const auto holes = hidden.to(at::kFloat).view({1, 1, hidden.size(0), hidden.size(1)});
  // Beyond the border there is nothing: neither hidden nor counted.
  const auto shares = at::avg_pool2d(holes, {kWindow, kWindow}, {1, 1}, {kWindow / 2, kWindow / 2}, false, false);
  return shares[0][0] * hidden.logical_not().to(at::kFloat);
}

Inversion invert(GeneratorNet generator, DiscriminatorNet discriminator, const InversionTarget& target,
                 const InversionOptions& options, uint64_t seed, const std::function<void(int64_t steps)>& progress) {
  const LatentSpace space = generator->plan().options.latent_space();
  Distance distance_of(std::move(discriminator), target, options);
  const auto first =
      truncated(latents(seed, Purpose::kInversionStart, 0, options.starts, space), options.most(), space.is_uniform);
  at::Tensor y;
  if (generator->plan().classes > 0) y = at::full({options.starts}, target.label, at::kLong);
  at::Tensor z = first.clone();
  LatentAdam adam(z);
  at::Tensor distances;
  for (int64_t step = 0; step <= options.steps; ++step) {
    throw_if_stopped("the search had not finished");
    const auto variable = z.detach().requires_grad_(step < options.steps);
    distances = distance_of(generator(variable, y), y);
    if (step == options.steps) break;  // the last round measures where the steps have led
    const auto gradient = torch::autograd::grad({distances.sum()}, {variable})[0];
    const double share = static_cast<double>(step) / static_cast<double>(options.steps);
    const at::NoGradGuard no_grad;
    adam.step(z, gradient, options.step_size * 0.5 * (1 + std::cos(std::numbers::pi * share)));
    keep_typical(z, space, options.most());
    if (progress) progress(step + 1);
  }
  const auto all = distances.detach().to(at::kDouble).contiguous();
  const auto best = all.argmin().item<int64_t>();
  const double* values = all.const_data_ptr<double>();
  return {z[best].clone(), first[best].clone(), values[best], {values, values + options.starts}};
}

}  // namespace dcgan
