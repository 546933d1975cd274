// JPEGs that are decoded at a part of their size because they will be made smaller anyway.
#include <gtest/gtest.h>

#include <cmath>

#include "image/jpeg.hpp"
#include "image/transform.hpp"
#include "support/jpegs.hpp"
#include "support/pictures.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::scaled {
namespace {

Image at_least(const std::string& jpeg, Size size) { return decode_image(jpeg, probe_image(jpeg), 64, size); }
Size size_of(const Image& image) { return {image.width, image.height}; }

/// Waves of about `period` pixels in every direction, other ones in every channel.
Image waves(int64_t width, int64_t height, int64_t channels, double period) {
  return drawn(width, height, channels, [&](int64_t x, int64_t y, int64_t c) {
    const double step = 2 * M_PI / period;
    return static_cast<int>(128 + 50 * std::sin(step * static_cast<double>(x)) +
                            50 * std::sin(step * (0.7 * static_cast<double>(y) + static_cast<double>(c))) +
                            20 * std::sin(0.6 * step * static_cast<double>(x + y)));
  });
}

double psnr(const Image& a, const Image& b) {
  EXPECT_EQ(size_of(a), size_of(b));
  double squares = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) squares += std::pow(double(a.pixels[i]) - double(b.pixels[i]), 2);
  return squares == 0 ? 99 : 10 * std::log10(255 * 255 * static_cast<double>(a.pixels.size()) / squares);
}

TEST(ScaledJpeg, ComesAtTheSmallestOfFullHalfQuarterAndEighthThatIsLargeEnough) {
  const std::string jpeg = jpeg_of(waves(201, 162, 3, 40));
  for (const auto& [asked, given] : {std::pair<Size, Size>{{0, 0}, {201, 162}},
                                     {{201, 162}, {201, 162}},
                                     {{400, 400}, {201, 162}},
                                     {{101, 81}, {201, 162}},
                                     {{100, 82}, {201, 162}},
                                     {{100, 81}, {101, 81}},
                                     {{50, 40}, {51, 41}},
                                     {{51, 40}, {101, 81}},
                                     {{25, 20}, {26, 21}},
                                     {{1, 1}, {26, 21}}})
    EXPECT_EQ(size_of(at_least(jpeg, asked)), given) << to_text(asked);
}

/// Colours at one pixel for `across` x `down` of brightness.
std::string sampled_jpeg(const Image& image, int across, int down) {
  return jpeg_by_libjpeg(image, [&](jpeg_compress_struct& info) {
    jpeg_set_quality(&info, 95, TRUE);
    info.comp_info[0].h_samp_factor = across, info.comp_info[0].v_samp_factor = down;
  });
}

TEST(ScaledJpeg, OfEverySamplingOfItsColoursIsTheFullPictureMadeSmallerWithinTwoLevels) {
  constexpr int kLevels = 2;
  const Image scene = waves(768, 512, 3, 150);
  for (const auto& [across, down] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {1, 4}, {4, 2}, {2, 4}})
    for (const Size size : {Size{96, 64}, Size{192, 128}, Size{60, 60}}) {
      const std::string jpeg = sampled_jpeg(scene, across, down);
      const Image whole = fitted(decoded(jpeg), size, Fit::kCrop, CropAt::kCenter);
      const Image scaled = fitted(at_least(jpeg, size), size, Fit::kCrop, CropAt::kCenter);
      int most = 0;
      for (size_t i = 0; i < whole.pixels.size(); ++i)
        most = std::max(most, std::abs(whole.pixels[i] - scaled.pixels[i]));
      EXPECT_LE(most, kLevels) << across << " x " << down << " at " << to_text(size);
    }
}

TEST(ScaledJpeg, IsNeverSmallerThanAsked) {
  for (int64_t side = 8; side < 80; side += 3) {
    const std::string jpeg = jpeg_of(waves(side, 90 - side, 1, 20));
    for (int64_t asked = 1; asked < 40; ++asked) {
      const Image image = at_least(jpeg, {asked, asked});
      EXPECT_TRUE(image.width >= std::min(asked, side)) << side << " " << asked;
      EXPECT_TRUE(image.height >= std::min(asked, 90 - side)) << side << " " << asked;
    }
  }
}

TEST(ScaledJpeg, ThatMayNotBeSmallerIsTheFullPictureBitForBit) {
  const std::string jpeg = jpeg_of(noise(60, 60, 3));
  EXPECT_EQ(at_least(jpeg, {31, 31}), decoded(jpeg));
}

TEST(ScaledJpeg, FittedIsLikeTheFullPictureFitted) {
  for (const int64_t channels : {1, 3})
    for (const auto& [width, height] : {std::pair<int64_t, int64_t>{178, 218}, {640, 480}, {1023, 777}, {257, 129}})
      for (const auto fit : {Fit::kCrop, Fit::kPad, Fit::kStretch})
        for (const Size size : {Size{64, 64}, Size{32, 48}}) {
          const std::string jpeg = jpeg_of(waves(width, height, channels, static_cast<double>(width) / 4));
          const Image full = fitted(decoded(jpeg), size, fit, CropAt::kCenter);
          const Image reduced = fitted(at_least(jpeg, size), size, fit, CropAt::kCenter);
          EXPECT_GT(psnr(full, reduced), 35) << width << " x " << height << " to " << to_text(size) << ", " << channels
                                             << " channels, fit " << static_cast<int>(fit);
        }
}

TEST(ScaledJpeg, IsCutAndPaddedAtTheSamePlaceAsTheFullPicture) {
  // White right of column 601 of 1003 and below row 400; black elsewhere.
  const std::string jpeg =
      jpeg_of(drawn(1003, 801, 1, [](int64_t x, int64_t y, int64_t) { return x >= 601 || y >= 400 ? 255 : 0; }));
  for (const auto fit : {Fit::kCrop, Fit::kPad, Fit::kStretch})
    for (const auto at : {CropAt::kCenter, CropAt::kTop}) {
      const Image full = fitted(decoded(jpeg), {60, 60}, fit, at);
      const Image reduced = fitted(at_least(jpeg, {60, 60}), {60, 60}, fit, at);
      for (size_t i = 0; i < full.pixels.size(); ++i) ASSERT_NEAR(full.pixels[i], reduced.pixels[i], 12) << i;
    }
}

TEST(ScaledJpeg, KeepsTheMeanOfFineDetail) {
  const Image detail = noise(512, 512, 1);
  const std::string jpeg = jpeg_of(detail);
  const auto mean = [](const Image& image) {
    double sum = 0;
    for (const uint8_t value : image.pixels) sum += value;
    return sum / static_cast<double>(image.pixels.size());
  };
  EXPECT_NEAR(mean(at_least(jpeg, {64, 64})), mean(detail), 1);
}

TEST(ScaledJpeg, IsMeasuredAfterItsOrientation) {
  const std::string lying = jpeg_of(waves(200, 100, 3, 40));
  const std::string turned = with_segment(lying, 0xE1, std::string("Exif\0\0", 6) + exif_of(6));
  EXPECT_EQ(size_of(at_least(turned, {100, 200})), (Size{100, 200}));
  EXPECT_EQ(size_of(at_least(turned, {50, 100})), (Size{50, 100}));
  EXPECT_EQ(size_of(at_least(turned, {100, 50})), (Size{100, 200}));
  const std::string odd = with_segment(jpeg_of(waves(202, 102, 3, 40)), 0xE1, std::string("Exif\0\0", 6) + exif_of(3));
  EXPECT_EQ(size_of(at_least(odd, {20, 20})), (Size{101, 51}));  // a quarter would leave part of a pixel at its left
}

TEST(ScaledJpeg, IsSearchedForDamageToo) {
  const std::string whole = jpeg_of(noise(256, 256, 3));
  const std::string progressive = jpeg_of(noise(256, 256, 3), true);
  for (const auto& jpeg : {whole, progressive})
    for (const double part : {0.2, 0.5, 0.9, 0.99}) {
      const auto cut = jpeg.substr(0, static_cast<size_t>(part * static_cast<double>(jpeg.size())));
      EXPECT_CONTAINS(thrown_by([&] { at_least(cut, {32, 32}); }).what, "damaged JPEG") << part;
    }
}

}  // namespace
}  // namespace dcgan::test::scaled
