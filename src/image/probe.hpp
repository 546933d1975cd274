// What a picture file says about itself before it is decoded: format, size, colours. A few header bytes are
// read, nothing is inflated, so a hostile file costs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dcgan {

enum class ImageFormat { kUnknown, kPng, kJpeg, kBmp, kWebp, kTiff, kPnm, kGif, kHeic, kAvif };

struct Probe {
  ImageFormat format = ImageFormat::kUnknown;
  int64_t width = 0;  // as stored, before EXIF rotation; 0 when the header does not tell
  int64_t height = 0;
  bool gray = false;          // stored without colour
  bool alpha = false;         // has an alpha channel or a transparent colour
  int bits = 8;               // a channel
  std::string mode;           // "gray", "RGB", "palette", "CMYK", "gray+alpha", "RGBA"
  int64_t working_bytes = 0;  // what its decoder takes besides the picture
  std::string problem;        // why it cannot be read; empty when the header is sound
};

/// Look at the beginning of a file (all of it where it is at hand: a JPEG's size may stand far behind).
Probe probe_image(std::string_view bytes);

/// "PNG", "JPEG", ...; "no picture" for kUnknown.
std::string format_name(ImageFormat format);
/// True for formats that decode_image reads.
bool is_readable(ImageFormat format);
/// For a format that is known but not read: a command that converts it. Empty for the rest.
std::string conversion_command(ImageFormat format);

}  // namespace dcgan
