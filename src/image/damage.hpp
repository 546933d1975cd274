// Finds damage in a PNG that its decoder hides.
#pragma once

#include <string>
#include <string_view>

namespace dcgan {

/// Check a PNG: lengths, IEND, the CRC-32 of every chunk that matters (pixels, transparency, EXIF orientation). Returns
/// why it is damaged, or "".
std::string png_damage(std::string_view bytes);

}  // namespace dcgan
