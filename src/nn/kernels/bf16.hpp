// bfloat16 as it lies in memory, and how kernels are compiled for several processors.
#pragma once

#include <bit>
#include <cstdint>

// The compiler makes a version for each kind of processor and chooses when the program starts. Loops are written so
// that it can turn them into vector code. The choice runs before a sanitizer is ready, so there it is not made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define DCGAN_EACH_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define DCGAN_EACH_PROCESSOR
#endif
#define DCGAN_INLINE inline __attribute__((always_inline))

namespace dcgan {

/// The upper half of a float.
struct Bf16 {
  uint16_t bits;
};

DCGAN_INLINE float to_float(float value) { return value; }
DCGAN_INLINE float to_float(Bf16 value) { return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16); }
DCGAN_INLINE void put(float value, float& to) { to = value; }
/// To the nearest, ties to even, as torch does it; what is not a number stays none.
DCGAN_INLINE void put(float value, Bf16& to) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto rounded = static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1)) >> 16);
  to.bits = value != value ? uint16_t{0x7FC0} : rounded;
}

}  // namespace dcgan
