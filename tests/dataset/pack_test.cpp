// Packs: written whole or not at all, gone on with after an interruption, checked whenever they are read.
#include "dataset/pack.hpp"

#include <gtest/gtest.h>

#include "opening.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

constexpr int64_t kSlots = 5, kBytes = 12;
const std::string kKey(64, 'a');

std::vector<uint8_t> record(int64_t slot) { return std::vector<uint8_t>(kBytes, static_cast<uint8_t>(10 * slot + 1)); }
std::string digest(int64_t slot) { return std::string(63, 'b') + static_cast<char>('0' + slot); }

PixelsInfo small_info() {
  PixelsInfo info;
  info.size = {2, 2}, info.channels = 3, info.count = 3;
  info.classes = {"one", "two"};
  info.identity = "identity";
  info.skipped = {{"bad.png", "damaged"}, {"worse.png", "empty"}};
  return info;
}

/// Slots 0, 2 and 3 are pictures, with classes 1, none and 0.
void write_small(const fs::path& path) {
  PackWriter writer(path, kKey, {kSlots}, kBytes);
  for (const int64_t slot : {3, 0, 2}) writer.put(slot, record(slot).data(), digest(slot));
  writer.seal(small_info(), {kKey, "/data", "stamp", {{"fit", "pad"}}}, {0, 2, 3}, {1, -1, 0});
  writer.commit();
}

std::vector<uint8_t> read_record(const Pack& pack, int64_t index) {
  std::vector<uint8_t> out(kBytes);
  pack.copy(index, out.data());
  return out;
}

class PackTest : public ::testing::Test {
 protected:
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) names.push_back(entry.path().filename().native());
    return names;
  }
  TemporaryFolder folder;
  fs::path path = folder / "x.pack";
};

TEST_F(PackTest, GivesBackWhatWasPutIntoIt) {
  write_small(path);
  const Pack pack(path);
  EXPECT_EQ(pack.info().size, (Size{2, 2}));
  EXPECT_EQ(pack.info().count, 3);
  EXPECT_EQ(pack.info().classes, small_info().classes);
  EXPECT_EQ(pack.info().identity, "identity");
  ASSERT_EQ(pack.info().skipped.size(), 2u);
  EXPECT_EQ(pack.info().skipped[1].name, "worse.png");
  EXPECT_EQ(pack.origin().key, kKey);
  EXPECT_EQ(pack.origin().data, "/data");
  EXPECT_EQ(pack.origin().stamp, "stamp");
  EXPECT_EQ(pack.origin().options["fit"], "pad");
  EXPECT_EQ(read_record(pack, 0), record(0));
  EXPECT_EQ(read_record(pack, 1), record(2));
  EXPECT_EQ(read_record(pack, 2), record(3));
  EXPECT_EQ(pack.label(0), 1);
  EXPECT_EQ(pack.label(1), -1);
  EXPECT_EQ(pack.label(2), 0);
  EXPECT_EQ(files(), std::vector<std::string>{"x.pack"});
}

TEST_F(PackTest, IsNotThereBeforeItIsWholeAndLeavesNothingWhenGivenUp) {
  {
    PackWriter writer(path, kKey, {kSlots}, kBytes);
    writer.put(0, record(0).data(), digest(0));
    EXPECT_FALSE(fs::exists(path));
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(PackTest, GoesOnWhereAnInterruptedWriterStopped) {
  {
    PackWriter writer(path, kKey, {kSlots}, kBytes);
    for (const int64_t slot : {0, 2}) writer.put(slot, record(slot).data(), digest(slot));
    writer.keep_for_later();
  }
  EXPECT_FALSE(fs::exists(path));
  PackWriter writer(path, kKey, {kSlots}, kBytes);
  EXPECT_EQ(writer.digest_of(0), digest(0));
  EXPECT_EQ(writer.digest_of(1), "");
  EXPECT_EQ(writer.digest_of(2), digest(2));
  EXPECT_EQ(writer.digest_of(3), "");
  writer.put(3, record(3).data(), digest(3));
  writer.seal(small_info(), {kKey, "/data", "stamp", {{"fit", "pad"}}}, {0, 2, 3}, {1, -1, 0});
  writer.commit();
  write_small(folder / "y.pack");
  EXPECT_EQ(read_text(path), read_text(folder / "y.pack"));
}

TEST_F(PackTest, TakesNothingFromAWriterOfOtherPixels) {
  for (int64_t other = 0; other < 3; ++other) {
    {
      PackWriter writer(path, kKey, {kSlots}, kBytes);
      writer.put(0, record(0).data(), digest(0));
      writer.keep_for_later();
    }
    PackWriter writer(path, other == 0 ? std::string(64, 'c') : kKey, {kSlots + (other == 1)}, kBytes + (other == 2));
    EXPECT_EQ(writer.digest_of(0), "") << other;
  }
}

TEST_F(PackTest, DoesNotTrustARecordThatNeverReachedTheDisk) {
  {
    PackWriter writer(path, kKey, {kSlots}, kBytes);
    writer.put(0, record(0).data(), digest(0));
    writer.keep_for_later();
  }
  const fs::path begun = begun_file_of(path);
  std::string bytes = read_text(begun);
  bytes[4096 + 3] ^= 1;
  write_text(begun, bytes);
  EXPECT_EQ(PackWriter(path, kKey, {kSlots}, kBytes).digest_of(0), "");
}

TEST_F(PackTest, GoesOnFromAWriterThatWasKilledBeforeItGaveTheFileItsName) {
  write_small(path);
  const std::string whole = read_text(path);
  fs::rename(path, begun_file_of(path));
  PackWriter(path, kKey, {kSlots}, kBytes).keep_for_later();
  EXPECT_EQ(PackWriter(path, kKey, {kSlots}, kBytes).digest_of(2), digest(2));
  write_small(path);
  EXPECT_EQ(read_text(path), whole);
}

TEST_F(PackTest, OneWriterAtATime) {
  const PackWriter writer(path, kKey, {kSlots}, kBytes);
  EXPECT_TRUE(is_being_written(path));
  EXPECT_CONTAINS(thrown_by([&] { PackWriter(path, kKey, {kSlots}, kBytes); }).what, "another process");
}

TEST_F(PackTest, ADamagedRecordIsNamedWhenItIsReadAndNoOther) {
  write_small(path);
  std::string bytes = read_text(path);
  bytes[4096 + 2 * kBytes + 5] ^= 1;  // slot 2, which is picture 1
  write_text(path, bytes);
  const Pack pack(path);
  EXPECT_EQ(read_record(pack, 0), record(0));
  EXPECT_CONTAINS(thrown_by([&] { read_record(pack, 1); }).what, "record 2 has a wrong checksum");
  EXPECT_EQ(read_record(pack, 2), record(3));
}

TEST_F(PackTest, ThatIsCutOrOverwrittenWhileItIsOpenGivesRightPixelsOrAnError) {
  write_small(path);
  const std::string whole = read_text(path);
  for (size_t left = 0; left <= whole.size(); left += 97)
    for (const bool overwrites : {false, true}) {
      write_text(path, whole);
      const Pack pack(path);
      overwrites ? write_text(path, std::string(left, '\x5a')) : fs::resize_file(path, left);
      for (int64_t index = 0; index < 3; ++index) {
        EXPECT_EQ(pack.label(index), std::vector<int32_t>({1, -1, 0})[static_cast<size_t>(index)]);
        try {
          EXPECT_EQ(read_record(pack, index), record(std::vector<int64_t>({0, 2, 3})[static_cast<size_t>(index)]));
        } catch (const Error& error) {
          EXPECT_CONTAINS(error.what(), "x.pack");
          EXPECT_CONTAINS(error.what(), "while it was read");
        }
      }
    }
}

TEST_F(PackTest, EveryOtherDamageIsSeenWhenItIsOpened) {
  write_small(path);
  const std::string whole = read_text(path);
  const size_t records_end = 4096 + kSlots * kBytes;
  for (size_t at = 0; at < whole.size(); ++at) {
    if (at >= 176 && at < records_end + 4) continue;  // the header's filling, records, and theirs
    std::string damaged = whole;
    damaged[at] ^= 4;
    write_text(folder / "d.pack", damaged);
    if (at >= 48 && at < 112) continue;  // the key: another key, found out by whoever compares it
    EXPECT_THROW(Pack(folder / "d.pack"), Error) << "byte " << at;
  }
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, size_t{4096}, whole.size() - 1}) {
    write_text(folder / "d.pack", whole.substr(0, size));
    EXPECT_THROW(Pack(folder / "d.pack"), Error) << size << " bytes";
  }
}

TEST_F(PackTest, RefusesWhatIsBegunOldOrForeignWithWhatToDo) {
  const auto refusal = [&](const std::string& bytes) {
    write_text(folder / "r.pack", bytes);
    const Thrown thrown = thrown_by([&] { Pack(folder / "r.pack"); });
    EXPECT_CONTAINS(thrown.hint, "dcgan data pack");
    return thrown.what;
  };
  write_small(path);
  std::string old = read_text(path);
  old[8] = 1;
  EXPECT_CONTAINS(refusal(old), "another version");
  EXPECT_CONTAINS(refusal(std::string(5000, 'x')), "is no pack");
  {
    PackWriter writer(folder / "z.pack", kKey, {kSlots}, kBytes);
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
  EXPECT_CONTAINS(thrown_by([&] { pack(); }).what, "is no pack");
  EXPECT_EQ(read_text(folder / "p.pack"), "my diary");
}

TEST_F(PackedFolder, ReplacesADamagedPack) {
  pack();
  const std::string whole = read_text(folder / "p.pack");
  write_text(folder / "p.pack", whole.substr(0, whole.size() - 1));
  const Dataset packed = pack();
  EXPECT_FALSE(packed.was_cached);
  ASSERT_EQ(packed.remarks.size(), 1u);
  EXPECT_CONTAINS(packed.remarks[0], "made anew");
  EXPECT_EQ(read_text(folder / "p.pack"), whole);
}

}  // namespace
}  // namespace dcgan::test::opening
