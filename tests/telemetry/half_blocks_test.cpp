#include "telemetry/half_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dcgan::test {
namespace {

Image two_colours() {
  Image image(2, 2, 3);
  image.pixels = {255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255};  // red above blue
  return image;
}

TEST(HalfBlocks, AreTheUpperPixelOnTheLowerOne) {
  EXPECT_EQ(half_blocks(two_colours(), 80, true), "\x1b[38;2;255;0;0;48;2;0;0;255m▀▀\x1b[0m\n");
  EXPECT_EQ(half_blocks(two_colours(), 80, false), "\x1b[38;5;196;48;5;21m▀▀\x1b[0m\n");
}

TEST(HalfBlocks, OfALargePictureAreMeansThatFit) {
  Image image(400, 200, 1);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = i % 2 ? 200 : 100;
  const std::string text = half_blocks(image, 40, true);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_EQ(text.substr(0, text.find("m")), "\x1b[38;2;150;150;150;48;2;150;150;150");
  size_t blocks = 0;
  for (size_t at = 0; (at = text.find("▀", at)) != std::string::npos; ++at) ++blocks;
  EXPECT_EQ(blocks, 400u);
}

TEST(HalfBlocks, OfAnOddHeightEndOnTheTerminalsOwnGround) {
  const std::string text = half_blocks(Image(1, 3, 3, 255), 80, true);
  EXPECT_NE(text.find("48;2;255;255;255m▀"), std::string::npos);
  EXPECT_NE(text.find(";49m▀"), std::string::npos);
}

TEST(HalfBlocks, ShowTransparentPartsAsOnWhite) {
  EXPECT_EQ(half_blocks(Image(1, 2, 4, 0), 80, true), "\x1b[38;2;255;255;255;48;2;255;255;255m▀\x1b[0m\n");
}

}  // namespace
}  // namespace dcgan::test
