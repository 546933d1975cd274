// A decoded picture: height x width x channels, uint8, rows without gaps. Plain memory; OpenCV stays behind
// the functions of this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace dcgan {

struct Image {
  int64_t width = 0;
  int64_t height = 0;
  int64_t channels = 0;  // 1 gray, 3 RGB, 4 RGB and alpha
  std::vector<uint8_t> pixels;
  Size stored;  // its size in the file where the decoder made it smaller (each side over 2, 4 or 8, rounded up), else 0
                // x 0

  Image() = default;
  Image(int64_t w, int64_t h, int64_t c, uint8_t value = 0)
      : width(w), height(h), channels(c), pixels(static_cast<size_t>(w * h * c), value) {}
  uint8_t* at(int64_t x, int64_t y) { return pixels.data() + (y * width + x) * channels; }
  const uint8_t* at(int64_t x, int64_t y) const { return pixels.data() + (y * width + x) * channels; }
  bool operator==(const Image&) const = default;
};

}  // namespace dcgan
