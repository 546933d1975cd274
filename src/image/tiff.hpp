// TIFF by libtiff itself, sample by sample: OpenCV multiplies by alpha twice, and reads few depths and layouts. libtiff
// undoes compression, tiles and byte order; what samples mean is settled here.
#pragma once

#include <string_view>

#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

/// Sets size, colours, Probe::working_bytes or the problem, by libtiff's own view of the first directory. `bytes` begin
/// as a TIFF does. TIFF 6.0, section 2.
void probe_tiff(std::string_view bytes, Probe& probe);

struct Tiff {
  Image image;          // 1, 3 or 4 channels, as stored, before its orientation
  int orientation = 1;  // 1 to 8
};

/// Decodes the first picture of a whole file's bytes, of which probe_tiff found nothing wrong: samples of 1 to 16 bits,
/// gray, palette, RGB, CMYK or YCbCr, in strips or tiles, interleaved or not. Alpha that is multiplied in is taken out;
/// other extra samples are passed over. Throws Error with the reason alone when it is damaged, NotRead when only its
/// decoder finds out that it is of an unread kind, Exhausted when there is no memory.
Tiff decode_tiff(std::string_view bytes);

}  // namespace dcgan
