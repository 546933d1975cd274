// BMP: its header, and all pixels but those of run lengths. OpenCV, which reads these, takes no notice of masks, takes
// a spare byte for alpha, and knows no palette of 2 bits.
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

/// True for a BMP that decode_palette_bmp reads, by its header: 1, 2, 4 or 8 bits, not compressed.
bool is_plain_palette_bmp(std::string_view bytes);

/// 3 channels; colours that the palette does not have are black. Throws as decode_bmp does.
Image decode_palette_bmp(std::string_view bytes);

}  // namespace dcgan
