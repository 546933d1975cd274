// Disks that are full and folders that may not be written to. Both need root: to mount a small disk, and to
// become a user whom permissions bind.
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"
#include "support/small_disk.hpp"

namespace dcgan::test {
namespace {

TEST(FullDisk, EndsTheRunWithAClearErrorAndThePreviousCheckpointIntact) {
  Program dcgan;
  const SmallDisk disk(dcgan.at("disk"), "1000k");
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here";
  make_pictures(dcgan.at("photos"), 10);
  // Every checkpoint stays, so the disk must fill.
  const Finished result = dcgan(
      dcgan.small_train("photos", "disk/run",
                        {"--images", "100k", "--checkpoint-every", "80", "--keep", "1000", "--sample-every", "50k"}));
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "No space left on device");
  EXPECT_SAYS(result, "free some space");
  const RunDirectory run(dcgan.at("disk/run"));
  const auto checkpoints = run.checkpoints();
  ASSERT_FALSE(checkpoints.empty());
  for (const auto& entry : std::filesystem::directory_iterator(dcgan.at("disk/run/checkpoints")))
    EXPECT_EQ(entry.path().extension(), ".ckpt") << entry.path() << " was left behind";
  // The newest one is whole: it can be drawn from.
  EXPECT_EXIT_CODE(dcgan({"sample", dcgan.at("disk/run"), "--out", dcgan.at("sheet.png")}), 0);
}

TEST(FullDisk, OfTheCacheOnlyMeansThatEveryEpochDecodes) {
  Program dcgan;
  const SmallDisk disk(dcgan.at("small"), "4k");
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here";
  make_pictures(dcgan.at("photos"), 10);
  const Finished result = dcgan(dcgan.small_train("photos", "run", {"--images", "40", "--cache", dcgan.at("small")}));
  EXPECT_EXIT_CODE(result, 0);
  EXPECT_SAYS(result, "every epoch decodes");
}

TEST(FullDisk, WhilePackingLeavesNothing) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 50);
  for (int i = 0; i < 150; ++i)  // each is named in the pack, with why it was left out
    write_text(dcgan.at("photos/" + std::string(100, 'x') + std::to_string(i)), "no picture");
  // 200 records of 768 bytes and what belongs to them take 166 kB: no room from the start, or none for the last part.
  // Of three shards the last is written first: then it is done when there is no room for the second.
  struct Case {
    std::string size, shards, names;
  };
  for (const Case& one : {Case{"100k", "1", "p.pack"}, Case{"168k", "1", "p.pack"},
                          Case{"100k", "3", "p-00002-of-00003.pack"}, Case{"190k", "3", "p-00002-of-00003.pack"}}) {
    const SmallDisk disk(dcgan.at("disk"), one.size);
    if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here";
    const Finished result = dcgan(
        {"data", "pack", dcgan.at("photos"), "--out", dcgan.at("disk/p.pack"), "--size", "16", "--shards", one.shards});
    EXPECT_EXIT_CODE(result, 1);
    EXPECT_SAYS(result, one.names + "': No space left on device");
    EXPECT_SAYS(result, "free some space");
    EXPECT_TRUE(std::filesystem::is_empty(dcgan.at("disk"))) << one.size;
  }
}

/// Makes the child an ordinary user.
void become_nobody() {
  constexpr gid_t kNobody = 65534;
  if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(126);
}

TEST(Permissions, OfRunAndCacheAndPicturesAreClearErrors) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  Program dcgan;
  ::chmod(dcgan.at("").c_str(), 0755);
  make_pictures(dcgan.at("photos"), 4);
  ::chmod(dcgan.at("photos/picture101.png").c_str(), 0);
  std::filesystem::create_directories(dcgan.at("locked"));  // owned by root
  const auto words = dcgan.command(dcgan.small_train("photos", "locked/run", {"--images", "40"}));
  if (run({"/usr/bin/env", "test", "-x", DCGAN_TEST_PROGRAM}, become_nobody).code != 0)
    GTEST_SKIP() << "an ordinary user cannot reach the program here";
  const Finished result = run(words, become_nobody);
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "Permission denied");
  EXPECT_SAYS(result, "locked/run");
  EXPECT_SAYS(result, "skipped 'picture101.png'");
  EXPECT_SAYS(result, "every epoch decodes");  // the cache lies in root's folder too
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("locked/run")));
}

}  // namespace
}  // namespace dcgan::test
