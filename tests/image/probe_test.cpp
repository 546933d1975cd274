#include "image/probe.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "support/pictures.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::probes {
namespace {

using enum ImageFormat;

void expect_probe(const std::string& bytes, ImageFormat format, const std::string& mode, bool gray, bool alpha,
                  int bits = 8) {
  const Probe p = probe_image(bytes);
  EXPECT_EQ(p.problem, "");
  EXPECT_EQ(p.format, format) << format_name(p.format);
  EXPECT_EQ(p.width, 20);
  EXPECT_EQ(p.height, 12);
  EXPECT_EQ(p.mode, mode);
  EXPECT_EQ(p.gray, gray) << mode;
  EXPECT_EQ(p.alpha, alpha) << mode;
  EXPECT_EQ(p.bits, bits) << mode;
}

const cv::Mat kGray8(12, 20, CV_8UC1, cv::Scalar(90)), kColour8(12, 20, CV_8UC3, cv::Scalar(9, 99, 200)),
    kAlpha8(12, 20, CV_8UC4, cv::Scalar(9, 99, 200, 50)), kGray16(12, 20, CV_16UC1, cv::Scalar(9000)),
    kColour16(12, 20, CV_16UC3, cv::Scalar(9, 9000, 60000));

std::string png_header_only(int bits, int colour_type, const std::string& more = "") {
  return png_signature() + png_header(20, 12, bits, colour_type) + more;
}

TEST(Probe, ReadsEveryKindOfPng) {
  expect_probe(png_header_only(8, 0), kPng, "gray", true, false);
  expect_probe(png_header_only(1, 0), kPng, "gray", true, false, 1);
  expect_probe(png_header_only(16, 0), kPng, "gray", true, false, 16);
  expect_probe(png_header_only(8, 2), kPng, "RGB", false, false);
  expect_probe(png_header_only(16, 2), kPng, "RGB", false, false, 16);
  expect_probe(png_header_only(8, 3), kPng, "palette", false, false);
  expect_probe(png_header_only(8, 4), kPng, "gray+alpha", true, true);
  expect_probe(png_header_only(8, 6), kPng, "RGBA", false, true);
  expect_probe(png_header_only(16, 6), kPng, "RGBA", false, true, 16);
}

TEST(Probe, SeesTheTransparentColoursOfAPng) {
  const std::string palette = png_chunk("PLTE", std::string(6, 'x')), transparent = png_chunk("tRNS", "\x01");
  expect_probe(png_header_only(8, 3, palette + transparent), kPng, "palette", false, true);
  expect_probe(png_header_only(8, 2, png_chunk("tRNS", "123456")), kPng, "RGB", false, true);
  // Behind the pixels it has no meaning.
  expect_probe(png_header_only(8, 3, palette + png_chunk("IDAT", "") + transparent), kPng, "palette", false, false);
}

TEST(Probe, ReadsJpegs) {
  expect_probe(encoded(".jpg", kColour8), kJpeg, "RGB", false, false);
  expect_probe(encoded(".jpg", kGray8), kJpeg, "gray", true, false);
  expect_probe(encoded(".jpg", kColour8, {cv::IMWRITE_JPEG_PROGRESSIVE, 1}), kJpeg, "RGB", false, false);
  const std::string frame =
      std::string("\xFF\xC0") + big_endian(8 + 3 * 4, 2) + "\x08" + big_endian(12, 2) + big_endian(20, 2);
  expect_probe(std::string("\xFF\xD8") + frame + "\x04" + std::string(12, '\x11'), kJpeg, "CMYK", false, false);
}

TEST(Probe, FindsTheFrameOfAJpegBehindLargeMetadataAndFillBytes) {
  std::string jpeg = encoded(".jpg", kColour8);
  for (int i = 0; i < 5; ++i) jpeg = with_segment(jpeg, 0xE2, std::string(65'000, '\xC0'));
  jpeg = jpeg.substr(0, 2) + "\xFF\xFF\xFF" + jpeg.substr(2);
  expect_probe(jpeg, kJpeg, "RGB", false, false);
  EXPECT_NE(probe_image(jpeg.substr(0, 4096)).problem, "");
}

TEST(Probe, ReadsBmps) {
  expect_probe(encoded(".bmp", kColour8), kBmp, "RGB", false, false);
  expect_probe(encoded(".bmp", kAlpha8), kBmp, "RGB", false, false);  // without a mask the fourth byte is spare
  EXPECT_EQ(probe_image(encoded(".bmp", kGray8)).mode, "palette");
}

TEST(Probe, ReadsABmpThatIsStoredFromTheTop) {
  std::string bmp = encoded(".bmp", kColour8);
  bmp.replace(22, 4, little_endian(static_cast<uint32_t>(-12), 4));
  expect_probe(bmp, kBmp, "RGB", false, false);
}

/// The header of OS/2: sizes of 16 bits.
std::string os2_bmp() {
  const std::string pixels(12 * 60, '\x50');
  return "BM" + little_endian(26 + pixels.size(), 4) + little_endian(0, 4) + little_endian(26, 4) +
         little_endian(12, 4) + little_endian(20, 2) + little_endian(12, 2) + little_endian(1, 2) +
         little_endian(24, 2) + pixels;
}

TEST(Probe, ReadsABmpOfOs2) {
  expect_probe(os2_bmp(), kBmp, "RGB", false, false);
  EXPECT_EQ(decoded(os2_bmp()), Image(20, 12, 3, 0x50));
}

TEST(Probe, ReadsEveryKindOfWebp) {
  expect_probe(encoded(".webp", kColour8, {cv::IMWRITE_WEBP_QUALITY, 80}), kWebp, "RGB", false, false);
  expect_probe(encoded(".webp", kColour8, {cv::IMWRITE_WEBP_QUALITY, 101}), kWebp, "RGB", false, false);
  expect_probe(encoded(".webp", kAlpha8, {cv::IMWRITE_WEBP_QUALITY, 80}), kWebp, "RGBA", false, true);
  expect_probe(encoded(".webp", kAlpha8, {cv::IMWRITE_WEBP_QUALITY, 101}), kWebp, "RGBA", false, true);
  const std::string animated = "RIFF" + little_endian(100, 4) + "WEBPVP8X" + little_endian(10, 4) + '\x02' +
                               std::string(3, '\0') + little_endian(19, 3) + little_endian(11, 3);
  expect_probe(animated, kWebp, "RGB", false, false);
}

TEST(Probe, ReadsTiffs) {
  expect_probe(encoded(".tiff", kColour8), kTiff, "RGB", false, false);
  expect_probe(encoded(".tiff", kGray8), kTiff, "gray", true, false);
  expect_probe(encoded(".tiff", kGray16), kTiff, "gray", true, false, 16);
  expect_probe(encoded(".tiff", kColour16), kTiff, "RGB", false, false, 16);
  EXPECT_TRUE(probe_image(encoded(".tiff", kAlpha8)).alpha);
  const auto entry = [](uint64_t tag, uint64_t value) {
    return big_endian(tag, 2) + big_endian(3, 2) + big_endian(1, 4) + big_endian(value, 2) + big_endian(0, 2);
  };
  expect_probe("MM" + big_endian(42, 2) + big_endian(8, 4) + big_endian(8, 2) + entry(256, 20) + entry(257, 12) +
                   entry(258, 8) + entry(259, 1) + entry(262, 5) + entry(273, 200) + entry(277, 4) + entry(279, 960) +
                   big_endian(0, 4) + std::string(960, '\0'),
               kTiff, "CMYK", false, false);
}

TEST(Probe, ReadsEveryKindOfNetpbm) {
  expect_probe("P6\n# a comment\n20 12\n255\n", kPnm, "RGB", false, false);
  expect_probe("P5 20 12 65535\n", kPnm, "gray", true, false, 16);
  expect_probe("P4\n20 12\n", kPnm, "gray", true, false);
  expect_probe("P1\n20 12\n", kPnm, "gray", true, false);
  expect_probe("P2\n20\n#x\n12\n255\n", kPnm, "gray", true, false);
  expect_probe("P3\n20 12 255\n", kPnm, "RGB", false, false);
  EXPECT_CONTAINS(probe_image("P6\nwide 12 255\n").problem, "broken");
  EXPECT_NE(probe_image("P6\n# a comment without an end").problem, "");
}

TEST(Probe, NamesFormatsThatAreNotReadWithACommandThatConvertsThem) {
  const auto media = [](const char* brand) { return big_endian(24, 4) + "ftyp" + brand + std::string(12, '\0'); };
  const std::tuple<std::string, ImageFormat, const char*, const char*> cases[] = {
      {"GIF89a" + std::string(20, '\0'), kGif, "GIF", "convert"},
      {"GIF87a" + std::string(20, '\0'), kGif, "GIF", "convert"},
      {media("heic"), kHeic, "HEIC", "heif-convert"},
      {media("mif1"), kHeic, "HEIC", "heif-convert"},
      {media("avif"), kAvif, "AVIF", "Pillow"},
      {media("avis"), kAvif, "AVIF", "Pillow"},
      {media("crx "), kRaw, "raw", "dcraw_emu"},
      {media("isom"), kFilm, "film", "ffmpeg"},
      {"%PDF-1.4", kPdf, "PDF", "pdftoppm"},
      {"<?xml version='1.0'?><svg></svg>", kSvg, "SVG", "rsvg-convert"},
      {std::string("\xFF\x0A") + "xx", kJpegXl, "JPEG XL", "data converter jpeg-xl"},
      {"8BPS and so on", kPsd, "Photoshop", "convert"},
      {std::string("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\0\1\0\0\x16\0\0\0", 22), kIcon, "icon", "python3"},
      {std::string("II\xBC\1", 4) + std::string(20, '\0'), kJpegXr, "JPEG XR", "data converter jpeg-xr"},
      {"BA" + std::string(12, '\1') + "BM and so on", kBitmapArray, "bitmap array", "python3"},
      {"PF\n20 12\n-1.0\n", kPfm, "PFM", "python3"}};
  for (const auto& [bytes, format, name, command] : cases) {
    const Probe p = probe_image(bytes);
    EXPECT_EQ(p.format, format) << name;
    EXPECT_CONTAINS(format_name(format), name);
    EXPECT_FALSE(is_readable(format));
    EXPECT_CONTAINS(p.problem, name);
    EXPECT_THROW(decoded(bytes), NotRead) << name;
    const NotRead named = NotRead(p).at("my pictures/one");
    EXPECT_CONTAINS(named.what(), command);
    EXPECT_CONTAINS(named.what(), "my pictures/one'");
    EXPECT_CONTAINS(named.what(), named.command());
  }
  for (const auto format : {kPng, kJpeg, kBmp, kWebp, kTiff, kPnm}) {
    EXPECT_TRUE(is_readable(format));
    EXPECT_EQ(converter_of(format), Converter::kNone);
  }
  EXPECT_FALSE(is_readable(kUnknown));
}

TEST(Probe, TellsFilesThatAreNoPictures) {
  EXPECT_EQ(probe_image("").problem, "the file is empty");
  for (const char* text : {"hello", "P9 20 12", "BM is the start of a sentence that goes on", "PK\x03\x04", "\x89PN"}) {
    EXPECT_EQ(probe_image(text).problem, "not a picture") << text;
    EXPECT_EQ(probe_image(text).format, kUnknown);
  }
}

TEST(Probe, RefusesAPictureWithoutPixels) {
  EXPECT_CONTAINS(probe_image(png_signature() + png_header(0, 12, 8, 2)).problem, "no pixels");
  EXPECT_CONTAINS(probe_image("P6 20 0 255\n").problem, "no pixels");
  EXPECT_CONTAINS(probe_image(png_signature() + png_header(20, 12, 8, 5)).problem, "unknown colour type");
}

std::vector<std::string> one_of_each() {
  return {encoded(".png", kColour8),
          encoded(".jpg", kColour8),
          encoded(".bmp", kColour8),
          os2_bmp(),
          encoded(".webp", kColour8, {cv::IMWRITE_WEBP_QUALITY, 80}),
          encoded(".webp", kColour8, {cv::IMWRITE_WEBP_QUALITY, 101}),
          encoded(".webp", kAlpha8, {cv::IMWRITE_WEBP_QUALITY, 80}),
          encoded(".tiff", kColour8),
          encoded(".ppm", kColour8),
          "GIF89a" + std::string(20, '\0'),
          big_endian(24, 4) + "ftypheic" + std::string(12, '\0')};
}

TEST(Probe, TakesAFileThatEndsAnywhere) {
  for (const auto& whole : one_of_each())
    for (size_t length = 0; length <= std::min<size_t>(whole.size(), 300); ++length) {
      // A copy of exactly this length, so that the address sanitizer sees every byte read beyond it.
      const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<long>(length));
      Probe p;
      ASSERT_NO_THROW(p = probe_image({cut.data(), cut.size()}))
          << format_name(probe_image(whole).format) << " " << length;
      EXPECT_TRUE(!p.problem.empty() || (p.width > 0 && p.height > 0));
    }
}

TEST(Probe, TakesHeadersOfAnyNonsense) {
  for (const auto& whole : one_of_each())
    for (uint64_t round = 0; round < 500; ++round) {
      std::string bytes = whole.substr(0, 64);
      const Draw draw(round, Purpose::kFlip, 0);
      const size_t kept = draw.word(0) % 16;  // a part of the signature stays
      for (size_t i = kept; i < bytes.size(); ++i) bytes[i] = static_cast<char>(draw.word(static_cast<uint32_t>(i)));
      Probe p;
      ASSERT_NO_THROW(p = probe_image(bytes));
      EXPECT_TRUE(!p.problem.empty() || (p.width > 0 && p.height > 0));
    }
}

}  // namespace
}  // namespace dcgan::test::probes
