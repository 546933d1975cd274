// What a TIFF says about itself. Its directory is a list of tags of any type, in which libtiff takes the first of two
// that are the same, other readers the last: such a file is refused, so that there is one view of its size.
#pragma once

#include <string_view>

#include "image/probe.hpp"

namespace dcgan {

/// Sets size, colours, Probe::working_bytes or the problem. `bytes` begin as a TIFF does. TIFF 6.0, section 2.
void probe_tiff(std::string_view bytes, Probe& probe);

}  // namespace dcgan
