// Drawing latents: seed, purpose and index alone decide one.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/random.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// z [count, length], row i keyed by (seed, purpose, first + i). On the CPU.
at::Tensor latents(uint64_t seed, Purpose purpose, int64_t first, int64_t count, const LatentSpace& space);

}  // namespace dcgan
