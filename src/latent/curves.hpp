// Ways through latent space: between two latents, over a square of four, and a walk without end. Every point is a
// function of its place alone, so that a frame is the same whatever else is drawn.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "nn/network.hpp"

namespace dcgan {

/// Along the arc, or straight. Normal latents of many numbers lie near a sphere, and the middle of a straight line is
/// inside of it, where training never was: White 2016, "Sampling Generative Networks", section 2.1.
enum class Curve { kSpherical, kLinear };

/// The latent at share t of the way from a to b, both [L]; t in [0, 1]. Spherical: the direction turns by an even
/// angle (Shoemake 1985) while the length goes evenly from one's to the other's; straight where there is no angle
/// to turn by: latents of one line, or of no length.
at::Tensor between(const at::Tensor& a, const at::Tensor& b, double t, Curve curve);

/// The latent over a square of corners (upper left, upper right, lower left, lower right) at share x to the right, y
/// down.
at::Tensor within_corners(const std::array<at::Tensor, 4>& corners, double x, double y, Curve curve);

/// A smooth walk: at every time t >= 0 a latent of the space's own distribution, [L]. With e_j the latent of image
/// seed:j, normal: sum_j w(t - j) e_j / sqrt(sum_j w(t - j)^2), w(u) = cos^2(pi u / 4) within |u| < 2, which has a
/// continuous derivative. A unit of time is about one image to the next. `loop` > 0: it closes after so many units, at
/// least 4. Uniform latents are normal ones through their distribution function.
at::Tensor walk(uint64_t seed, double t, int64_t loop, const LatentSpace& space);

}  // namespace dcgan
