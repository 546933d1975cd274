// Features by a formula that goldens/evaluation.py has too, and sets of pictures in memory.
#pragma once

#include <ATen/ATen.h>

#include "core/json.hpp"
#include "dataset/pixels.hpp"
#include "support/networks.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {

/// A 32-bit mixer.
inline uint32_t mixed(uint32_t word) {
  word = (word ^ word >> 16) * 0x85EBCA6Bu;
  word = (word ^ word >> 13) * 0xC2B2AE35u;
  return word ^ word >> 16;
}

/// Side 0 is uniform over [0, 1), side 1 a little wider and moved.
inline at::Tensor formula_features(uint32_t side, int64_t count, int64_t length) {
  auto out = at::empty({count, length}, at::kFloat);
  auto values = out.accessor<float, 2>();
  for (uint32_t i = 0; i < count; ++i)
    for (uint32_t j = 0; j < length; ++j) {
      const double uniform = (mixed(side * 1299709u + i * 7919u + j * 104729u) >> 8) * 0x1p-24;
      values[i][j] = static_cast<float>(uniform * (side ? 1.125 : 1.0) + 0.125 * side);
    }
  return out;
}

/// As goldens/trained_features.py and read_inception.py make them: uint8 [2, height, width, 3].
inline at::Tensor two_pictures(int64_t width, int64_t height) {
  auto out = at::empty({2, height, width, 3}, at::kByte);
  auto at = out.accessor<uint8_t, 4>();
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t c = 0; c < 3; ++c)
          at[n][y][x][c] = static_cast<uint8_t>((x * (3 + n) + y * (5 * c + 1) + (x * y) / (7 + c)) % 256);
  return out;
}

/// Rows ~ N(0, 1), others for another `index`.
inline at::Tensor gaussian(int64_t count, int64_t length, uint64_t index) { return noise({count, length}, index); }

class MemoryPixels : public Pixels {
 public:
  explicit MemoryPixels(std::vector<Image> images, const std::string& identity = "identity")
      : images_(std::move(images)) {
    info_.size = {images_.at(0).width, images_.at(0).height};
    info_.channels = images_[0].channels, info_.count = static_cast<int64_t>(images_.size());
    info_.identity = identity;
  }
  void copy(int64_t index, uint8_t* out) const override {
    const auto& pixels = images_.at(static_cast<size_t>(index)).pixels;
    std::copy(pixels.begin(), pixels.end(), out);
  }
  int32_t label(int64_t) const override { return -1; }
  bool decodes() const override { return false; }

 private:
  std::vector<Image> images_;
};

/// A disc of some colour, size and place on a greyish ground: pictures with edges, all different.
inline Image disc(uint32_t number, int64_t side = 32) {
  const auto value = [&](uint32_t what, uint32_t below) {
    return static_cast<int64_t>(Draw(number, Purpose::kFlip, 2).word(what) % below);
  };
  const int64_t radius = side / 8 + value(0, static_cast<uint32_t>(side / 4));
  const int64_t left = value(1, static_cast<uint32_t>(side)), top = value(2, static_cast<uint32_t>(side));
  return drawn(side, side, 3, [&](int64_t x, int64_t y, int64_t c) {
    const bool inside = (x - left) * (x - left) + (y - top) * (y - top) < radius * radius;
    const auto what = static_cast<uint32_t>(3 + c);
    return static_cast<int>(inside ? value(what + 3, 256) : 112 + value(what, 32));
  });
}
inline std::vector<Image> discs(uint32_t first, uint32_t count, int64_t side = 32) {
  std::vector<Image> images;
  for (uint32_t i = 0; i < count; ++i) images.push_back(disc(first + i, side));
  return images;
}

/// Uint8 [N, H, W, C].
inline at::Tensor stacked(const std::vector<Image>& images) {
  auto out = at::empty({static_cast<int64_t>(images.size()), images[0].height, images[0].width, images[0].channels},
                       at::kByte);
  uint8_t* bytes = out.mutable_data_ptr<uint8_t>();
  for (const Image& image : images) bytes = std::copy(image.pixels.begin(), image.pixels.end(), bytes);
  return out;
}

}  // namespace dcgan::test
