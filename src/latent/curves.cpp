#include "latent/curves.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <numbers>

#include "nn/latents.hpp"

namespace dcgan {

at::Tensor between(const at::Tensor& a, const at::Tensor& b, double t, Curve curve) {
  const auto x = a.to(at::kDouble), y = b.to(at::kDouble);
  const auto straight = x + t * (y - x);
  if (curve == Curve::kLinear) return straight.to(a.scalar_type());
  const double of_x = x.norm().item<double>(), of_y = y.norm().item<double>();
  const double cosine = of_x * of_y > 0 ? (x.dot(y) / (of_x * of_y)).item<double>() : 1.0;
  const double angle = std::acos(std::clamp(cosine, -1.0, 1.0));
  if (std::sin(angle) < 1e-6) return straight.to(a.scalar_type());
  const auto direction =
      std::sin((1 - t) * angle) / std::sin(angle) / of_x * x + std::sin(t * angle) / std::sin(angle) / of_y * y;
  return (direction * (of_x + t * (of_y - of_x))).to(a.scalar_type());
}

at::Tensor within_corners(const std::array<at::Tensor, 4>& corners, double x, double y, Curve curve) {
  return between(between(corners[0], corners[1], x, curve), between(corners[2], corners[3], x, curve), y, curve);
}

at::Tensor walk(uint64_t seed, double t, int64_t loop, const LatentSpace& space) {
  constexpr int64_t kReach = 2;
  const auto first = static_cast<int64_t>(std::floor(t)) - kReach + 1;
  auto sum = at::zeros({space.length}, at::kDouble);
  double squares = 0;
  for (int64_t j = first; j < first + 2 * kReach; ++j) {
    const double cosine = std::cos(std::numbers::pi * (t - static_cast<double>(j)) / 4);
    const double weight = cosine * cosine;
    // Before the beginning of an open walk there is an index, too: any fixed ones that are far from all others.
    const int64_t index = loop > 0 ? (j % loop + loop) % loop : j < 0 ? (int64_t{1} << 40) - j : j;
    sum += weight * latents(seed, Purpose::kSampleLatent, index, 1, {space.length, false})[0].to(at::kDouble);
    squares += weight * weight;
  }
  const auto normal = sum / std::sqrt(squares);
  return (space.is_uniform ? 2 * at::special_ndtr(normal) - 1 : normal).to(at::kFloat);
}

}  // namespace dcgan
