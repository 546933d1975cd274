// Penalties on the gradient of the discriminator by its input, each per image and in fp32. They need a D that can be
// differentiated twice and treats each image by itself: no BatchNorm.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace dcgan {

/// Images [N, C, H, W] to logits [N].
using Critic = std::function<at::Tensor(const at::Tensor&)>;

/// |grad_x D(x)|^2 of every image, [N], differentiable by D's weights.
at::Tensor squared_gradient_norms(const Critic& critic, const at::Tensor& images);

/// R1 on real images, R2 on generated ones: weight / 2 times the mean of |grad_x D(x)|^2.
/// Mescheder et al. 2018, "Which training methods for GANs do actually converge?", equation 9.
at::Tensor zero_centered_penalty(const Critic& critic, const at::Tensor& images, double weight);

/// weight times the mean of (|grad D| - 1)^2 on the lines between real and generated images, at `mix` [N] in [0, 1].
/// Gulrajani et al. 2017, equation 3 and algorithm 1.
at::Tensor gradient_penalty(const Critic& critic, const at::Tensor& real, const at::Tensor& fake, const at::Tensor& mix,
                            double weight);

}  // namespace dcgan
