#include "image/png_damage.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "image/jpeg.hpp"
#include "support/jpegs.hpp"
#include "support/pictures.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::damages {
namespace {

/// True when the bytes are refused with an Error; any other exception fails the test.
bool is_refused(const std::string& bytes) {
  try {
    decoded(bytes);
  } catch (const Error&) {
    return true;
  }
  return false;
}

Image scene(int64_t channels) {  // smooth, so that JPEG keeps it, and not constant
  return drawn(60, 44, channels, [](int64_t x, int64_t y, int64_t c) { return 40 + 2 * x + y + 30 * c + (x * y) % 7; });
}

enum class Scans { kOne, kOneAColour, kProgressive };

/// A JPEG with its data in one scan, in one after another for each colour, or progressive.
std::string jpeg_with(const Image& image, Scans scans) {
  static const jpeg_scan_info kEachColour[] = {{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
  return jpeg_by_libjpeg(image, [&](jpeg_compress_struct& info) {
    if (scans == Scans::kProgressive) jpeg_simple_progression(&info);
    if (scans == Scans::kOneAColour) info.scan_info = kEachColour, info.num_scans = static_cast<int>(image.channels);
  });
}

// Some cameras leave the end mark out: that alone loses nothing. Every other cut does.
TEST(JpegDamage, FindsEveryCutThatLosesPixels) {
  for (const auto scans : {Scans::kOne, Scans::kOneAColour, Scans::kProgressive})
    for (const int64_t channels : {1, 3}) {
      const std::string whole = jpeg_with(scene(channels), scans);
      const Image picture = decoded(whole);
      EXPECT_EQ(picture.width, 60);
      size_t sound = 0;
      for (size_t length = 0; length < whole.size(); ++length) {
        const std::string cut = whole.substr(0, length);
        if (is_refused(cut)) continue;
        ++sound;
        ASSERT_EQ(decoded(cut), picture) << length << " of " << whole.size() << ", scans " << static_cast<int>(scans);
      }
      EXPECT_LE(sound, 4u);  // in the end mark, and in a byte that only fills up
    }
}

TEST(JpegDamage, AcceptsAJpegThatLacksOnlyItsEndMark) {
  const std::string whole = jpeg_with(scene(3), Scans::kOne);
  EXPECT_EQ(decoded(whole.substr(0, whole.size() - 2)), decoded(whole));
}

TEST(JpegDamage, NamesWhatItFound) {
  const std::string whole = jpeg_of(noise(200, 200, 3));
  EXPECT_CONTAINS(thrown_by([&] { decode_jpeg(whole.substr(0, whole.size() / 2), {}, 1'000'000); }).what,
                  "damaged JPEG: ");
  EXPECT_CONTAINS(thrown_by([&] { decoded(whole.substr(0, whole.size() / 2)); }).what, "damaged JPEG: ");
}

TEST(JpegDamage, FindsAHoleInTheCodes) {
  const std::string whole = jpeg_of(noise(200, 200, 3));
  std::string holed = whole;
  holed.erase(whole.size() / 2, whole.size() / 4);
  EXPECT_TRUE(is_refused(holed));
  std::string marked = whole;
  marked.replace(whole.size() / 2, 2, "\xFF\xD9");  // an end in the middle
  EXPECT_TRUE(is_refused(marked));
}

TEST(JpegDamage, AcceptsBytesThatLoseNothing) {
  const std::string whole = jpeg_of(scene(3));
  const Image picture = decoded(whole);
  const size_t tables = whole.find("\xFF\xDB");
  ASSERT_NE(tables, std::string::npos);
  for (const auto& odd : {whole.substr(0, tables) + "extra" + whole.substr(tables),  // libjpeg warns of these
                          whole + std::string(500, '\0'), whole + "\xFF\xD8 a second picture",
                          with_segment(whole, 0xFE, "a comment"), with_segment(whole, 0xE5, std::string(3000, '\xFF'))})
    EXPECT_EQ(decoded(odd), picture);
}

TEST(PngDamage, FindsACutAtEveryByte) {
  const std::string whole = encoded(".png", mat_of(scene(3)));
  for (size_t length = 0; length < whole.size(); ++length) ASSERT_TRUE(is_refused(whole.substr(0, length))) << length;
  EXPECT_EQ(decoded(whole), scene(3));
  EXPECT_EQ(decoded(whole + "more behind the end"), scene(3));
}

TEST(PngDamage, FindsAFlippedBitInEveryByte) {
  const std::string whole = encoded(".png", mat_of(scene(3)));
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    ASSERT_TRUE(is_refused(flipped)) << at;
  }
}

TEST(PngDamage, FindsAFlippedBitInTransparencyAndOrientation) {
  const std::string palette = png_chunk("PLTE", "RGBrgb");
  for (const auto& chunk : {png_chunk("tRNS", "\x01"), png_chunk("eXIf", exif_of(6))}) {
    const std::string whole = png_of_rows(2, 2, 8, 3, std::string("\0\1\1\0", 4), palette + chunk);
    EXPECT_FALSE(is_refused(whole));
    std::string flipped = whole;
    flipped[whole.find(chunk) + 8] ^= 4;
    EXPECT_TRUE(is_refused(flipped)) << chunk.substr(4, 4);
  }
}

TEST(PngDamage, ToleratesADamagedChunkThatCarriesNoPixels) {
  std::string chunk = png_chunk("tEXt", "Comment\0hello");
  chunk[10] ^= 1;
  EXPECT_EQ(decoded(png_of(scene(3), chunk)), scene(3));
}

TEST(PngDamage, FindsAPngWithoutPixels) {
  EXPECT_CONTAINS(png_damage(png_signature() + png_header(4, 4, 8, 2) + png_chunk("IEND", "")), "no pixels");
}

TEST(Decode, SaysNothingOnStandardErrorAboutProfilesAndDamage) {
  const std::string profile = png_chunk("iCCP", std::string("broken\0\0nonsense", 16));
  const std::string jpeg = jpeg_of(scene(3));
  testing::internal::CaptureStderr();
  const Image image = decoded(png_of(scene(3), profile));
  const bool refused = is_refused(jpeg.substr(0, 900));
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(image, scene(3));
  EXPECT_TRUE(refused);
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace dcgan::test::damages
