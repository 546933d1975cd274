// What writers leave behind, and how it is known that it may go.
#include "core/platform/io/leftovers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "core/platform/io/aside_folder.hpp"
#include "support/forked.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::leftovers {
namespace {

using Names = std::vector<std::string>;

Names names_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().native());
  std::sort(names.begin(), names.end());
  return names;
}

/// A process that begins to write and is killed; what it left.
fs::path left_by_killed(const fs::path& folder, const std::function<void()>& begin) {
  const Names before = names_in(folder);
  exit_code_of([&] {
    begin();
    return 0;
  });
  for (const auto& name : names_in(folder))
    if (std::find(before.begin(), before.end(), name) == before.end()) return folder / name;
  return {};
}
fs::path left_file(const fs::path& folder) {
  return left_by_killed(folder, [&] {
    AtomicFile file(folder / "dead.bin");
    file.append("half");
    ::_exit(0);  // as if killed: no destructor runs
  });
}
fs::path left_folder(const fs::path& folder) {
  return left_by_killed(folder, [&] {
    const AsideFolder out(folder / "out");
    write_text(out.aside() / "a" / "000000.png", "x");
    ::_exit(0);
  });
}

TEST(RemoveLeftovers, TakesFilesWhoseWriterIsGoneAndNoOther) {
  const TemporaryFolder folder;
  AtomicFile alive(folder / "alive.bin");
  alive.append("still ");
  const fs::path dead = left_file(folder.path());
  ASSERT_TRUE(fs::exists(dead));
  const Names kept = {".dcgan-aside-", ".dcgan-aside-12-x.png", ".dcgan-aside-of-no-process", "kept.png",
                      ".dcgan-aside-0123456-0123456789abcdef0123456789abcdef"};
  for (const auto& name : kept) write_text(folder / name, "mine");
  remove_leftovers(folder.path());
  EXPECT_FALSE(fs::exists(dead));
  for (const auto& name : kept) EXPECT_EQ(read_text(folder / name), "mine");
  alive.append("here");
  alive.commit();
  EXPECT_EQ(read_text(folder / "alive.bin"), "still here");
  EXPECT_NO_THROW(remove_leftovers(folder / "nowhere"));
}

TEST(RemoveLeftovers, FollowsNoLinkAndTakesNothingOfAnotherUser) {
  const TemporaryFolder folder;
  write_text(folder / "diary", "mine");
  const fs::path left = left_file(folder.path());
  const std::string name = left.filename().native();
  const auto sibling = [&](char digit) {
    std::string other = name;
    std::fill(other.begin() + 22, other.begin() + 54, digit);
    return folder / other;
  };
  fs::rename(left, sibling('1'));
  fs::create_symlink("diary", sibling('2'));
  ASSERT_EQ(::mkfifo(sibling('3').c_str(), 0600), 0);
  fs::create_directory(sibling('4'));
  write_text(sibling('5'), "another's");
  const bool is_root = ::chown(sibling('5').c_str(), 12345, 12345) == 0;
  remove_leftovers(folder.path());
  EXPECT_FALSE(fs::exists(sibling('1')));
  EXPECT_TRUE(fs::is_symlink(sibling('2')));
  EXPECT_TRUE(fs::is_fifo(sibling('3')));
  EXPECT_TRUE(fs::is_directory(sibling('4')));
  EXPECT_EQ(fs::exists(sibling('5')), is_root);
  EXPECT_EQ(read_text(folder / "diary"), "mine");
}

/// The process number of its writer would be free here; on the other machine it is alive.
TEST(RemoveLeftovers, LeavesWhatAnotherSystemMadeForAWeek) {
  const TemporaryFolder folder;
  const fs::path left = left_file(folder.path());
  std::string name = left.filename().native();
  std::fill(name.begin() + 13, name.begin() + 21, 'f');
  fs::rename(left, folder / name);
  remove_leftovers(folder.path());
  EXPECT_TRUE(fs::exists(folder / name));
  const FileHandle handle = open_for_reading(folder / name);
  EXPECT_FALSE(is_abandoned(handle, name, kAsideFile));
}

TEST(RandomName, IsKnownAgainAndNeverTheSame) {
  const std::string one = random_name(kAsideFile, ".png"), other = random_name(kAsideFile, ".png");
  EXPECT_NE(one, other);
  EXPECT_TRUE(is_random_name(one, kAsideFile));
  EXPECT_FALSE(is_random_name(one, kAsideFolder));
  EXPECT_TRUE(one.ends_with(".png"));
  EXPECT_TRUE(is_random_name(random_name(kAsideFile, "." + std::string(300, 'x')), kAsideFile));
  EXPECT_LT(random_name(kAsideFile, ".\n/x").size(), 60u);
}

TEST(AsideFolder, AppearsWholeOrLeavesNothing) {
  const TemporaryFolder folder;
  {
    AsideFolder out(folder / "out");
    write_text(out.aside() / "a", "x");
    EXPECT_FALSE(fs::exists(folder / "out"));
    struct stat status {};
    ASSERT_EQ(::stat(out.aside().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
  }
  EXPECT_EQ(names_in(folder.path()), Names{});
  AsideFolder out(folder / "out");
  write_text(out.aside() / "a", "x");
  out.commit();
  EXPECT_EQ(names_in(folder.path()), Names{"out"});
  EXPECT_EQ(names_in(folder / "out"), Names{"a"});
}

TEST(AsideFolder, TakesThePlaceOfAnEmptyFolderAndOfNothingElse) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "empty");
  fs::create_directory_symlink("empty", folder / "link");
  AsideFolder out(folder / "link");
  write_text(out.aside() / "a", "x");
  out.commit();
  EXPECT_EQ(names_in(folder / "empty"), Names{"a"});
  EXPECT_EQ(thrown_by([&] { AsideFolder(folder / "empty"); }).exit_code, 2);
  fs::create_symlink("nowhere", folder / "dangling");
  EXPECT_EQ(thrown_by([&] { AsideFolder(folder / "dangling"); }).exit_code, 2);
  AsideFolder late(folder / "late");
  write_text(folder / "late" / "diary", "mine");
  EXPECT_CONTAINS(thrown_by([&] { late.commit(); }).what, "not an empty folder");
  EXPECT_EQ(read_text(folder / "late/diary"), "mine");
}

TEST(AsideFolder, RemovesWhatAKilledOneLeftAndNothingOfTheUser) {
  const TemporaryFolder folder;
  const fs::path left = left_folder(folder.path());
  ASSERT_TRUE(fs::exists(left / "a/000000.png"));
  write_text(folder / ".out.unpacking" / "diary", "mine");
  write_text(folder / ".dcgan-unpacking-x" / "diary", "mine");
  const AsideFolder alive(folder / "alive");
  const AsideFolder out(folder / "out");
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(alive.aside()));
  EXPECT_EQ(read_text(folder / ".out.unpacking/diary"), "mine");
  EXPECT_EQ(read_text(folder / ".dcgan-unpacking-x/diary"), "mine");
}

}  // namespace
}  // namespace dcgan::test::leftovers
