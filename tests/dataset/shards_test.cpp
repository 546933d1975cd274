#include "dataset/shards.hpp"

#include <gtest/gtest.h>

#include "support/temporary.hpp"

namespace dcgan::test::shards {
namespace {

TEST(Shards, TileTheSlotsInOrderAndAsEvenAsCanBe) {
  for (const int64_t slots : {int64_t{1}, int64_t{7}, int64_t{1000}, int64_t{1} << 39})
    for (const int64_t of : {1, 2, 3, 7, 10000}) {
      int64_t next = 0;
      for (int64_t number = 1; number <= of; ++number) {
        const Shard shard{slots, number, of};
        ASSERT_EQ(shard.first(), next) << slots << " in " << of;
        ASSERT_GE(shard.count(), slots / of);
        ASSERT_LE(shard.count(), (slots + of - 1) / of);
        next = shard.end();
      }
      ASSERT_EQ(next, slots);
    }
}

TEST(Shards, AreCalledAfterTheirSetAndAlike) {
  EXPECT_EQ(shard_path("a/faces.pack", 3, 12), "a/faces-00003-of-00012.pack");
  EXPECT_EQ(shard_path("faces", 10000, 10000), "faces-10000-of-10000");
  EXPECT_EQ(shard_path("v1.faces", 1, 2), "v1.faces-00001-of-00002");
  EXPECT_EQ(shard_path("a/faces.pack", 1, 1), "a/faces.pack");
  EXPECT_EQ(shard_paths("f.pack", 2), (std::vector<fs::path>{"f-00001-of-00002.pack", "f-00002-of-00002.pack"}));
  for (const char* out : {"a/faces.pack", "faces", "v1.faces", "x-00001-of-00002.pack"}) {
    const auto named = shard_name(shard_path(out, 3, 12));
    ASSERT_TRUE(named) << out;
    EXPECT_EQ(named->out, out);
    EXPECT_EQ(named->number, 3);
    EXPECT_EQ(named->of, 12);
  }
}

TEST(Shards, AreNotWhatIsCalledOtherwise) {
  for (const char* name :
       {"faces.pack", "", "-00001-of-00002.pack", "f-0001-of-0002.pack", "f-000001-of-000002.pack",
        "f-00003-of-00002.pack", "f-00000-of-00002.pack", "f-00001-of-00001.pack", "f_00001-of-00002.pack",
        "f-00001_of-00002.pack", "f-0000x-of-00002.pack", "f-00001-of-00002.png", "f-00001-of-00002.pack.pack"})
    EXPECT_FALSE(shard_name(name)) << name;
}

TEST(Shards, AreMadeAgainByTheCommandThatMakesTheirSet) {
  EXPECT_EQ(command_for("a/f.pack"), "`dcgan data pack DATA --out a/f.pack`");
  EXPECT_EQ(command_for("a/f-00002-of-00004.pack"), "`dcgan data pack DATA --out a/f.pack --shards 4`");
}

TEST(Shards, OfAnotherNumberAreFoundBesideASet) {
  const TemporaryFolder folder;
  for (const char* name : {"f.pack", "f-00002-of-00004.pack", "f-00001-of-00004.pack", "f-00003-of-00003.pack",
                           "other-00001-of-00005.pack", "f-00001-of-00006", ".dcgan-begun-f-00001-of-00007.pack"})
    write_text(folder / name, "x");
  using Paths = std::vector<fs::path>;
  const fs::path out = folder / "f.pack", three = folder / "f-00003-of-00003.pack",
                 four = folder / "f-00001-of-00004.pack";
  EXPECT_EQ(other_packings(out, 4), (Paths{out, three}));
  EXPECT_EQ(other_packings(out, 1), (Paths{three, four}));
  EXPECT_EQ(other_packings(folder / "g.pack", 1), Paths{});
  EXPECT_EQ(other_packings(folder / "none/f.pack", 1), Paths{});
}

}  // namespace
}  // namespace dcgan::test::shards
