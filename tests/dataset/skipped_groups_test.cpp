// Files that are left out, by reason, with one command for all: typed as it stands.
#include "dataset/skipped_groups.hpp"

#include <gtest/gtest.h>

#include "dataset/survey.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::skipped {
namespace {

/// A BMP that holds a whole PNG: what makes it a picture is Python alone.
std::string png_in_bmp(const Image& image) {
  const std::string png = png_of(image);
  const auto side = [](int64_t value) { return little_endian(static_cast<uint64_t>(value), 4); };
  return "BM" + little_endian(54 + png.size(), 4) + little_endian(0, 4) + little_endian(54, 4) + little_endian(40, 4) +
         side(image.width) + side(image.height) + little_endian(1, 2) + little_endian(0, 2) + little_endian(5, 4) +
         little_endian(png.size(), 4) + std::string(16, '\0') + png;
}

std::vector<SkippedGroup> groups_of(const fs::path& data) {
  std::vector<Skipped> skipped;
  for (const auto& file : survey_data(data, {8, 8}, 64, 1).unusable) skipped.push_back({file.name, file.reason});
  return skipped_groups(data, skipped);
}

void type(const std::string& command) {
  const auto [said, status] = output_of("( " + command + " )");
  EXPECT_EQ(status, 0) << command << "\n" << said;
}

class SkippedGroups : public testing::Test {
 protected:
  /// Three such files, and one that is read, of this ending.
  void make(const std::string& ending, const char* odd) const {
    for (const char* name : {"a", "class/b b", odd}) write_text(data_ / (name + ending), png_in_bmp(picture_));
    write_text(data_ / "good.png", png_of(picture_));
  }
  TemporaryFolder folder_;
  const fs::path data_ = folder_ / "it's mine";
  const Image picture_ = noise(9, 7, 3);
};

TEST_F(SkippedGroups, AreConvertedByOneCommandThatIsTypedAsItStands) {
  make(".BMP", "it's\n$c");
  auto groups = groups_of(data_);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].names.size(), 3u);
  EXPECT_CONTAINS(groups[0].convert, "find -L ");
  EXPECT_CONTAINS(group_text(groups[0]), "3 files: a PNG inside of a BMP is of a kind that is not read (");
  EXPECT_CONTAINS(group_text(groups[0]), "; convert them all by Python: " + groups[0].convert);
  type(groups[0].convert);
  EXPECT_EQ(survey_data(data_, {8, 8}, 64, 1).usable, 4);
  groups = groups_of(data_);  // the files are still there
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].names.size(), 3u);
  EXPECT_EQ(groups[0].convert, "");
  EXPECT_CONTAINS(groups[0].reason, "was converted");
}

TEST_F(SkippedGroups, LeaveAFileOfTheSameEndingThatIsReadAlone) {
  make(".bmp", "it's $c");
  write_text(data_ / "sound.bmp", png_of(picture_));  // by its content
  const auto groups = groups_of(data_);
  ASSERT_EQ(groups.size(), 1u);
  type(groups[0].convert);
  EXPECT_FALSE(fs::exists(data_ / "sound.bmp.png"));
  EXPECT_EQ(survey_data(data_, {8, 8}, 64, 1).usable, 5);
}

TEST_F(SkippedGroups, OfAnArchiveAreUnpackedFirst) {
  const fs::path archive = folder_ / "it's.zip";
  write_text(archive, ZipMaker()
                          .add("a/1.bmp", png_in_bmp(picture_))
                          .add("a/2.bmp", png_in_bmp(picture_))
                          .add("b/3.bmp", png_in_bmp(picture_))
                          .whole());
  const auto groups = groups_of(archive);
  ASSERT_EQ(groups.size(), 1u);
  type(groups[0].convert);
  EXPECT_EQ(survey_data(archive.native() + ".unpacked", {8, 8}, 64, 1).usable, 3);
}

TEST_F(SkippedGroups, HoldFaultsThatDifferInTheirNumbersAlone) {
  const std::string png = png_of(picture_);
  for (size_t i = 1; i < 5; ++i)
    write_text(data_ / ("cut" + std::to_string(i) + ".png"), png.substr(0, png.size() - 20 * i));
  write_text(data_ / "empty.png", "");
  const auto groups = groups_of(data_);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].names.size(), 4u);
  EXPECT_CONTAINS(group_text(groups[0]), "4 files: damaged PNG");
  EXPECT_CONTAINS(group_text(groups[1]), "'empty.png': the file is empty");
}

}  // namespace
}  // namespace dcgan::test::skipped
