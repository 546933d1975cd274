// Finds damage in a PNG that its decoder hides, and strips what makes the decoder write to standard error.
#pragma once

#include <string>
#include <string_view>

namespace dcgan {

/// Check a PNG: lengths, IEND, the CRC-32 of every chunk that matters. Returns why it is damaged, or "".
/// `essential` becomes the same picture with only the chunks that carry pixels, transparency and EXIF
/// orientation: libpng remarks on the others (colour profiles, text) on standard error, for every file.
std::string png_damage(std::string_view bytes, std::string& essential);

}  // namespace dcgan
