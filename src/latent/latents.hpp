// Drawing latents: seed, purpose and index alone decide one.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/random.hpp"

namespace dcgan {

/// z [count, length] ~ N(0, 1), row i keyed by (seed, purpose, first + i). On the CPU.
at::Tensor latents(uint64_t seed, Purpose purpose, int64_t first, int64_t count, int64_t length);

}  // namespace dcgan
