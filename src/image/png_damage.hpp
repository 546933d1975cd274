// Finds damage in a PNG that its decoder hides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dcgan {

/// Check a PNG: lengths, IEND, the CRC-32 of every chunk that matters (pixels, transparency, EXIF orientation). Returns
/// why it is damaged, or "".
std::string png_damage(std::string_view bytes);

/// CRC-32 as PNG uses it (ISO/IEC 15948, annex D).
uint32_t png_crc32(std::string_view bytes);

}  // namespace dcgan
