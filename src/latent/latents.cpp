#include "latent/latents.hpp"

#include <ATen/Functions.h>

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

}  // namespace dcgan
