// JPEG by libjpeg-turbo itself: OpenCV decodes a truncated file to a picture with a grey half and no error, remarks on
// harmless ones on standard error, and cannot scale while it decodes in steps of our choice.
#pragma once

#include <string_view>

#include "image/image.hpp"

namespace dcgan {

/// The picture as stored, before its orientation: 1 channel, or 3 (RGB; four inks are converted).
struct Jpeg {
  Image image;
  int orientation = 1;  // EXIF, 1 to 8
};

/// Decodes a whole file's bytes. Where both sides stay at least `at_least` the decoder may halve them, up to three
/// times: it then transforms fewer frequencies, which is fast and averages as a good filter does. {0, 0}: full size.
/// Throws Error with the reason alone when data are damaged (cut off, bad codes), by the decoder's own warnings;
/// harmless ones (extra bytes, odd markers, a missing end mark) do not count. And when the decoder finds more than
/// `most_pixels`, or so many scans (passes over the picture) that they would take minutes; Exhausted when there is no
/// memory.
Jpeg decode_jpeg(std::string_view bytes, Size at_least, int64_t most_pixels);

}  // namespace dcgan
