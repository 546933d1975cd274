// A picture as coloured text, for a terminal: each character is two pixels, one above the other.
#pragma once

#include <string>

#include "image/image.hpp"

namespace dcgan {

/// Lines of at most `columns` characters "▀", each pixel the mean of those of the picture that it stands for; a picture
/// with fewer pixels is not made wider. Colours are escape sequences: of 24 bits, or of the 6 x 6 x 6 that nearly every
/// terminal has. Transparent parts are as on white.
std::string half_blocks(const Image& image, int64_t columns, bool has_24_bits);

}  // namespace dcgan
