// Brightness and two differences of colour (YCbCr) in a TIFF, to RGB. Not for JPEG data, whose decoder converts them.
#pragma once

#include <cstdint>

#include "image/tiff_file.hpp"

namespace dcgan {

/// TIFF 6.0, sections 20 and 21: by the file's own YCbCrCoefficients and ReferenceBlackWhite, or what is said without.
class YcbcrToRgb {
 public:
  explicit YcbcrToRgb(const TiffFile& file, int bits);
  /// Three samples of 0 to 255, in place.
  void convert(uint8_t* pixel) const;
  /// True for what a JPEG decoder takes for granted: full range, the coefficients of Rec. 601.
  bool is_that_of_jpeg() const;

 private:
  float red_ = 0.299F, green_ = 0.587F, blue_ = 0.114F;  // their parts of the brightness
  float reference_[6] = {0, 255, 128, 255, 128, 255};    // black and white of each, in 0 to 255
};

}  // namespace dcgan
