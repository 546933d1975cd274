#include "image/transform.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/pictures.hpp"

namespace dcgan::test::transforms {
namespace {

TEST(WithChannels, RepeatsGrayInEveryColour) {
  const Image gray = noise(17, 9, 1);
  EXPECT_EQ(with_channels(gray, 3), drawn(17, 9, 3, [&](auto x, auto y, auto) { return *gray.at(x, y); }));
  EXPECT_EQ(with_channels(gray, 4),
            drawn(17, 9, 4, [&](auto x, auto y, auto c) { return c == 3 ? 255 : *gray.at(x, y); }));
}

TEST(WithChannels, LaysAlphaOverWhite) {
  const Image image = noise(64, 64, 4);
  EXPECT_EQ(with_channels(image, 3), drawn(64, 64, 3, [&](auto x, auto y, auto c) {
              const double alpha = image.at(x, y)[3] / 255.0;
              return static_cast<int>(std::lround(image.at(x, y)[c] * alpha + 255 * (1 - alpha)));
            }));
}

TEST(WithChannels, WeighsColoursByRec601) {
  const Image image = noise(64, 64, 3);
  const Image gray = with_channels(image, 1);
  ASSERT_EQ(gray.channels, 1);
  for (int64_t y = 0; y < 64; ++y)
    for (int64_t x = 0; x < 64; ++x) {
      const uint8_t* p = image.at(x, y);
      EXPECT_NEAR(*gray.at(x, y), 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2], 0.51);
    }
  EXPECT_EQ(with_channels(with_channels(gray, 3), 1), gray);
}

TEST(WithChannels, MakesGrayOfTransparentPicturesOverWhite) {
  const Image image = noise(16, 16, 4);
  EXPECT_EQ(with_channels(image, 1), with_channels(with_channels(image, 3), 1));
}

TEST(WithChannels, KeepsWhatHasThemAlready) {
  for (const int64_t channels : {1, 3, 4})
    EXPECT_EQ(with_channels(noise(5, 4, channels), channels), noise(5, 4, channels));
}

TEST(WithChannels, MakesOpaqueColoursForRgba) {
  const Image image = noise(5, 4, 3);
  EXPECT_EQ(with_channels(image, 4),
            drawn(5, 4, 4, [&](auto x, auto y, auto c) { return c == 3 ? 255 : image.at(x, y)[c]; }));
}

TEST(Fitted, HasExactlyTheSizeAskedFor) {
  for (const Size from :
       {Size{1, 1000}, Size{1000, 1}, Size{1, 1}, Size{3, 7}, Size{999, 2}, Size{64, 65}, Size{500, 333}})
    for (const Size to : {Size{6, 6}, Size{64, 48}, Size{7, 96}, Size{128, 128}})
      for (const Fit fit : {Fit::kCrop, Fit::kPad, Fit::kStretch})
        for (const int64_t channels : {1, 3, 4}) {
          const Image image = fitted(Image(from.width, from.height, channels, 200), to, fit, CropAt::kCenter);
          EXPECT_EQ(image.width, to.width);
          EXPECT_EQ(image.height, to.height);
          EXPECT_EQ(image.channels, channels);
          EXPECT_EQ(image.pixels.size(), static_cast<size_t>(to.width * to.height * channels));
          // A constant picture stays constant but for the borders of kPad.
          if (fit != Fit::kPad) {
            EXPECT_EQ(image, Image(to.width, to.height, channels, 200));
          }
        }
}

TEST(Fitted, KeepsAPictureOfTheRightSizeBitForBit) {
  for (const Fit fit : {Fit::kCrop, Fit::kPad, Fit::kStretch})
    EXPECT_EQ(fitted(noise(32, 20, 3), {32, 20}, fit, CropAt::kTop), noise(32, 20, 3));
}

TEST(Fitted, CutsTheMiddleOut) {
  const Image wide = noise(30, 10, 3), tall = noise(10, 30, 3);
  EXPECT_EQ(fitted(wide, {10, 10}, Fit::kCrop, CropAt::kCenter),
            drawn(10, 10, 3, [&](auto x, auto y, auto c) { return wide.at(x + 10, y)[c]; }));
  EXPECT_EQ(fitted(tall, {10, 10}, Fit::kCrop, CropAt::kCenter),
            drawn(10, 10, 3, [&](auto x, auto y, auto c) { return tall.at(x, y + 10)[c]; }));
}

TEST(Fitted, KeepsTheTopEdgeWhenAsked) {
  const Image wide = noise(30, 10, 3), tall = noise(10, 30, 3);
  EXPECT_EQ(fitted(tall, {10, 10}, Fit::kCrop, CropAt::kTop),
            drawn(10, 10, 3, [&](auto x, auto y, auto c) { return tall.at(x, y)[c]; }));
  EXPECT_EQ(fitted(wide, {10, 10}, Fit::kCrop, CropAt::kTop), fitted(wide, {10, 10}, Fit::kCrop, CropAt::kCenter));
}

TEST(Fitted, CutsToTheShapeBeforeItResizes) {
  // The middle third is 100, the rest is not seen.
  const Image wide = drawn(90, 30, 1, [](auto x, auto, auto) { return x >= 30 && x < 60 ? 100 : 255; });
  EXPECT_EQ(fitted(wide, {10, 10}, Fit::kCrop, CropAt::kCenter), Image(10, 10, 1, 100));
  EXPECT_EQ(fitted(wide, {60, 60}, Fit::kCrop, CropAt::kCenter), Image(60, 60, 1, 100));
}

TEST(Fitted, PadsWithBlackAroundTheWholePicture) {
  const Image wide = noise(20, 10, 3), tall = noise(10, 20, 1);
  EXPECT_EQ(fitted(wide, {20, 20}, Fit::kPad, CropAt::kCenter),
            drawn(20, 20, 3, [&](auto x, auto y, auto c) { return y >= 5 && y < 15 ? wide.at(x, y - 5)[c] : 0; }));
  EXPECT_EQ(fitted(tall, {20, 20}, Fit::kPad, CropAt::kCenter),
            drawn(20, 20, 1, [&](auto x, auto y, auto c) { return x >= 5 && x < 15 ? tall.at(x - 5, y)[c] : 0; }));
}

TEST(Fitted, PadsTransparentPicturesWithTransparency) {
  const Image padded = fitted(Image(20, 10, 4, 255), {20, 20}, Fit::kPad, CropAt::kCenter);
  for (int64_t c = 0; c < 4; ++c) {
    EXPECT_EQ(padded.at(3, 0)[c], 0);
    EXPECT_EQ(padded.at(3, 10)[c], 255);
  }
}

TEST(Fitted, StretchesEachAxisByItself) {
  const Image image = drawn(4, 2, 1, [](auto x, auto, auto) { return x < 2 ? 0 : 200; });
  const Image stretched = fitted(image, {2, 8}, Fit::kStretch, CropAt::kCenter);
  EXPECT_EQ(stretched, drawn(2, 8, 1, [](auto x, auto, auto) { return x == 0 ? 0 : 200; }));
}

TEST(Fitted, AveragesOverAreasWhenItShrinks) {
  const auto checkers = [](auto x, auto y, auto) { return (x + y) % 2 ? 255 : 0; };
  for (const int64_t channels : {1, 3}) {
    const Image shrunk = fitted(drawn(128, 128, channels, checkers), {32, 32}, Fit::kCrop, CropAt::kCenter);
    for (const uint8_t value : shrunk.pixels) EXPECT_NEAR(value, 127.5, 0.6);
  }
  // Where a side does not divide the other the average is over parts of pixels: still near gray.
  for (const uint8_t value : fitted(drawn(640, 640, 1, checkers), {36, 36}, Fit::kCrop, CropAt::kCenter).pixels)
    EXPECT_NEAR(value, 127.5, 4);
}

TEST(Fitted, AveragesAlongTheAxisThatShrinksWhileTheOtherGrows) {
  const Image lines = drawn(128, 8, 1, [](auto x, auto, auto) { return x % 2 ? 255 : 0; });
  for (const uint8_t value : fitted(lines, {32, 32}, Fit::kStretch, CropAt::kCenter).pixels)
    EXPECT_NEAR(value, 127.5, 0.6);
}

TEST(Fitted, GivesEveryAreaTheMeanOfItsPixels) {
  const Image image = noise(64, 64, 1);
  const Image shrunk = fitted(image, {16, 16}, Fit::kCrop, CropAt::kCenter);
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 16; ++x) {
      int sum = 0;
      for (int64_t i = 0; i < 16; ++i) sum += *image.at(4 * x + i % 4, 4 * y + i / 4);
      EXPECT_NEAR(*shrunk.at(x, y), sum / 16.0, 0.51);
    }
}

TEST(Fitted, DoesNotMixTheColourOfWhatIsTransparent) {
  const Image image = drawn(16, 16, 4, [](auto x, auto, auto c) {  // opaque red beside invisible green
    return x % 2 == 0 ? (c == 0 || c == 3 ? 255 : 0) : (c == 1 ? 255 : 0);
  });
  const Image shrunk = fitted(image, {8, 8}, Fit::kCrop, CropAt::kCenter);
  for (int64_t i = 0; i < 64; ++i) {
    const uint8_t* p = shrunk.pixels.data() + 4 * i;
    EXPECT_GE(p[0], 254);
    EXPECT_EQ(p[1], 0);
    EXPECT_EQ(p[2], 0);
    EXPECT_NEAR(p[3], 127.5, 0.6);
  }
}

TEST(Fitted, EnlargesBetweenItsNeighbours) {
  const Image ramp = drawn(2, 1, 1, [](auto x, auto, auto) { return x ? 200 : 0; });
  const Image large = fitted(ramp, {16, 8}, Fit::kStretch, CropAt::kCenter);
  EXPECT_EQ(*large.at(0, 0), 0);
  EXPECT_EQ(*large.at(15, 0), 200);
  for (int64_t x = 1; x < 16; ++x) EXPECT_GE(*large.at(x, 0), *large.at(x - 1, 0));
  EXPECT_NEAR(*large.at(7, 0) + *large.at(8, 0), 200, 1);
}

TEST(FitNames, AreThoseOfTheOptions) {
  EXPECT_EQ(fit_from("crop"), Fit::kCrop);
  EXPECT_EQ(fit_from("pad"), Fit::kPad);
  EXPECT_EQ(fit_from("stretch"), Fit::kStretch);
  EXPECT_EQ(crop_at_from("center"), CropAt::kCenter);
  EXPECT_EQ(crop_at_from("top"), CropAt::kTop);
}

}  // namespace
}  // namespace dcgan::test::transforms
