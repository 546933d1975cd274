#include "image/exif.hpp"

#include <algorithm>

#include "image/bytes.hpp"

namespace dcgan {

int exif_orientation(std::string_view exif) {
  constexpr std::string_view kMark("Exif\0\0", 6);
  constexpr uint32_t kOrientation = 0x0112, kMostEntries = 1000;
  enum Type : uint32_t { kByte = 1, kShort = 3, kLong = 4, kSignedLong = 9 };
  if (exif.starts_with(kMark)) exif.remove_prefix(kMark.size());
  const bool is_little = exif.starts_with("II");
  if (!is_little && !exif.starts_with("MM")) return 1;
  const auto number = [&](size_t at, size_t bytes) {
    return is_little ? little_endian(exif, at, bytes) : big_endian(exif, at, bytes);
  };
  const size_t directory = number(4, 4);
  for (size_t i = 0; i < std::min(number(directory, 2), kMostEntries); ++i) {
    const size_t entry = directory + 2 + 12 * i;
    if (number(entry, 2) != kOrientation) continue;
    const uint32_t type = number(entry + 2, 2);
    const uint32_t value = number(entry + 8, type == kByte ? 1 : type == kLong || type == kSignedLong ? 4 : 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace dcgan
