#include "image/decode.hpp"

#include <gtest/gtest.h>

#include "image/transform.hpp"
#include "support/jpegs.hpp"
#include "support/pictures.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::decodes {
namespace {

TEST(Decode, GivesTheExactPixelsOfLosslessFormats) {
  const Image gray = noise(21, 13, 1), colour = noise(21, 13, 3), with_alpha = noise(21, 13, 4);
  for (const char* suffix : {".png", ".tiff", ".pgm"})
    EXPECT_EQ(decoded(encoded(suffix, mat_of(gray))), gray) << suffix;
  for (const char* suffix : {".png", ".bmp", ".tiff", ".ppm"})
    EXPECT_EQ(decoded(encoded(suffix, mat_of(colour))), colour) << suffix;
  EXPECT_EQ(decoded(encoded(".png", mat_of(with_alpha))), with_alpha);
  EXPECT_EQ(decoded(encoded(".webp", mat_of(colour), {cv::IMWRITE_WEBP_QUALITY, 101})), colour);
}

TEST(Decode, BringsSixteenBitsToEight) {
  const auto rows = [](int samples) {  // values from 0 to 65535 in steps of 257: exact in eight bits
    std::string out;
    for (int i = 0; i < 4 * 4 * samples; ++i) out += big_endian(static_cast<uint64_t>(i % 200) * 257 + 257 * 55, 2);
    return out;
  };
  for (const auto& [colour_type, samples] : std::vector<std::pair<int, int>>{{0, 1}, {2, 3}, {6, 4}}) {
    const Image image = decoded(png_of_rows(4, 4, 16, colour_type, rows(samples)));
    ASSERT_EQ(image.channels, samples);
    for (size_t i = 0; i < image.pixels.size(); ++i) EXPECT_EQ(image.pixels[i], i % 200 + 55);
  }
}

TEST(Decode, LooksUpPalettesAndTheirTransparency) {
  const std::string palette = png_chunk("PLTE", std::string("\x0a\x14\x1e\x64\x6e\x78", 6)), rows("\0\1\1\0", 4);
  const Image opaque = decoded(png_of_rows(2, 2, 8, 3, rows, palette));
  EXPECT_EQ(opaque.channels, 3);
  EXPECT_EQ(opaque.pixels, (std::vector<uint8_t>{10, 20, 30, 100, 110, 120, 100, 110, 120, 10, 20, 30}));
  const Image transparent = decoded(png_of_rows(2, 2, 8, 3, rows, palette + png_chunk("tRNS", "\x40")));
  EXPECT_EQ(transparent.channels, 4);
  EXPECT_EQ(transparent.pixels,
            (std::vector<uint8_t>{10, 20, 30, 64, 100, 110, 120, 255, 100, 110, 120, 255, 10, 20, 30, 64}));
}

TEST(Decode, KeepsTheAlphaOfAGrayPicture) {
  const Image image = decoded(png_of_rows(2, 1, 8, 4, std::string("\x50\x80\x60\xff", 4)));
  ASSERT_EQ(image.channels, 4);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{0x50, 0x50, 0x50, 0x80, 0x60, 0x60, 0x60, 0xff}));
}

TEST(Decode, TakesAnAlphaChannelOfABmpThatIsNowhereVisibleAsUnused) {
  const auto pixel = [](int64_t x, int64_t y, int64_t c) { return c == 3 ? 0 : 10 * x + y + c; };
  EXPECT_EQ(decoded(encoded(".bmp", mat_of(drawn(3, 3, 4, pixel)))), drawn(3, 3, 3, pixel));
  EXPECT_EQ(decoded(png_of(drawn(3, 3, 4, pixel))), drawn(3, 3, 4, pixel));  // nobody writes such a PNG but on purpose
}

TEST(Decode, TurnsFourInksIntoColours) {
  const Image white = decoded(jpeg_by_libjpeg(Image(16, 16, 4, 255))),
              black = decoded(jpeg_by_libjpeg(Image(16, 16, 4, 0)));  // Adobe stores them inverted
  ASSERT_EQ(white.channels, 3);
  for (const uint8_t value : white.pixels) EXPECT_GT(value, 250);
  for (const uint8_t value : black.pixels) EXPECT_LT(value, 5);
}

TEST(Decode, NamesJpegsOfProcessesThatAreNotReadAndDoesNotCallThemDamaged) {
  const std::string jpeg = jpeg_of(noise(16, 16, 3));
  const size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  const auto changed = [&](size_t at, char value) {
    std::string out = jpeg;
    out[frame + at] = value;
    return out;
  };
  for (const auto& [what, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"12 bits", changed(4, 12)}, {"lossless", changed(1, '\xC3')}, {"hierarchical", changed(1, '\xC5')}}) {
    EXPECT_THROW(decoded(bytes), NotRead) << what;
    const std::string said = thrown_by([&, &bytes = bytes] { decoded(bytes); }).what;
    EXPECT_CONTAINS(said, what);
    EXPECT_CONTAINS(said, "of a kind that is not read");
    EXPECT_EQ(said.find("damaged"), std::string::npos) << said;
  }
}

TEST(Decode, NamesJpegLsThatIsNoJpegCutOff) {
  const std::string frame = std::string("\xFF\xD8\xFF\xF7\0\x0B\x08\0\x0C\0\x14\1\1\x11\0", 15);
  EXPECT_THROW(decoded(frame + std::string(100, '\0')), NotRead);
}

TEST(Decode, ReadsAJpegThatTellsItsHeightBehindItsPixels) {
  for (const int64_t channels : {1, 3}) {
    const Image scene = drawn(50, 37, channels, [](int64_t x, int64_t y, int64_t c) { return 40 + 3 * x + y + 9 * c; });
    const std::string jpeg = jpeg_of(scene);
    const size_t frame = jpeg.find("\xFF\xC0"), end = jpeg.rfind("\xFF\xD9");
    std::string untold = jpeg;
    untold.replace(frame + 5, 2, 2, '\0');
    std::string told = untold;
    told.insert(end, std::string("\xFF\xDC\0\4\0\x25", 6));  // a DNL segment: 37 lines
    EXPECT_EQ(probe_image(told).height, 37);
    EXPECT_EQ(decoded(told), decoded(jpeg));
    EXPECT_CONTAINS(thrown_by([&] { decoded(untold); }).what, "ends before it tells its height");
    EXPECT_CONTAINS(thrown_by([&] { decoded(told.substr(0, end)); }).what, "ends before it tells its height");
  }
}

TEST(Decode, RefusesAHugePictureBeforeItIsDecoded) {
  // There are no pixels at all: had it been decoded, the error would be another.
  const std::string png = png_signature() + png_header(30'000, 30'000, 8, 2) + png_chunk("IEND", "");
  const Thrown error = thrown_by([&] { decode_image(png, probe_image(png), 64); });
  EXPECT_CONTAINS(error.what, "too large: 30000 x 30000");
  EXPECT_CONTAINS(error.what, "64 megapixels");
  const std::string enormous = png_signature() + png_header(0x7fffffff, 0x7fffffff, 8, 2);
  EXPECT_CONTAINS(thrown_by([&] { decode_image(enormous, probe_image(enormous), 4000); }).what, "too large");
}

TEST(Decode, TakesAPictureOfExactlyTheLimit) {
  const std::string fits = encoded(".png", cv::Mat(1000, 1000, CV_8UC1, cv::Scalar(5)));
  EXPECT_EQ(decode_image(fits, probe_image(fits), 1).pixels.size(), 1'000'000u);
  const std::string over = encoded(".png", cv::Mat(1000, 1001, CV_8UC1, cv::Scalar(5)));
  EXPECT_CONTAINS(thrown_by([&] { decode_image(over, probe_image(over), 1); }).what, "too large");
}

TEST(Decode, NamesThePictureWhosePixelsAreNone) {
  for (const char* suffix : {".png", ".webp", ".tiff", ".jpg"}) {
    const std::string whole = encoded(suffix, mat_of(noise(40, 30, 3)));
    const Thrown error = thrown_by([&] { decoded(whole.substr(0, whole.size() / 3)); });
    EXPECT_EQ(error.exit_code, 1) << suffix;
    EXPECT_NE(error.what, "") << suffix;
  }
}

/// What lies at (x, y) of a picture stored under `orientation`, by the words of the EXIF standard: 6, for
/// example, has its first row at the right side and its first column at the top.
Image stored_as(const Image& upright, int orientation) {
  const int64_t w = upright.width, h = upright.height;
  const bool turned = orientation >= 5;
  return drawn(turned ? h : w, turned ? w : h, upright.channels, [&](int64_t x, int64_t y, int64_t c) {
    switch (orientation) {
      case 2:
        return upright.at(w - 1 - x, y)[c];
      case 3:
        return upright.at(w - 1 - x, h - 1 - y)[c];
      case 4:
        return upright.at(x, h - 1 - y)[c];
      case 5:
        return upright.at(y, x)[c];
      case 6:
        return upright.at(w - 1 - y, x)[c];
      case 7:
        return upright.at(w - 1 - y, h - 1 - x)[c];
      case 8:
        return upright.at(y, h - 1 - x)[c];
      default:
        return upright.at(x, y)[c];
    }
  });
}

/// Blocks of one colour each, along JPEG's own blocks, so that compression loses next to nothing.
Image upright_scene(int64_t channels) {
  return drawn(48, 32, channels,
               [](int64_t x, int64_t y, int64_t c) { return 30 + 60 * (x / 16) + 40 * (y / 16) + 20 * c; });
}

void expect_near(const Image& a, const Image& b, int tolerance, const std::string& what) {
  ASSERT_EQ(a.width, b.width) << what;
  ASSERT_EQ(a.height, b.height) << what;
  ASSERT_EQ(a.channels, b.channels) << what;
  int most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  EXPECT_LE(most, tolerance) << what;
}

TEST(Orientation, OfAJpegIsObeyed) {
  for (const int64_t channels : {1, 3})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const std::string jpeg = with_segment(jpeg_of(stored_as(upright_scene(channels), orientation), false, 100), 0xE1,
                                            std::string("Exif\0\0", 6) + exif_of(orientation));
      EXPECT_EQ(probe_image(jpeg).width, orientation >= 5 ? 32 : 48);  // as stored
      expect_near(decoded(jpeg), upright_scene(channels), 4, "orientation " + std::to_string(orientation));
    }
}

TEST(Orientation, OfAPngIsObeyedWithAndWithoutAlpha) {
  for (const int64_t channels : {1, 3, 4})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Image upright = noise(9, 5, channels);
      EXPECT_EQ(decoded(png_of(stored_as(upright, orientation), png_chunk("eXIf", exif_of(orientation)))), upright)
          << "orientation " << orientation << " of " << channels << " channels";
    }
}

TEST(Orientation, ThatMakesNoSenseIsIgnored) {
  const Image upright = noise(9, 5, 4);
  for (const auto& exif : {exif_of(0), exif_of(9), exif_of(65535), std::string("MM"),
                           std::string("MM\0*\xff\xff\xff\xff", 8), std::string()})
    EXPECT_EQ(decoded(png_of(upright, png_chunk("eXIf", exif))), upright);
}

}  // namespace
}  // namespace dcgan::test::decodes
