// Which TIFFs are sound and not read, and what converts them. Not for damage (image/tiff_file).
#pragma once

#include <string>

#include "image/conversion.hpp"
#include "image/tiff_file.hpp"

namespace dcgan {

struct UnreadTiff {
  std::string kind;  // "a TIFF of ..."; "" for one that is read
  Converter converter = Converter::kNone;
};

/// By a layout of which everything else is settled.
UnreadTiff unread_of(const TiffFile& file, const TiffLayout& layout);

}  // namespace dcgan
