// Packs as data sets: what is refused, and with what to do about it; packing a folder by name.
#include "dataset/pack.hpp"

#include <gtest/gtest.h>

#include "opening.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

TEST(PackTest, RefusesWhatIsBegunOldOrForeignWithWhatToDo) {
  const TemporaryFolder folder;
  const std::string key(64, 'a');
  const auto refusal = [&](const std::string& bytes) {
    write_text(folder / "r.pack", bytes);
    const Thrown thrown = thrown_by([&] { Pack(folder / "r.pack"); });
    EXPECT_CONTAINS(thrown.hint, "dcgan data pack");
    return thrown.what;
  };
  {
    PackWriter writer(folder / "y.pack", key, {1}, 12);
    writer.put(0, std::vector<uint8_t>(12, 7).data(), std::string(64, 'b'));
    PixelsInfo info;
    info.size = {2, 2}, info.channels = 3;
    seal(writer, info, {key, "", "", Json::object()}, {0}, {-1});
    writer.commit();
  }
  EXPECT_EQ(Pack(folder / "y.pack").info().count, 1);
  std::string old = read_text(folder / "y.pack");
  old[8] = 1;
  EXPECT_CONTAINS(refusal(old), "another version");
  EXPECT_CONTAINS(refusal(std::string(5000, 'x')), "is not a pack");
  {
    PackWriter writer(folder / "z.pack", key, {5}, 12);
    writer.keep_for_later();
  }
  EXPECT_CONTAINS(refusal(read_text(begun_file_of(folder / "z.pack"))), "not complete");
}

/// A folder packed by name.
class PackedFolder : public OpenDataset {
 protected:
  Dataset pack(const std::string& data = "pictures") {
    return pack_dataset(folder / data, options, folder / "p.pack", 2, {});
  }
};

TEST_F(PackedFolder, IsTheFolder) {
  const Dataset packed = pack();
  expect_same(packed, open());
  const Dataset opened = open("p.pack");
  EXPECT_EQ(opened.kind, "pack");
  expect_same(opened, open());
  EXPECT_TRUE(opened.remarks.empty());
}

TEST_F(PackedFolder, IsNotMadeTwice) {
  EXPECT_FALSE(pack().was_cached);
  EXPECT_TRUE(pack().was_cached);
  options.fit = "pad";
  EXPECT_FALSE(pack().was_cached);
}

TEST_F(PackedFolder, ThatHasChangedIsUsedWithARemarkAndPackedAnewOnDemand) {
  pack();
  put("pictures/new.png", noise(16, 16, 3, 77));
  const Dataset opened = open("p.pack");
  EXPECT_EQ(opened.pixels->info().count, 6);
  ASSERT_EQ(opened.remarks.size(), 1u);
  EXPECT_CONTAINS(opened.remarks[0], "has changed since it was packed");
  EXPECT_EQ(pack().pixels->info().count, 7);
  EXPECT_TRUE(open("p.pack").remarks.empty());
}

TEST_F(PackedFolder, RefusesOptionsThatItCannotServe) {
  pack();
  options.size = {32, 32};
  EXPECT_CONTAINS(thrown_by([&] { open("p.pack"); }).what, "--size asks for 32");
  options.size = {16, 16}, options.channels = "gray";
  EXPECT_CONTAINS(thrown_by([&] { open("p.pack"); }).what, "--channels asks for gray");
  options.channels = "auto", options.fit = "pad";
  EXPECT_CONTAINS(thrown_by([&] { open("p.pack"); }).what, "--fit asks for pad");
  options.fit = "crop", options.crop_at = "top";
  const Thrown thrown = thrown_by([&] { open("p.pack"); });
  EXPECT_CONTAINS(thrown.what, "--crop-at asks for top");
  EXPECT_CONTAINS(thrown.hint, "dcgan data pack");
  EXPECT_EQ(thrown.exit_code, 2);
}

TEST_F(PackedFolder, DoesNotReplaceAFileThatIsNoPack) {
  write_text(folder / "p.pack", "my diary");
  EXPECT_CONTAINS(thrown_by([&] { pack(); }).what, "is not a pack");
  EXPECT_EQ(read_text(folder / "p.pack"), "my diary");
}

TEST_F(PackedFolder, ReplacesADamagedPack) {
  pack();
  const std::string whole = read_text(folder / "p.pack");
  write_text(folder / "p.pack", whole.substr(0, whole.size() - 1));
  const Dataset packed = pack();
  EXPECT_FALSE(packed.was_cached);
  ASSERT_EQ(packed.remarks.size(), 1u);
  EXPECT_CONTAINS(packed.remarks[0], "made again");
  EXPECT_EQ(read_text(folder / "p.pack"), whole);
}

}  // namespace
}  // namespace dcgan::test::opening
