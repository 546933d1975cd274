// How the numbers of an array become the bytes 0 to 255 of pictures: by where they lie. For hints; nothing is converted
// here.
#pragma once

#include <string>

#include "formats/npy.hpp"

namespace dcgan {

struct NpyScale {
  std::string code;        // of Python, of the array `a`; empty where no number is finite
  std::string words;       // which range is taken for which: "0 to 1 become 0 to 255"
  int64_t not_finite = 0;  // so many numbers are not
};

/// Looks at all numbers. Bytes stay as they are.
NpyScale scale_of(const NpyNumbers& numbers, std::string_view data);

}  // namespace dcgan
