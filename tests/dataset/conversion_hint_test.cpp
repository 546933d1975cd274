// The command that goes with a file that is not read names that file, in a folder and in an archive: typed as it
// stands.
#include <gtest/gtest.h>

#include "dataset/survey.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::conversion_hints {
namespace {

/// A BMP that holds a whole PNG: what makes it a picture is Python alone.
std::string png_in_bmp(const Image& image) {
  const std::string png = png_of(image);
  const auto side = [](int64_t value) { return little_endian(static_cast<uint64_t>(value), 4); };
  return "BM" + little_endian(54 + png.size(), 4) + little_endian(0, 4) + little_endian(54, 4) + little_endian(40, 4) +
         side(image.width) + side(image.height) + little_endian(1, 2) + little_endian(0, 2) + little_endian(5, 4) +
         little_endian(png.size(), 4) + std::string(16, '\0') + png;
}

FileReport the_unusable(const fs::path& data) {
  const DataSurvey survey = survey_data(data, {8, 8}, 64, 1);
  EXPECT_EQ(survey.unusable.size(), 1u);
  return survey.unusable.empty() ? FileReport() : survey.unusable[0];
}

void expect_typed(const std::string& command, const fs::path& made, const Image& picture) {
  const auto [said, status] = output_of("( " + command + " )");
  EXPECT_EQ(status, 0) << command << "\n" << said;
  ASSERT_TRUE(fs::exists(made)) << command << "\n" << said;
  EXPECT_EQ(decoded(read_text(made)), picture);
}

TEST(ConversionHint, OfAFileInAFolderNamesItAndWorksAsTyped) {
  const TemporaryFolder folder;
  const fs::path data = folder / "it's mine", file = data / "a class" / "one $picture.bmp";
  const Image picture = noise(9, 7, 3);
  write_text(file, png_in_bmp(picture));
  const FileReport report = the_unusable(data);
  EXPECT_CONTAINS(report.reason, "a PNG inside of a BMP is of a kind that is not read; convert it by Python: ");
  EXPECT_CONTAINS(report.reason, report.convert);
  expect_typed(report.convert, file.native() + ".png", picture);
  EXPECT_EQ(survey_data(data, {8, 8}, 64, 1).usable, 1);
}

TEST(ConversionHint, OfAFileInAnArchiveUnpacksItFirst) {
  const TemporaryFolder folder;
  const fs::path data = folder / "it's mine.zip";
  const Image picture = noise(9, 7, 3);
  write_text(data, ZipMaker().add("a class/one picture.bmp", png_in_bmp(picture)).whole());
  const FileReport report = the_unusable(data);
  EXPECT_CONTAINS(report.reason, report.convert);
  const fs::path unpacked = data.native() + ".unpacked";
  expect_typed(report.convert, unpacked / "a class" / "one picture.bmp.png", picture);
  expect_typed(report.convert, unpacked / "a class" / "one picture.bmp.png", picture);  // and again
  EXPECT_EQ(survey_data(unpacked, {8, 8}, 64, 1).usable, 1);
}

}  // namespace
}  // namespace dcgan::test::conversion_hints
