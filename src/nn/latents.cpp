#include "nn/latents.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

namespace dcgan {

at::Tensor latents(uint64_t seed, Purpose purpose, int64_t first, int64_t count, const LatentSpace& space) {
  auto z = at::empty({count, space.length}, at::kFloat);
  float* rows = z.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const Draw draw(seed, purpose, static_cast<uint64_t>(first + i));
    const std::span row(rows + i * space.length, static_cast<size_t>(space.length));
    space.is_uniform ? draw.uniform(row) : draw.normal(row);
  }
  return z;
}

at::Tensor truncated(const at::Tensor& z, double most, bool is_uniform) {
  if (std::isinf(most)) return z;
  if (is_uniform) return z * std::min(most, 1.0);
  const auto below = at::special_ndtr(z.to(at::kDouble));
  const double outside = 0.5 * std::erfc(most / std::sqrt(2.0));  // P(x < -most)
  return at::special_ndtri(outside + (1 - 2 * outside) * below).clamp(-most, most).to(z.scalar_type());
}

}  // namespace dcgan
