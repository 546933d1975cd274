#include "step/penalties.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/autograd.h>

namespace dcgan {

at::Tensor squared_gradient_norms(const Critic& critic, const at::Tensor& images) {
  const auto x = images.detach().requires_grad_(true);
  // The sum's gradient is each image's own, as long as no logit depends on another image.
  const auto gradient = torch::autograd::grad({critic(x).sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true);
  return gradient[0].square().sum({1, 2, 3});
}

at::Tensor zero_centered_penalty(const Critic& critic, const at::Tensor& images, double weight) {
  return weight / 2 * squared_gradient_norms(critic, images).mean();
}

at::Tensor gradient_penalty(const Critic& critic, const at::Tensor& real, const at::Tensor& fake, const at::Tensor& mix,
                            double weight) {
  constexpr double kTiny = 1e-12;  // the root has no slope at zero
  const auto between = at::lerp(fake.detach(), real, mix.view({-1, 1, 1, 1}));
  const auto norms = (squared_gradient_norms(critic, between) + kTiny).sqrt();
  return weight * (norms - 1).square().mean();
}

}  // namespace dcgan
