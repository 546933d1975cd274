// Which format the bytes of a file are in: told by their beginning, whatever the name. Not for what a picture of it
// looks like (image/probe).
#pragma once

#include <string>
#include <string_view>

#include "image/conversion.hpp"

namespace dcgan {

enum class ImageFormat {
  kUnknown,
  kPng,
  kJpeg,
  kBmp,
  kWebp,
  kTiff,
  kPnm,
  // Known, and not read:
  kGif,
  kHeic,
  kAvif,
  kJpeg2000,
  kJpegXl,
  kJpegXr,
  kBitmapArray,
  kPsd,
  kIcon,
  kExr,
  kHdr,
  kPfm,
  kSvg,
  kPdf,
  kXcf,
  kQoi,
  kDds,
  kFits,
  kRaw,
  kMng,
  kFilm
};

/// Any bytes; kUnknown for none of the above.
ImageFormat format_of(std::string_view bytes);

/// "PNG", "JPEG", ...; "no picture" for kUnknown.
std::string format_name(ImageFormat format);
/// True for formats that decode_image reads.
bool is_readable(ImageFormat format);
/// For a format that is known but not read: what converts it. kNone for the rest.
Converter converter_of(ImageFormat format);

}  // namespace dcgan
