// The frame header of a JPEG: its size, its process, and where they stand. Not for its pixels (image/jpeg).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "image/conversion.hpp"

namespace dcgan {

/// ITU T.81, annex B.
struct JpegFrame {
  int64_t width = 0, height = 0;
  int bits = 8;
  int components = 3;
  size_t height_at = 0;                    // where its two bytes stand
  bool height_follows = false;             // those are 0: a DNL segment behind the first scan has told it
  std::string problem;                     // why there is none,
  std::string unread_kind;                 // or of what kind it is that is not read,
  Converter converter = Converter::kNone;  // and what converts that
};

/// Any bytes that begin as a JPEG does.
JpegFrame jpeg_frame(std::string_view bytes);

}  // namespace dcgan
