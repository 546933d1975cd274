#include "image/blend.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace dcgan::test {
namespace {

/// A ramp: 3 x + 2 y + c, and no more than a byte holds.
Image ramp(int64_t width, int64_t height, int64_t channels, int add) {
  Image image(width, height, channels);
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int64_t c = 0; c < channels; ++c) image.at(x, y)[c] = static_cast<uint8_t>(3 * x + 2 * y + c + add);
  return image;
}

std::vector<bool> hole(int64_t width, int64_t height, int64_t left, int64_t top, int64_t side) {
  std::vector<bool> hidden(static_cast<size_t>(width * height));
  for (int64_t y = top; y < top + side; ++y)
    for (int64_t x = left; x < left + side; ++x) hidden[static_cast<size_t>(y * width + x)] = true;
  return hidden;
}

int largest_difference_of(const Image& a, const Image& b) {
  int most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  return most;
}

TEST(Blended, TakesTheFillingsGradientsAndThePicturesColours) {
  // The same ramp, lighter by 40: with its own gradients and the picture's border the picture itself comes out.
  const Image picture = ramp(24, 20, 3, 10), filling = ramp(24, 20, 3, 50);
  EXPECT_LE(largest_difference_of(blended(picture, filling, hole(24, 20, 6, 5, 9)), picture), 1);
}

TEST(Blended, ReachesAsWellFromACornerOfThePicture) {
  const Image picture = ramp(24, 20, 1, 10), filling = ramp(24, 20, 1, 90);
  EXPECT_LE(largest_difference_of(blended(picture, filling, hole(24, 20, 0, 0, 12)), picture), 1);
}

TEST(Blended, KeepsWhatIsNotHiddenAndTakesAllWhereAllIs) {
  const Image picture = ramp(12, 12, 3, 0), filling(12, 12, 3, 200);
  EXPECT_EQ(blended(picture, filling, std::vector<bool>(144, false)), picture);
  EXPECT_EQ(blended(picture, filling, std::vector<bool>(144, true)), filling);
  const Image out = blended(picture, filling, hole(12, 12, 4, 4, 3));
  for (int64_t y = 0; y < 12; ++y)
    for (int64_t x = 0; x < 12; ++x)
      if (x < 4 || x > 6 || y < 4 || y > 6) {
        EXPECT_EQ(out.at(x, y)[0], picture.at(x, y)[0]);
      }
}

TEST(Blended, SolvesLaplacesEquationForAFlatFilling) {
  // Without gradients every hidden pixel is the mean of its neighbours.
  Image picture(16, 16, 1);
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 16; ++x) picture.at(x, y)[0] = static_cast<uint8_t>(x < 8 ? 0 : 240);
  const Image out = blended(picture, Image(16, 16, 1, 77), hole(16, 16, 3, 3, 10));
  for (int64_t y = 3; y < 13; ++y)
    for (int64_t x = 3; x < 13; ++x)
      EXPECT_NEAR(out.at(x, y)[0],
                  (out.at(x - 1, y)[0] + out.at(x + 1, y)[0] + out.at(x, y - 1)[0] + out.at(x, y + 1)[0]) / 4.0, 1)
          << x << " " << y;
}

}  // namespace
}  // namespace dcgan::test
