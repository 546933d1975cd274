// From the bytes of a file to pixels. OpenCV decodes; what it hides (damage, alpha, 16 bits, size) is
// settled here. Thread safe.
#pragma once

#include <string_view>

#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

/// Decode a whole file's bytes: 1, 3 or 4 channels of 8 bits, RGB order, EXIF rotation obeyed.
/// Throws Error with the reason alone ("damaged JPEG: ..."); the caller knows the name. Nothing is decoded
/// when the header asks for more than `max_megapixels` (10^6 pixels).
Image decode_image(std::string_view bytes, const Probe& probe, int64_t max_megapixels);

}  // namespace dcgan
