// The folder of decoded pixels: private, and nothing in it is believed or removed that the program did not make.
#include "dataset/cache.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opening.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  ::lstat(path.c_str(), &status);
  return status.st_mode & 07777;
}

class Cache : public OpenDataset {
 protected:
  std::string remark(const Dataset& dataset) { return dataset.remarks.empty() ? "" : dataset.remarks[0]; }
  const fs::path place = folder / "cache";
};

TEST_F(Cache, IsOpenToNobodyElseNorIsAnyFileInIt) {
  const mode_t umask = ::umask(0);
  const Dataset dataset = open();
  ::umask(umask);
  EXPECT_EQ(mode_of(place), 0700u);
  EXPECT_EQ(mode_of(dataset.cached_at), 0600u);
}

TEST_F(Cache, IsNotKeptWhereAnotherCouldReachIt) {
  struct Case {
    std::function<void()> make;
    const char* says;
  };
  fs::create_directory(folder / "real");
  const std::vector<Case> cases = {
      {[&] { fs::create_directory_symlink("real", place); }, "is a link"},
      {[&] { fs::create_symlink("nowhere", place); }, "is a link"},
      {[&] { write_text(place, "a file"); }, "is not a folder"},
      {[&] { fs::create_directory(place), ::chmod(place.c_str(), 0777); }, "can be written to by others"},
      {[&] { fs::create_directory(place), ::chmod(place.c_str(), 0775); }, "can be written to by others"}};
  for (const auto& one : cases) {
    one.make();
    const Dataset dataset = open();
    EXPECT_EQ(dataset.cached_at, "");
    EXPECT_CONTAINS(remark(dataset), one.says);
    EXPECT_FALSE(fs::exists(folder / "nowhere"));
    EXPECT_TRUE(fs::is_empty(folder / "real"));
    fs::remove_all(place);
  }
  fs::create_directory(place);
  if (::chown(place.c_str(), 12345, 12345) != 0) return;  // only root can give folders away
  EXPECT_CONTAINS(remark(open()), "another user");
}

TEST_F(Cache, BelowTheUsersOwnFolderIsNarrowedWhereAnEarlierVersionMadeIt) {
  options.cache = "auto";
  ::setenv("XDG_CACHE_HOME", (folder / "xdg").c_str(), 1);
  fs::create_directories(folder / "xdg/dcgan");
  ::chmod((folder / "xdg/dcgan").c_str(), 0755);
  EXPECT_NE(open().cached_at, "");
  EXPECT_EQ(mode_of(folder / "xdg/dcgan"), 0700u);
  ::unsetenv("XDG_CACHE_HOME");
}

TEST_F(Cache, BelievesOnlyAPackThatSaysTheKeyItIsAskedFor) {
  const Dataset first = open();
  const fs::path at = first.cached_at;
  std::string bytes = read_text(at);
  // Another's pixels under this name, sound in themselves.
  fs::remove(at);
  for (int digit : {0, 40, 63}) {
    std::string other = bytes;
    other[48 + static_cast<size_t>(digit)] = other[48 + static_cast<size_t>(digit)] == 'a' ? 'b' : 'a';
    write_text(at, other);
    EXPECT_FALSE(open().was_cached) << digit;
    EXPECT_EQ(read_text(at), bytes) << "not made again";
  }
  EXPECT_TRUE(open().was_cached);
}

TEST_F(Cache, FollowsNoLinkToAPack) {
  const fs::path at = open().cached_at;
  fs::rename(at, folder / "elsewhere.pack");
  const std::string bytes = read_text(folder / "elsewhere.pack");
  const auto times = fs::last_write_time(folder / "elsewhere.pack");
  fs::create_symlink(folder / "elsewhere.pack", at);
  const Dataset dataset = open();
  EXPECT_FALSE(dataset.was_cached);
  EXPECT_CONTAINS(remark(dataset), "stands in the way");
  EXPECT_TRUE(fs::is_symlink(at));
  EXPECT_EQ(read_text(folder / "elsewhere.pack"), bytes);
  EXPECT_EQ(fs::last_write_time(folder / "elsewhere.pack"), times);
}

TEST_F(Cache, WritesThroughNoLinkWhereAPackIsBegun) {
  const fs::path at = open().cached_at;
  fs::remove(at);
  write_text(folder / "diary", "mine");
  fs::create_symlink(folder / "diary", begun_file_of(at));
  const Dataset dataset = open();
  EXPECT_CONTAINS(remark(dataset), "is a link");
  EXPECT_EQ(read_text(folder / "diary"), "mine");
}

TEST_F(Cache, MakesRoomAtTheExpenseOfNothingButWhatItMade) {
  const fs::path at = open().cached_at;
  const std::string name = at.filename().native(), hex = name.substr(0, 32);
  const std::string pack = read_text(at);
  const std::vector<std::pair<std::string, std::string>> foreign = {
      {"holiday.pack", std::string(5000, 'x')},
      {"faces.pack", pack},
      {std::string(32, 'a') + ".pack", "mine"},
      {std::string(32, 'b') + ".pack", pack},  // of another key
      {std::string(32, 'c') + ".features", "mine"},
      {"old.pixels", "mine"},
      {hex + ".pack.bak", pack},
      {".dcgan-begun-diary.pack", "mine"},
      {".dcgan-begun-" + std::string(32, 'd') + ".pack", "mine"},
      {std::string(32, 'A') + ".pack", pack}};
  for (const auto& [file, content] : foreign) write_text(place / file, content);
  fs::create_directory(place / "dir.pack");
  DataOptions tight = options;
  tight.cache_limit = static_cast<double>(pack.size()) / 1e9;
  EXPECT_EQ(PixelCache(tight).make_room(pack.size(), place / (std::string(32, 'e') + ".pack")), "");
  EXPECT_FALSE(fs::exists(at));
  for (const auto& [file, content] : foreign) EXPECT_EQ(read_text(place / file), content) << file;
  EXPECT_TRUE(fs::exists(place / "dir.pack"));
}

TEST_F(Cache, KeepsAnotherNameOfItsFileAlone) {
  const fs::path at = open().cached_at;
  fs::create_hard_link(at, folder / "kept by me.pack");
  DataOptions tight = options;
  tight.cache_limit = 1e-6;
  EXPECT_EQ(PixelCache(tight).make_room(500, place / (std::string(32, 'e') + ".pack")), "");
  EXPECT_TRUE(fs::exists(at));
  EXPECT_TRUE(fs::exists(folder / "kept by me.pack"));
}

}  // namespace
}  // namespace dcgan::test::opening
