#include "latent/latents.hpp"

#include <ATen/Functions.h>

namespace dcgan {

at::Tensor latents(uint64_t seed, Purpose purpose, int64_t first, int64_t count, int64_t length) {
  auto z = at::empty({count, length}, at::kFloat);
  float* rows = z.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i)
    Draw(seed, purpose, static_cast<uint64_t>(first + i)).normal({rows + i * length, static_cast<size_t>(length)});
  return z;
}

}  // namespace dcgan
