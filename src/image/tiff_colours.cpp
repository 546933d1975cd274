#include "image/tiff_colours.hpp"

#include <algorithm>
#include <cmath>

namespace dcgan {

YcbcrToRgb::YcbcrToRgb(const TiffFile& file, int bits) {
  float* parts = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_YCBCRCOEFFICIENTS, &parts) == 1 && parts[0] > 0 && parts[1] > 0 && parts[2] > 0)
    red_ = parts[0], green_ = parts[1], blue_ = parts[2];
  float* reference = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_REFERENCEBLACKWHITE, &reference) != 1) return;
  const bool is_sound = reference[1] > reference[0] && reference[3] > reference[2] && reference[5] > reference[4];
  const float most = static_cast<float>((1u << bits) - 1);
  for (int i = 0; is_sound && i < 6; ++i) reference_[i] = reference[i] * 255 / most;
}

void YcbcrToRgb::convert(uint8_t* pixel) const {
  const float* r = reference_;
  const float y = (static_cast<float>(pixel[0]) - r[0]) * 255 / (r[1] - r[0]);
  const float cb = (static_cast<float>(pixel[1]) - r[2]) * 127 / (r[3] - r[2]);
  const float cr = (static_cast<float>(pixel[2]) - r[4]) * 127 / (r[5] - r[4]);
  const float red = cr * (2 - 2 * red_) + y, blue = cb * (2 - 2 * blue_) + y;
  const float colours[3] = {red, (y - blue_ * blue - red_ * red) / green_, blue};
  for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(std::lround(std::clamp(colours[c], 0.0F, 255.0F)));
}

bool YcbcrToRgb::is_that_of_jpeg() const {
  constexpr float kUsual[] = {0, 255, 128, 255, 128, 255};
  // A black of colour that is no middle is nonsense that old programs write, and every reader passes over.
  const bool has_middle = std::abs(reference_[2] - 128) <= 1 && std::abs(reference_[4] - 128) <= 1;
  for (int i = 0; has_middle && i < 6; ++i)
    if (std::abs(reference_[i] - kUsual[i]) > 1) return false;
  return std::abs(red_ - 0.299F) < 0.005F && std::abs(green_ - 0.587F) < 0.005F && std::abs(blue_ - 0.114F) < 0.005F;
}

}  // namespace dcgan
