// EXIF as JPEG, PNG and WebP carry it: the one thing that a picture's pixels depend on, its orientation.
#pragma once

#include <string_view>

namespace dcgan {

/// Orientation, 1 to 8, in an EXIF block: a TIFF header and its first directory, behind "Exif\0\0" or not. 1 when there
/// is none. Either byte order; a number of two bytes or of four. Exif 2.32, tag 0x0112.
int exif_orientation(std::string_view exif);

}  // namespace dcgan
