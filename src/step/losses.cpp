#include "step/losses.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <stdexcept>

namespace dcgan {

// -log sigmoid(l) = softplus(-l) and -log(1 - sigmoid(l)) = softplus(l): no overflow, no log of zero.
// The smoothed loss is softplus(-l) + s l, because softplus(l) - softplus(-l) = l.
at::Tensor real_bce(const at::Tensor& logits, double smoothing) {
  const auto loss = at::softplus(-logits);
  return (smoothing == 0 ? loss : loss.add(logits, smoothing)).mean();
}
at::Tensor fake_bce(const at::Tensor& logits) { return at::softplus(logits).mean(); }
at::Tensor generator_bce(const at::Tensor& logits) { return at::softplus(-logits).mean(); }

namespace {

using at::Tensor;

DiscriminatorLoss bce_d(const Tensor& real, const Tensor& fake, double s) {
  return {real_bce(real, s), fake_bce(fake)};
}
Tensor bce_g(const Tensor&, const Tensor& fake) { return generator_bce(fake); }

/// G ascends D's own loss: log(1 - D(G(z))), whose gradient vanishes where D is sure.
Tensor minimax_g(const Tensor&, const Tensor& fake) { return -fake_bce(fake); }

/// Targets 1 - s and 0, and 1 for G: b = c = 1, a = 0 of the paper.
DiscriminatorLoss least_squares_d(const Tensor& real, const Tensor& fake, double s) {
  return {0.5 * (real - (1 - s)).square().mean(), 0.5 * fake.square().mean()};
}
Tensor least_squares_g(const Tensor&, const Tensor& fake) { return 0.5 * (fake - 1).square().mean(); }

DiscriminatorLoss hinge_d(const Tensor& real, const Tensor& fake, double) {
  return {at::relu(1 - real).mean(), at::relu(1 + fake).mean()};
}
Tensor critic_g(const Tensor&, const Tensor& fake) { return -fake.mean(); }

DiscriminatorLoss wasserstein_d(const Tensor& real, const Tensor& fake, double) { return {-real.mean(), fake.mean()}; }

/// f(t) = -log(1 + e^-t) of the paper; each real image is paired with the generated one of its place in the batch.
DiscriminatorLoss relativistic_d(const Tensor& real, const Tensor& fake, double) {
  return {at::softplus(fake - real).mean(), at::zeros({}, real.options())};
}
Tensor relativistic_g(const Tensor& real, const Tensor& fake) { return at::softplus(real - fake).mean(); }

Tensor as_sigmoid(const Tensor& logits, const Tensor&) { return at::sigmoid(logits); }
Tensor as_itself(const Tensor& logits, const Tensor&) { return logits.clamp(0, 1); }
/// That this one of the pair is the real one.
Tensor against_other(const Tensor& logits, const Tensor& others) { return at::sigmoid(logits - others); }

const std::vector<Loss>& losses() {
  static const std::vector<Loss> all = {
      {.name = "bce",
       .source = "Goodfellow et al. 2014, section 3: non-saturating",
       .discriminator = bce_d,
       .generator = bce_g,
       .probability = as_sigmoid,
       .has_probability = true,
       .has_targets = true},
      {.name = "minimax",
       .source = "Goodfellow et al. 2014, equation 1: saturating",
       .discriminator = bce_d,
       .generator = minimax_g,
       .probability = as_sigmoid,
       .has_probability = true,
       .has_targets = true},
      {.name = "lsgan",
       .source = "Mao et al. 2017, section 3.2",
       .discriminator = least_squares_d,
       .generator = least_squares_g,
       .probability = as_itself,
       .has_probability = true,
       .has_targets = true,
       .threshold = 0.5},
      // Within its margins the hinge does not change when all logits move together, and under a penalty they do.
      {.name = "hinge",
       .source = "Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17",
       .discriminator = hinge_d,
       .generator = critic_g,
       .probability = as_sigmoid,
       .compares = true},
      {.name = "wgan-gp",
       .source = "Gulrajani et al. 2017, equation 3",
       .discriminator = wasserstein_d,
       .generator = critic_g,
       .probability = as_sigmoid,
       .compares = true,
       .default_penalty = 10},
      {.name = "relativistic",
       .source = "Jolicoeur-Martineau 2018, section 4; pairs as in Huang et al. 2024, arXiv 2501.05441",
       .discriminator = relativistic_d,
       .generator = relativistic_g,
       .probability = against_other,
       .has_probability = true,
       .compares = true,
       .generator_sees_real = true}};
  return all;
}

}  // namespace

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const auto& loss : losses()) names.push_back(loss.name);
  return names;
}

const Loss& loss_named(const std::string& name) {
  for (const auto& loss : losses())
    if (loss.name == name) return loss;
  throw std::logic_error("no loss '" + name + "'");  // the option lets no such word through
}

}  // namespace dcgan
