// BMP: its header, and the pixels of 16, 24 and 32 bits, whose channels lie where masks say. OpenCV, which reads the
// rest (palettes, run lengths), takes no notice of masks and takes a spare byte for alpha.
#pragma once

#include <string_view>

#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

/// Sets size, colours, or the problem. `bytes` begin as a BMP does. Microsoft, "Bitmap Header Types".
void probe_bmp(std::string_view bytes, Probe& probe);

/// True for a BMP that decode_bmp reads, by its header.
bool is_masked_bmp(std::string_view bytes);

/// 3 channels, or 4 where it has a mask for alpha; an alpha that is 0 everywhere is unused, and left out. Throws Error
/// with the reason alone when pixels are missing. The caller has checked the size.
Image decode_bmp(std::string_view bytes);

}  // namespace dcgan
