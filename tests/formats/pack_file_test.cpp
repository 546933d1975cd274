// The bytes of packs: written whole or not at all, gone on with after an interruption, checked whenever they are read.
#include "formats/pack_file.hpp"

#include <gtest/gtest.h>

#include "support/any_bytes.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::pack_file {
namespace {

constexpr int64_t kSlots = 5, kBytes = 12;
const std::string kKey(64, 'a');

std::vector<uint8_t> record(int64_t slot) { return std::vector<uint8_t>(kBytes, static_cast<uint8_t>(10 * slot + 1)); }
std::string digest(int64_t slot) { return std::string(63, 'b') + static_cast<char>('0' + slot); }

PackText small_text() {
  PackText text;
  text.size = {2, 2}, text.channels = 3;
  text.classes = {"one", "two"};
  text.identity = "identity";
  text.skipped = {{"bad.png", "damaged"}, {"worse.png", "empty"}};
  text.origin = {kKey, "/data", "stamp", {{"fit", "pad"}}};
  return text;
}
/// Slots 0, 2 and 3 are pictures, with classes 1, none and 0.
void seal_small(PackWriter& writer) { writer.seal(small_text(), {0, 2, 3}, {1, -1, 0}); }

void write_small(const fs::path& path) {
  PackWriter writer(path, kKey, {kSlots}, kBytes);
  for (const int64_t slot : {3, 0, 2}) writer.put(slot, record(slot).data(), digest(slot));
  seal_small(writer);
  writer.commit();
}

PackFile opened(const fs::path& path) { return {path, "`pack`"}; }

std::vector<uint8_t> read_record(const PackFile& pack, int64_t index) {
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
  PackFile pack = opened(path);
  const PackText text = pack.take_text();
  EXPECT_EQ(text.size, (Size{2, 2}));
  EXPECT_EQ(pack.count(), 3);
  EXPECT_EQ(text.classes, small_text().classes);
  EXPECT_EQ(text.identity, "identity");
  EXPECT_EQ(text.skipped, small_text().skipped);
  EXPECT_EQ(text.origin.key, kKey);
  EXPECT_EQ(text.origin.data, "/data");
  EXPECT_EQ(text.origin.stamp, "stamp");
  EXPECT_EQ(text.origin.options["fit"], "pad");
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
  seal_small(writer);
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
  const PackFile pack = opened(path);
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
      const PackFile pack = opened(path);
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
    EXPECT_THROW(opened(folder / "d.pack"), Error) << "byte " << at;
  }
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, size_t{4096}, whole.size() - 1}) {
    write_text(folder / "d.pack", whole.substr(0, size));
    EXPECT_THROW(opened(folder / "d.pack"), Error) << size << " bytes";
  }
}

TEST_F(PackTest, CutOrChangedAnywhereIsRightOrAnError) {
  write_small(path);
  const std::string whole = read_text(path);
  const auto read = [&](const std::string& bytes) {
    write_text(folder / "d.pack", bytes);
    const PackFile pack = opened(folder / "d.pack");
    for (int64_t i = 0; i < pack.count(); ++i) EXPECT_EQ(read_record(pack, i), record(i == 0 ? 0 : i + 1));
  };
  expect_read_or_refused(whole.substr(0, 200), read);
  for (size_t at = 4096; at < whole.size(); ++at)
    for (const int flip : {1, 0x80, 0xFF}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      try {
        read(damaged);
      } catch (const Error& error) {
        EXPECT_CONTAINS(error.what(), "d.pack");
      }
    }
}

}  // namespace
}  // namespace dcgan::test::pack_file
