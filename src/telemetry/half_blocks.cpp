#include "telemetry/half_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dcgan {
namespace {

using Rgb = std::array<int, 3>;

/// The mean of the picture's pixels in [x0, x1) x [y0, y1), on white.
Rgb mean_colour(const Image& image, int64_t x0, int64_t x1, int64_t y0, int64_t y1) {
  std::array<double, 3> sum{};
  for (int64_t y = y0; y < y1; ++y)
    for (int64_t x = x0; x < x1; ++x) {
      const uint8_t* pixel = image.at(x, y);
      const double alpha = image.channels == 4 ? pixel[3] / 255.0 : 1;
      for (size_t c = 0; c < 3; ++c) sum[c] += alpha * pixel[image.channels == 1 ? 0 : c] + 255 * (1 - alpha);
    }
  Rgb out;
  for (size_t c = 0; c < 3; ++c)
    out[c] = static_cast<int>(std::lround(sum[c] / static_cast<double>((x1 - x0) * (y1 - y0))));
  return out;
}

/// "38;..." for the upper pixel (the character's own colour), "48;..." for the lower (behind it).
std::string colour_code(int place, const Rgb& colour, bool has_24_bits) {
  std::string code = std::to_string(place);
  if (has_24_bits) {
    code += ";2";
    for (const int value : colour) code += ";" + std::to_string(value);
    return code;
  }
  int number = 16;  // the cube of 6 x 6 x 6 begins there
  for (size_t c = 0; c < 3; ++c) number += (colour[c] * 5 + 127) / 255 * (c == 0 ? 36 : c == 1 ? 6 : 1);
  return code + ";5;" + std::to_string(number);
}

}  // namespace

std::string half_blocks(const Image& image, int64_t columns, bool has_24_bits) {
  const int64_t width = std::max<int64_t>(1, std::min(columns, image.width));
  const int64_t height = std::max<int64_t>(1, image.height * width / image.width);
  const auto colour_at = [&](int64_t x, int64_t y) {
    const int64_t x0 = x * image.width / width, y0 = y * image.height / height;
    return mean_colour(image, x0, std::max(x0 + 1, (x + 1) * image.width / width), y0,
                       std::max(y0 + 1, (y + 1) * image.height / height));
  };
  std::string out, last;
  for (int64_t y = 0; y < height; y += 2) {
    for (int64_t x = 0; x < width; ++x) {
      std::string codes = colour_code(38, colour_at(x, y), has_24_bits);
      codes += y + 1 < height ? ";" + colour_code(48, colour_at(x, y + 1), has_24_bits) : ";49";
      if (codes != last) out += "\x1b[" + codes + "m";
      last = codes;
      out += "\xe2\x96\x80";
    }
    out += "\x1b[0m\n";
    last.clear();
  }
  return out;
}

}  // namespace dcgan
