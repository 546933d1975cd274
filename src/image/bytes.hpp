// Numbers in the bytes of a file. What lies behind its end reads as zeros: the caller checks sizes where they matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dcgan {

/// `count` bytes, at most four, the highest first.
inline uint32_t big_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i)
    value = value << 8 | (at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0u);
  return value;
}

/// `count` bytes, at most four, the lowest first.
inline uint32_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;)
    value = value << 8 | (at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0u);
  return value;
}

/// A sample of 0 to `most` as 0 to 255, to the nearest.
inline uint8_t to_eight_bits(uint32_t value, uint32_t most) {
  return static_cast<uint8_t>((uint64_t{value < most ? value : most} * 510 + most) / (2 * uint64_t{most}));
}

}  // namespace dcgan
