// The times that images pass the discriminator in a step. Part of the names of draws, so of every saved run.
#pragma once

#include <cstdint>

namespace dcgan {

enum class DiscriminatorPass : uint8_t { kReal = 0, kGeneratedForD = 1, kGeneratedForG = 2 };
inline constexpr uint64_t kPasses = 3;

}  // namespace dcgan
