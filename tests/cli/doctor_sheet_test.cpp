// `dcgan doctor --show`: a sheet of what the network gets, for a person.
#include <set>

#include "formats/npy.hpp"
#include "support/idx.hpp"
#include "support/jpegs.hpp"
#include "support/networks.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/zip.hpp"

namespace dcgan::test {
namespace {

Image read_png(const std::string& path) {
  const std::string bytes = read_text(path);
  return decode_image(bytes, probe_image(bytes), 64);
}

/// A picture on a sheet, its top left corner given, each of its pixels `times` times.
Image picture_at(const Image& sheet, int64_t left, int64_t top, int64_t side, int64_t times) {
  Image out(side, side, sheet.channels);
  for (int64_t y = 0; y < side; ++y)
    for (int64_t x = 0; x < side; ++x)
      std::copy_n(sheet.at(left + x * times, top + y * times), sheet.channels, out.at(x, y));
  return out;
}

class DoctorSheet : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  Json shown_of(const std::string& data, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"doctor", at(data), "--size", "16", "--show", at("sheet.png"), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    testing::internal::CaptureStdout();
    EXPECT_EQ(dcgan_.call(words), 0);
    std::fflush(stdout);
    return Json::parse(testing::internal::GetCapturedStdout());
  }
  Program dcgan_;
};

TEST_F(DoctorSheet, OfEveryKindOfDataShowsTheFirstPictureOfEachClassPixelForPixel) {
  make_pictures(at("folder/cat"), 2), make_pictures(at("folder/dog"), 1);
  ZipMaker zip;
  for (const char* name : {"cat/picture100.png", "cat/picture101.png", "dog/picture100.png"})
    zip.add(name, read_text(at(std::string("folder/") + name)));
  write_text(at("pictures.zip"), zip.whole());
  ASSERT_EQ(dcgan_.call({"data", "pack", at("folder"), "--size", "16", "--out", at("p.pack")}), 0);
  const Image first = made_picture(16, 3, 0), second = made_picture(16, 3, 1);
  for (const char* data : {"folder", "pictures.zip", "p.pack"}) {
    const Json report = shown_of(data);
    EXPECT_CONTAINS(report["sheet"].get<std::string>(), "shows 3 pictures as the network gets them, of 2 classes");
    const Image sheet = read_png(at("sheet.png"));
    const int64_t row = (sheet.height - 4) / 2, column = (sheet.width - 4) / 2;  // as many a row as a class has
    EXPECT_EQ(picture_at(sheet, 4, 4, 16, 4).pixels, first.pixels) << data;
    EXPECT_EQ(picture_at(sheet, 4 + column, 4, 16, 4).pixels, second.pixels) << data;
    EXPECT_EQ(picture_at(sheet, 4, 4 + row, 16, 4).pixels, first.pixels) << data;
  }
}

TEST_F(DoctorSheet, OfArraysShowsThemAsTheyAreStored) {
  const std::string gray = counting_bytes(256), pixels = gray + counting_bytes(256, 50);
  fs::create_directories(at("idx"));
  write_text(at("idx/train-images-idx3-ubyte"), idx_header(8, {2, 16, 16}) + pixels);
  write_text(at("idx/train-labels-idx1-ubyte"), idx_header(8, {2}) + std::string("\1\0", 2));
  write_text(at("images.npy"), npy_head(ElementType::kU8, {2, 16, 16}) + pixels);
  for (const auto& [data, is_second] : {std::pair("idx/train-images-idx3-ubyte", true), {"images.npy", false}}) {
    shown_of(data);
    const Image sheet = read_png(at("sheet.png")), found = picture_at(sheet, 4, 4, 16, 4);
    ASSERT_EQ(sheet.channels, 1) << data;
    const std::string expected = is_second ? counting_bytes(256, 50) : gray;  // class 0 is the second's
    EXPECT_TRUE(std::equal(found.pixels.begin(), found.pixels.end(), expected.begin(), [](uint8_t a, char b) {
      return a == static_cast<uint8_t>(b);
    })) << data;
  }
  fs::create_directories(at("cifar"));
  write_text(at("cifar/data_batch_1.bin"), std::string("\3") + std::string(3072, '\x40'));
  shown_of("cifar");
  EXPECT_EQ(read_png(at("sheet.png")).at(4, 4)[0], 0x40);
}

TEST_F(DoctorSheet, ShowsInksAsPaperHasThemAndASidewaysLetterAsItIsStored) {
  const auto inks = [](uint8_t stored) {  // Adobe stores them inverted: 255 is none
    Image image(16, 16, 4);
    std::fill(image.pixels.begin(), image.pixels.end(), stored);
    return jpeg_by_libjpeg(image);
  };
  write_text(at("inks/a.jpg"), inks(255)), write_text(at("inks/b.jpg"), inks(0));
  shown_of("inks");
  const Image sheet = read_png(at("sheet.png"));
  const int64_t column = (sheet.width - 4) / 2;
  EXPECT_GT(sheet.at(8, 8)[0], 250);         // no ink: paper
  EXPECT_LT(sheet.at(8 + column, 8)[0], 5);  // all of it
  // A stroke along the first row of what is stored, as EMNIST has one that was written from top to bottom.
  std::string stroke(256, '\0');
  std::fill_n(stroke.begin(), 16, '\xff');
  fs::create_directories(at("letters"));
  write_text(at("letters/emnist-letters-train-images-idx3-ubyte"), idx_header(8, {1, 16, 16}) + stroke);
  write_text(at("letters/emnist-letters-train-labels-idx1-ubyte"), idx_header(8, {1}) + "\1");
  shown_of("letters/emnist-letters-train-images-idx3-ubyte");
  const Image letter = picture_at(read_png(at("sheet.png")), 4, 4, 16, 4);
  EXPECT_EQ(letter.at(15, 0)[0], 255);
  EXPECT_EQ(letter.at(0, 15)[0], 0);
}

TEST_F(DoctorSheet, IsOfTheChannelsAndTheCutThatTrainingIsAskedFor) {
  fs::create_directories(at("wide"));
  Image wide(32, 16, 3);
  for (int64_t x = 8; x < 24; ++x)
    for (int64_t y = 0; y < 16; ++y) wide.at(x, y)[0] = 255;
  write_text(at("wide/a.png"), encode_png(wide));
  shown_of("wide");
  EXPECT_EQ(read_png(at("sheet.png")).at(4, 4)[0], 255);  // the middle
  shown_of("wide", {"--fit", "pad"});
  EXPECT_EQ(read_png(at("sheet.png")).at(4, 4)[0], 0);  // black above
  shown_of("wide", {"--channels", "gray"});
  EXPECT_EQ(read_png(at("sheet.png")).channels, 1);
}

TEST_F(DoctorSheet, IsBoundedAndSaysHowManyMoreThereAre) {
  for (int c = 0; c < 18; ++c) make_pictures(at("many/class" + std::to_string(100 + c)), c == 0 ? 10 : 1);
  EXPECT_CONTAINS(shown_of("many")["sheet"].get<std::string>(),
                  "shows 23 pictures as the network gets them, of 16 classes; 4 more are not on it, nor any of 2 more "
                  "classes");
  make_pictures(at("flat"), 70);
  write_text(at("flat/zzz.png"), "no picture");  // counts nowhere
  EXPECT_CONTAINS(shown_of("flat")["sheet"].get<std::string>(), "shows 64 pictures as the network gets them; 6 more");
}

TEST_F(DoctorSheet, IsNeverWrittenAmongThePicturesThatItShows) {
  make_pictures(at("some/cat"), 2);
  const std::string before = read_text(at("some/cat/picture100.png"));
  for (const char* place : {"some/cat/picture100.png", "some/sheet.png", "some/cat/../sheet.png"})
    EXPECT_TRUE(refused(dcgan_.refusal({"doctor", at("some"), "--show", at(place)}), 2, "would be one of them"))
        << place;
  EXPECT_EQ(read_text(at("some/cat/picture100.png")), before);
  EXPECT_FALSE(fs::exists(at("some/sheet.png")));
}

TEST_F(DoctorSheet, PassesOverWhatCannotBeReadAndIsNotWrittenWhenNothingCan) {
  make_pictures(at("some"), 2);
  write_text(at("some/aaa.png"), png_signature());
  EXPECT_CONTAINS(shown_of("some")["sheet"].get<std::string>(), "shows 2 pictures as the network gets them; 1 file");
  EXPECT_EQ(picture_at(read_png(at("sheet.png")), 4, 4, 16, 4).pixels, made_picture(16, 3, 0).pixels);
  write_text(at("none/aaa.png"), png_signature());
  const std::string there = encode_png(made_picture(8, 3, 7));
  write_text(at("x.png"), there);
  EXPECT_TRUE(refused(dcgan_.refusal({"doctor", at("none"), "--show", at("x.png")}), 1, "none to show"));
  EXPECT_EQ(read_text(at("x.png")), there);
  EXPECT_TRUE(refused(dcgan_.refusal({"doctor", at("some"), "--show", at("x.jpg")}), 2, "x.png"));
  EXPECT_TRUE(refused(dcgan_.refusal({"doctor", at("some"), "--show", at("no/folder/x.png")}), 2, "--show"));
}

TEST_F(DoctorSheet, CutsNamesToTheirColumnsAndHasALetterForEachCharacter) {
  const std::string name = "a_very_long_name_of_a_picture_0001.png";
  const std::string cut = Sheet::fitting(name, 100);
  EXPECT_LE(Sheet::caption_width(cut), 100);
  EXPECT_TRUE(cut.starts_with("a_very")) << cut;
  EXPECT_TRUE(cut.ends_with(".png")) << cut;
  EXPECT_EQ(Sheet::fitting("\xc3\xbc\xe6\x97\xa5.png", 100), "??.png");
  make_pictures(at("names/" + std::string(200, 'w')), 9), make_pictures(at("names/\xe6\x97\xa5"), 1);
  shown_of("names");
  EXPECT_LE(read_png(at("sheet.png")).width, 8 * 130);
}

TEST_F(DoctorSheet, HasTheVeryPicturesOfARunsFirstSamples) {
  make_pictures(at("photos"), 4);
  ASSERT_EXIT_CODE(dcgan_(dcgan_.small_train("photos", "run", {"--images", "8", "--eval-every", "0"})), 0);
  shown_of("photos");
  const Image real = read_png(at("run/samples/real.png")), sheet = read_png(at("sheet.png"));
  std::set<std::vector<uint8_t>> trained, shown_ones;
  for (int64_t y = 2; y + 16 <= real.height; y += 18)
    for (int64_t x = 2; x + 16 <= real.width; x += 18) {
      const auto pixels = picture_at(real, x, y, 16, 1).pixels;
      if (std::any_of(pixels.begin(), pixels.end(), [](uint8_t v) { return v != 255; })) trained.insert(pixels);
    }
  const int64_t row = (sheet.height - 4) / 2, column = (sheet.width - 4) / 2;
  for (int i = 0; i < 4; ++i) shown_ones.insert(picture_at(sheet, 4 + i % 2 * column, 4 + i / 2 * row, 16, 4).pixels);
  EXPECT_EQ(shown_ones.size(), 4u);
  EXPECT_EQ(trained, shown_ones);
}

}  // namespace
}  // namespace dcgan::test
