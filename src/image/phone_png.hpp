// PNGs that Xcode has changed for iPhones (a chunk CgBI comes first): deflated without zlib's header, blue before red,
// alpha multiplied in. No reader but Apple's takes them as they are. Not for others (image/png).
#pragma once

#include <string>
#include <string_view>

#include "image/png.hpp"

namespace dcgan {

/// True for PNGs of that kind, by their first chunk.
bool is_phone_png(std::string_view bytes);

/// The same as a PNG of the standard's chunks, with the order and alpha of its pixels as they were. `bytes` may end
/// anywhere; then so does the result.
std::string standard_png(std::string_view bytes);

/// Its picture, in the order and with the alpha of others. Throws as decode_png does.
Png decode_phone_png(std::string_view bytes);

}  // namespace dcgan
