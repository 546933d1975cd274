// Decoding that was stopped or killed goes on where it was; of two processes one decodes.
#include <gtest/gtest.h>
#include <signal.h>

#include "dataset/cache.hpp"
#include "dataset/decoding.hpp"
#include "opening.hpp"
#include "support/forked.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

/// More pictures than there are between two reports of progress.
class ManyPictures : public OpenDataset {
 protected:
  ManyPictures() {
    for (uint64_t i = 0; i < 150; ++i)
      put("pictures/" + std::string(i % 2 ? "odd/" : "even/") + std::to_string(i) + ".png", noise(18, 16, 3, i));
    write_text(folder / "pictures/bad.png", "no picture");
  }
  Dataset pack(const std::string& out, const DecodeProgress& progress = {}, int64_t threads = 2, int64_t shards = 1) {
    return pack_dataset(folder / "pictures", options, folder / out, threads, progress, shards);
  }
};

TEST_F(ManyPictures, KeepWhatIsDoneWhenDecodingIsStopped) {
  const auto stop = [](int64_t, int64_t) { throw Stopped(2, "enough"); };
  EXPECT_THROW(open_dataset(folder / "pictures", options, 2, stop), Stopped);
  ASSERT_EQ(kept_files().size(), 1u);
  EXPECT_TRUE(kept_files()[0].filename().native().starts_with(".dcgan-begun-"));
  const Dataset dataset = open();
  EXPECT_FALSE(dataset.was_cached);
  expect_same(dataset, open_without_cache());
  EXPECT_EQ(kept_files(), std::vector<fs::path>{dataset.cached_at});
}

TEST_F(ManyPictures, LeaveNothingWhenDecodingFails) {
  options.strict = true;
  EXPECT_THROW(open(), Error);
  EXPECT_TRUE(kept_files().empty());
  for (const int64_t shards : {1, 3}) EXPECT_THROW(pack("p.pack", {}, 2, shards), Error);
  for (const auto& entry : fs::directory_iterator(folder.path())) EXPECT_EQ(entry.path().extension(), "") << entry;
}

TEST_F(ManyPictures, PackedAfterAKillAreTheSameFileAsPackedInOneGo) {
  pack("whole.pack");
  for (const int64_t threads : {1, 3}) {
    const fs::path out = folder / "killed.pack";
    fs::remove(out);
    ASSERT_EQ(exit_code_of([&] {
                pack(
                    "killed.pack", [](int64_t, int64_t) { ::raise(SIGKILL); }, threads);
                return 0;
              }),
              128 + SIGKILL);
    EXPECT_FALSE(fs::exists(out));
    EXPECT_TRUE(fs::exists(begun_file_of(out)));
    const Dataset packed = pack("killed.pack");
    EXPECT_FALSE(packed.was_cached);
    EXPECT_TRUE(packed.remarks.empty());
    EXPECT_TRUE(read_text(out) == read_text(folder / "whole.pack"));
    EXPECT_FALSE(fs::exists(begun_file_of(out)));
  }
}

TEST_F(ManyPictures, PackedInShardsAfterAKillInAnyOfThemAreTheSameFilesAsPackedInOneGo) {
  pack("whole.pack", {}, 2, 3);
  for (const int64_t when : {64, 128}) {  // in the second shard, in the third
    const auto die = [=](int64_t done, int64_t) {
      if (done == when) ::raise(SIGKILL);
    };
    ASSERT_EQ(exit_code_of([&] { return pack("killed.pack", die, 1, 3), 0; }), 128 + SIGKILL);
    for (const auto& path : shard_paths(folder / "killed.pack", 3)) EXPECT_FALSE(fs::exists(path));
    EXPECT_TRUE(pack("killed.pack", {}, 2, 3).remarks.empty());
    for (int64_t number = 1; number <= 3; ++number) {
      const fs::path path = shard_path(folder / "killed.pack", number, 3);
      EXPECT_TRUE(read_text(path) == read_text(shard_path(folder / "whole.pack", number, 3))) << number;
      fs::remove(path);
    }
    for (const auto& entry : fs::directory_iterator(folder.path()))
      EXPECT_FALSE(entry.path().filename().native().starts_with(".")) << entry;
  }
}

/// Counts how often it is read.
class CountingSource : public Source {
 public:
  int64_t count() const override { return 150; }
  std::string name(int64_t index) const override { return std::to_string(index); }
  int32_t label(int64_t) const override { return -1; }
  Image read(int64_t index, int64_t, std::string* digest, Size, MemoryShare*) const override {
    ++reads;
    const Image image = noise(8, 8, 3, static_cast<uint64_t>(index));
    *digest = sha256_hex({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()});
    return image;
  }
  Probe probe(int64_t) const override { return {}; }
  mutable std::atomic<int> reads{0};
};

class DecodeAll : public ::testing::Test {
 protected:
  Usable pass(int64_t shards, const DecodeProgress& progress = {}) {
    source.reads = 0;
    PackSetWriter writer(shard_paths(folder / "p.pack", shards), std::string(64, 'k'), 150, fitter.image_bytes());
    Usable usable = decode_all(fitter, &writer, "data", false, 1, progress);
    writer.finish(usable.info, {std::string(64, 'k'), "", "", Json::object()}, usable.valid, usable.labels);
    return usable;
  }
  TemporaryFolder folder;
  CountingSource source;
  const Fitter fitter{source, {8, 8}, 3, Fit::kCrop, CropAt::kCenter, 64};
};

TEST_F(DecodeAll, DecodesNothingThatAnInterruptedPassKept) {
  const std::string identity = decode_all(fitter, nullptr, "data", false, 2, {}).info.identity;
  for (const int64_t shards : {1, 4}) {
    EXPECT_THROW(pass(shards, [](int64_t, int64_t) { throw Stopped(2, "enough"); }), Stopped);
    EXPECT_EQ(source.reads, 64);
    const Usable usable = pass(shards);
    EXPECT_EQ(source.reads, 150 - 64);
    EXPECT_EQ(usable.info.count, 150);
    EXPECT_EQ(usable.info.identity, identity);
  }
}

TEST_F(DecodeAll, DecodesOnlyTheShardsThatASetLacks) {
  pass(3);
  const auto paths = shard_paths(folder / "p.pack", 3);
  std::vector<std::string> whole;
  for (const auto& path : paths) whole.push_back(read_text(path));
  const auto expect_whole_after = [&](int reads) {
    pass(3);
    EXPECT_EQ(source.reads, reads);
    for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(read_text(paths[i]) == whole[i]) << i;
  };
  fs::remove(paths[1]);
  expect_whole_after(50);
  fs::rename(paths[0], begun_file_of(paths[0]));  // killed before the last of them got its name
  expect_whole_after(0);
  write_text(paths[2], whole[2].substr(0, whole[2].size() - 1));  // damaged
  expect_whole_after(50);
  write_text(paths[2], whole[1]);  // another's
  expect_whole_after(50);
}

/// Holds the place of a cache file as a process does that decodes, and ends as told while we wait.
class WhileAnotherDecodes : public ManyPictures {
 protected:
  Dataset open_while_held(const std::function<void()>& ends) {
    auto other = std::make_unique<AtomicFile>(at, AtomicFile::Aside::kResumable);
    const auto progress = [&](int64_t, int64_t of) {
      if (of == 0) ends(), other.reset();
    };
    return open_dataset(folder / "pictures", options, 2, progress);
  }
  const Dataset first = open();
  const fs::path at = first.cached_at;
  const std::string bytes = read_text(at);
};

TEST_F(WhileAnotherDecodes, WaitsAndTakesWhatTheOtherKept) {
  fs::remove(at);
  const Dataset second = open_while_held([&] { write_text(at, bytes); });
  EXPECT_TRUE(second.was_cached);
  ASSERT_EQ(second.remarks.size(), 1u);
  EXPECT_CONTAINS(second.remarks[0], "waited");
  expect_same(first, second);
}

TEST_F(WhileAnotherDecodes, DecodesItselfWhenTheOtherGivesUp) {
  fs::remove(at);
  const Dataset second = open_while_held([] {});
  EXPECT_FALSE(second.was_cached);
  EXPECT_EQ(second.cached_at, at);
  expect_same(first, second);
}

TEST_F(WhileAnotherDecodes, MakesNoRoomAtItsExpense) {
  const uint64_t limit = fs::file_size(at);
  DataOptions tight = options;
  tight.cache_limit = static_cast<double>(limit) / 1e9;
  const PixelCache cache(tight);
  const std::string key(64, 'a');
  PackWriter other(cache.path_of(key), key, {1}, 1);
  const uint64_t others = fs::file_size(begun_file_of(cache.path_of(key)));
  EXPECT_CONTAINS(cache.make_room(limit, cache.path_of(std::string(64, 'b'))), "other processes");
  EXPECT_TRUE(fs::exists(begun_file_of(cache.path_of(key))));
  EXPECT_EQ(cache.make_room(limit - others, cache.path_of(std::string(64, 'b'))), "");
}

}  // namespace
}  // namespace dcgan::test::opening
