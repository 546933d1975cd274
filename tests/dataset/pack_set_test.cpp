// Shards: read as the one pack that they are cut from, or refused with the name of the shard that is wrong.
#include "dataset/pack_set.hpp"

#include <gtest/gtest.h>

#include "opening.hpp"
#include "support/forked.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

/// A folder of two classes with files that are no pictures: the first, the last and some between.
class ShardedFolder : public OpenDataset {
 protected:
  ShardedFolder() {
    fs::remove_all(folder / "pictures");
    for (uint64_t i = 0; i < 9; ++i)
      put("pictures/" + std::string(i % 2 ? "odd/" : "even/") + std::to_string(i) + ".png", noise(18, 16, 3, i));
    for (const char* name : {"even/00", "even/7x", "odd/0", "odd/9"}) write_text(folder / "pictures" / name, "nothing");
  }
  Dataset pack(int64_t shards, const std::string& out = "s.pack", const DecodeProgress& progress = {}) {
    return pack_dataset(folder / "pictures", options, folder / out, 2, progress, shards);
  }
  fs::path shard(int64_t number, int64_t of, const std::string& out = "s.pack") const {
    return shard_path(folder / out, number, of);
  }
  std::string name(int64_t number, int64_t of) const { return shard(number, of).filename(); }
  /// Everything beside the pictures.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path()))
      if (!entry.is_directory()) names.push_back(entry.path().filename().native());
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(ShardedFolder, IsThePackWhicheverShardIsNamed) {
  pack(1, "p.pack");
  const Dataset whole = open("p.pack");
  for (const int64_t shards : {2, 3, 13}) {  // the last: a shard a file, so that some hold no picture
    expect_same(pack(shards), whole);
    for (int64_t number = 1; number <= shards; ++number) {
      const Dataset opened = open(name(number, shards));
      expect_same(opened, whole);
      EXPECT_EQ(opened.kind, "pack");
      EXPECT_TRUE(opened.remarks.empty());
    }
    EXPECT_EQ(PackSet(shard(1, shards)).origin().key, PackSet(folder / "p.pack").origin().key);
  }
}

TEST_F(ShardedFolder, HasItsRecordsInTheOrderOfThePack) {
  pack(1, "p.pack"), pack(3);
  constexpr size_t kStart = 4096, kRecord = 16 * 16 * 3, kSlots = 13;
  std::string records;
  for (int64_t number = 1; number <= 3; ++number) {
    const Shard part{kSlots, number, 3};
    records += read_text(shard(number, 3)).substr(kStart, static_cast<size_t>(part.count()) * kRecord);
  }
  EXPECT_TRUE(records == read_text(folder / "p.pack").substr(kStart, kSlots * kRecord));
}

TEST_F(ShardedFolder, IsNotMadeTwice) {
  EXPECT_FALSE(pack(3).was_cached);
  const FileStamp first = stamp_of(shard(1, 3)), last = stamp_of(shard(3, 3));
  const Dataset again = pack(3);
  EXPECT_TRUE(again.was_cached);
  EXPECT_TRUE(again.remarks.empty());
  EXPECT_EQ(stamp_of(shard(1, 3)), first);
  EXPECT_EQ(stamp_of(shard(3, 3)), last);
  EXPECT_EQ(files(), (std::vector<std::string>{name(1, 3), name(2, 3), name(3, 3)}));
}

TEST_F(ShardedFolder, IsPackedAnewWhenItChanged) {
  pack(3);
  put("pictures/odd/new.png", noise(16, 16, 3, 77));
  EXPECT_CONTAINS(open(name(2, 3)).remarks.at(0), "has changed since it was packed");
  const Dataset anew = pack(3);
  EXPECT_FALSE(anew.was_cached);
  EXPECT_EQ(anew.pixels->info().count, 10);
  EXPECT_EQ(open(name(2, 3)).pixels->info().count, 10);
  EXPECT_EQ(files().size(), 3u);
}

TEST_F(ShardedFolder, InAnotherNumberOfShardsStandsBesideTheFirst) {
  pack(3), pack(1);
  const Dataset two = pack(2);
  ASSERT_EQ(two.remarks.size(), 2u);
  EXPECT_CONTAINS(two.remarks[0], "/s.pack', of another --shards");
  EXPECT_CONTAINS(two.remarks[1], name(1, 3) + "', of another --shards");
  for (const auto& path : {name(3, 3), name(1, 2), std::string("s.pack")}) expect_same(open(path), two);
}

TEST_F(ShardedFolder, MissingAShardIsRefusedWithItsName) {
  pack(3);
  for (const int64_t gone : {1, 2, 3}) {
    fs::rename(shard(gone, 3), folder / "away");
    for (const int64_t named : {1, 2, 3}) {
      if (named == gone) continue;
      const Thrown thrown = thrown_by([&] { open(name(named, 3)); });
      EXPECT_CONTAINS(thrown.what, name(gone, 3) + "' is missing");
      EXPECT_CONTAINS(thrown.hint, "s.pack --shards 3`");
    }
    fs::rename(folder / "away", shard(gone, 3));
  }
}

TEST_F(ShardedFolder, WithAShardOfOthersIsRefusedWithItsName) {
  pack(3);
  const auto refusal_with = [&](const fs::path& other) {
    const std::string right = read_text(shard(2, 3));
    write_text(shard(2, 3), read_text(other));
    const Thrown thrown = thrown_by([&] { open(name(1, 3)); });
    EXPECT_CONTAINS(thrown.hint, "s.pack --shards 3`");
    write_text(shard(2, 3), right);
    return thrown.what;
  };
  const std::string says = name(2, 3) + "' does not belong to '" + shard(1, 3).native();
  EXPECT_CONTAINS(refusal_with(shard(3, 3)), says);  // of the same set, in another's place
  pack(1, "p.pack");
  EXPECT_CONTAINS(refusal_with(folder / "p.pack"), says);
  pack(4, "four.pack");
  EXPECT_CONTAINS(refusal_with(shard(2, 4, "four.pack")), says);
  options.fit = "pad";
  pack(3, "pad.pack");
  EXPECT_CONTAINS(refusal_with(shard(2, 3, "pad.pack")), says);
}

TEST_F(ShardedFolder, WithADamagedShardIsRefusedWithItsName) {
  pack(3);
  const std::string whole = read_text(shard(2, 3));
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), whole.substr(0, 100), std::string()}) {
    write_text(shard(2, 3), bytes);
    const Thrown thrown = thrown_by([&] { open(name(3, 3)); });
    EXPECT_CONTAINS(thrown.what, name(2, 3) + "' is cut off");
    EXPECT_CONTAINS(thrown.hint, "s.pack --shards 3`");
  }
}

TEST_F(ShardedFolder, WithADamagedRecordNamesItsShardWhenItIsReadAndReadsTheOthers) {
  const auto right = pixels_of(pack(3));
  std::string bytes = read_text(shard(2, 3));
  bytes[4096] ^= 1;  // slot 4 of 13: the first that shard 2 has
  write_text(shard(2, 3), bytes);
  const Dataset opened = open(name(1, 3));
  int damaged = 0;
  for (int64_t i = 0; i < opened.pixels->info().count; ++i) try {
      std::vector<uint8_t> out(right[0].size());
      opened.pixels->copy(i, out.data());
      EXPECT_EQ(out, right[static_cast<size_t>(i)]);
    } catch (const Error& error) {
      EXPECT_CONTAINS(error.what(), name(2, 3) + "' is damaged: record 0 has");
      EXPECT_CONTAINS(error.hint(), "the other shards are kept");
      ++damaged;
    }
  EXPECT_EQ(damaged, 1);
}

TEST_F(ShardedFolder, IsNotFoundByAShardUnderAnotherName) {
  pack(3);
  for (const char* other : {"mine.pack", "s-00003-of-00004.pack", "s-00002-of-00003.pack"}) {
    fs::copy_file(shard(3, 3), folder / other, fs::copy_options::overwrite_existing);
    const Thrown thrown = thrown_by([&] { open(other); });
    EXPECT_CONTAINS(thrown.what, std::string(other) + "' is shard 3 of 3, but is not called so");
    EXPECT_CONTAINS(thrown.hint, "NAME-00003-of-00003.pack");
  }
}

TEST_F(ShardedFolder, IsAskedForByItsShardsAndNotByTheNameOfTheSet) {
  pack(3);
  const Thrown thrown = thrown_by([&] { open("s.pack"); });
  EXPECT_CONTAINS(thrown.hint, name(1, 3));
  EXPECT_EQ(thrown.exit_code, 2);
}

TEST_F(ShardedFolder, RefusesWhatCannotBeCut) {
  EXPECT_CONTAINS(thrown_by([&] { pack(14); }).what, "--shards 14 is more than the 13 files");
  EXPECT_CONTAINS(thrown_by([&] { pack(1, "s-00001-of-00003.pack"); }).hint, "s.pack --shards 3");
  write_text(shard(2, 3), "my diary");
  EXPECT_CONTAINS(thrown_by([&] { pack(3); }).what, "is not a pack");
  EXPECT_EQ(read_text(shard(2, 3)), "my diary");
  EXPECT_EQ(files(), (std::vector<std::string>{name(2, 3)}));
}

TEST_F(ShardedFolder, IsPackedByOneProcessAtATime) {
  const AtomicFile other(folder / "s.pack", AtomicFile::Aside::kResumable);
  EXPECT_CONTAINS(thrown_by([&] { pack(3); }).what, "another process is writing");
}

TEST_F(ShardedFolder, DoesNotTouchASinglePackThatWasBegun) {
  const fs::path begun = begun_file_of(folder / "s.pack");
  write_text(begun, "begun");
  pack(3);
  EXPECT_EQ(read_text(begun), "begun");
}

/// Two shards with a record each, of one key.
void write_two(const fs::path& out, const std::string& identity) {
  PackSetWriter writer(shard_paths(out, 2), std::string(64, 'k'), 2, 3);
  PixelsInfo info;
  info.size = {1, 1}, info.channels = 3, info.identity = identity;
  for (int64_t slot = 0; slot < 2; ++slot)
    writer.open(slot + 1).put(slot, reinterpret_cast<const uint8_t*>("abc"), std::string(64, 'd'));
  writer.finish(info, {std::string(64, 'k'), "", "", Json::object()}, {0, 1}, {-1, -1});
}

TEST(PackSet, OfTwoPassesThatFoundOtherPicturesIsRefusedThoughTheirKeyIsTheSame) {
  const TemporaryFolder folder;
  write_two(folder / "a.pack", "one"), write_two(folder / "b.pack", "another");
  EXPECT_EQ(PackSet(shard_path(folder / "a.pack", 2, 2)).info().count, 2);
  fs::rename(shard_path(folder / "b.pack", 2, 2), shard_path(folder / "a.pack", 2, 2));
  EXPECT_CONTAINS(thrown_by([&] { PackSet(shard_path(folder / "a.pack", 1, 2)); }).what, "does not belong");
}

TEST(PackSet, OfAPackThatVersion2WroteIsThatPack) {
  const PackSet pack(fs::path(DCGAN_TEST_GOLDENS) / "version2.pack");
  const PixelsInfo& info = pack.info();
  EXPECT_EQ(pack.shards(), 1);
  EXPECT_EQ(info.size, (Size{6, 6}));
  EXPECT_EQ(info.classes, (std::vector<std::string>{"dark", "light"}));
  ASSERT_EQ(info.count, 2);
  ASSERT_EQ(info.skipped.size(), 1u);
  EXPECT_EQ(info.skipped[0].name, "notes.txt");
  std::vector<uint8_t> out(static_cast<size_t>(info.image_bytes()));
  for (int i = 0; i < 2; ++i) {
    pack.copy(i, out.data());
    EXPECT_EQ(out, std::vector<uint8_t>(36, i == 0 ? 10 : 200));
    EXPECT_EQ(pack.label(i), i);
  }
}

}  // namespace
}  // namespace dcgan::test::opening
