// Finds damage that a decoder hides: a truncated JPEG decodes to a picture with a grey half and no error.
// Also strips what makes decoders write to standard error.
#pragma once

#include <string>
#include <string_view>

namespace dcgan {

/// Why a JPEG's compressed data is damaged (cut off, bad codes), or "". Decodes at scale 1/8, by
/// libjpeg-turbo's own warnings; harmless ones (extra bytes, odd markers) do not count.
std::string jpeg_damage(std::string_view bytes);

/// Check a PNG: lengths, IEND, the CRC-32 of every chunk that matters. Returns why it is damaged, or "".
/// `essential` becomes the same picture with only the chunks that carry pixels, transparency and EXIF
/// orientation: libpng remarks on the others (colour profiles, text) on standard error, for every file.
std::string png_damage(std::string_view bytes, std::string& essential);

}  // namespace dcgan
