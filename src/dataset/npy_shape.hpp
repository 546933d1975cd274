// How the sides of an array are those of pictures, and what makes them so. For hints; nothing is converted here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dcgan {

struct NpyShape {
  enum Kind { kPictures, kOther, kUnknown } kind = kPictures;
  std::string code;   // of Python, behind the array: ".transpose(0, 2, 3, 1)"; empty for pictures
  std::string words;  // what the sides are taken for: "[N, channels, height, width]"
};

/// Pictures are [N, height, width] and [N, height, width, 1, 3 or 4]. What could as well be one picture, [height,
/// width, channels], is none of these: nobody trains on pictures that are three pixels wide.
NpyShape shape_of(const std::vector<int64_t>& shape);

}  // namespace dcgan
