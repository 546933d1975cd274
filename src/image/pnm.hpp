// PNM: the plain formats of Netpbm, PBM (P1, P4), PGM (P2, P5), PPM (P3, P6) and PAM (P7). OpenCV takes the largest
// value for 255 or 65,535, whatever the file says it is.
#pragma once

#include <string_view>

#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

/// Sets size, colours, or the problem. `bytes` begin as a PNM does. See the man pages pbm(5), pgm(5), ppm(5), pam(5).
void probe_pnm(std::string_view bytes, Probe& probe);

/// 1, 3 or 4 channels; the file's largest value becomes 255. Of several pictures the first. Throws Error with the reason
/// alone when pixels are missing, NotRead for tuples of an unknown kind. The caller has checked the size.
Image decode_pnm(std::string_view bytes);

}  // namespace dcgan
