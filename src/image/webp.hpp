// WebP by libwebp itself: OpenCV takes no notice of its orientation, and refuses animations.
#pragma once

#include <string_view>

#include "image/image.hpp"

namespace dcgan {

struct Webp {
  Image image;          // 3 or 4 channels, as stored, before its orientation
  int orientation = 1;  // EXIF, 1 to 8
};

/// Decodes a whole file's bytes; of an animation its first frame, on its canvas. Throws Error with the reason alone
/// when data are damaged, or when the decoder finds more than `most_pixels`; Exhausted when there is no memory.
Webp decode_webp(std::string_view bytes, int64_t most_pixels);

}  // namespace dcgan
