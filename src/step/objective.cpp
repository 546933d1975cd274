#include "step/objective.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

ObjectiveOptions resolve_objective(ObjectiveOptions options) {
  const Loss& loss = loss_named(options.loss);
  constexpr double kSmoothing = 0.1;
  if (options.label_smoothing.value_or(0) > 0 && !loss.has_targets)
    throw UsageError("--label-smoothing " + number_text(*options.label_smoothing) + " and --loss " + options.loss +
                         " conflict: that loss has no target to smooth",
                     "leave --label-smoothing out, or choose --loss bce or lsgan");
  if (!options.label_smoothing) options.label_smoothing = options.loss == "bce" ? kSmoothing : 0;
  if (!options.gradient_penalty) options.gradient_penalty = loss.default_penalty;
  return options;
}

bool has_penalty(const ObjectiveOptions& options) {
  return options.r1 > 0 || options.r2 > 0 || options.gradient_penalty.value() > 0;
}

bool tells_how_sure(const ObjectiveOptions& options) {
  return loss_named(options.loss).has_probability && !has_penalty(options);
}

void check_penalties(const ObjectiveOptions& options, const NetworkOptions& network, const std::string& other) {
  if (network.norm_d != "batch" || !has_penalty(options)) return;
  const std::string penalty = options.r1 > 0   ? "--r1 " + number_text(options.r1)
                              : options.r2 > 0 ? "--r2 " + number_text(options.r2)
                              : options.loss == "wgan-gp"
                                  ? "--loss wgan-gp"
                                  : "--gradient-penalty " + number_text(*options.gradient_penalty);
  throw UsageError(penalty + " and " + other +
                       " conflict: a penalty is on the gradient of each image by "
                       "itself, and BatchNorm mixes the images of a batch",
                   "leave BatchNorm out of D: --norm-d none; or leave the penalties out, which a preset may have "
                   "brought: --r1 0 --r2 0");
}

at::Tensor Objective::penalty(const Critic& critic, const at::Tensor& real, const at::Tensor& fake,
                              const at::Tensor& mix, bool lazy, const at::Tensor& level) const {
  const auto every = static_cast<double>(options_.penalty_every);
  at::Tensor sum;
  const auto add = [&](const at::Tensor& term) { sum = sum.defined() ? sum + term : term; };
  if (mixes()) add(gradient_penalty(critic, real, fake, mix, *options_.gradient_penalty));
  const auto add_lazy = [&](const at::Tensor& images, double weight) {
    const auto term = zero_centered_penalty(critic, images, every * weight);
    add(level.defined() ? level * term : term);
  };
  if (lazy && options_.r1 > 0) add_lazy(real, options_.r1);
  if (lazy && options_.r2 > 0) add_lazy(fake, options_.r2);
  return sum;
}

Objective::Accuracy Objective::accuracy(const at::Tensor& real, const at::Tensor& fake) const {
  const auto share = [&](const at::Tensor& yes) { return yes.to(real.scalar_type()).mean(); };
  if (!loss_.compares) return {share(real > loss_.threshold), share(fake < loss_.threshold)};
  const auto pairs = share(real > fake);
  return {pairs, pairs};
}

}  // namespace dcgan
