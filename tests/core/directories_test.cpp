// Folders that are made, and what survives a power cut.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <set>

#include "core/platform/io/file.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace {
std::mutex mutex;  // other tests of this program sync from threads
std::set<std::string> synced_paths;
}  // namespace

/// In this program it stands before the library's: so a test sees what was synced.
extern "C" int fsync(int descriptor) {
  std::error_code ignored;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored).native();
  {
    const std::lock_guard lock(mutex);
    synced_paths.insert(path);
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace dcgan::test {
namespace {

class Directories : public ::testing::Test {
 protected:
  Directories() {
    const std::lock_guard lock(mutex);
    synced_paths.clear();
  }
  bool is_synced(const std::string& name) const {
    const std::lock_guard lock(mutex);
    return synced_paths.count(fs::canonical(folder / name).native()) > 0;
  }
  TemporaryFolder folder;
};

TEST_F(Directories, AreMadeInAllPartsAndMindNoneThatIsThere) {
  make_directories(folder / "a/b/c");
  make_directories(folder / "a/b/c/");
  make_directories(folder / "a/../d/./e");
  EXPECT_TRUE(fs::is_directory(folder / "a/b/c"));
  EXPECT_TRUE(fs::is_directory(folder / "d/e"));
  fs::create_directory_symlink("a", folder / "link");
  make_directories(folder / "link/x");
  EXPECT_TRUE(fs::is_directory(folder / "a/x"));
  write_text(folder / "file", "");
  EXPECT_CONTAINS(thrown_by([&] { make_directories(folder / "file/b"); }).what, "file/b");
  EXPECT_CONTAINS(thrown_by([&] { make_directories(folder / "file"); }).what, "file");
  fs::create_symlink("nowhere", folder / "dangling");
  EXPECT_CONTAINS(thrown_by([&] { make_directories(folder / "dangling"); }).what, "dangling");
}

TEST_F(Directories, ThatAreNewTellWhetherTheLastPartIs) {
  EXPECT_TRUE(make_new_directory(folder / "a/b"));
  EXPECT_FALSE(make_new_directory(folder / "a/b"));
  EXPECT_TRUE(make_new_directory(folder / "a/c"));
  write_text(folder / "file", "");
  EXPECT_FALSE(make_new_directory(folder / "file"));
}

TEST_F(Directories, AreEntriesThatSurviveAPowerCut) {
  make_new_directory(folder / "runs/00000-photos");
  EXPECT_TRUE(is_synced("."));  // knows "runs"
  EXPECT_TRUE(is_synced("runs"));
  synced_paths.clear();
  make_directories(folder / "runs/00000-photos/samples/deep");
  EXPECT_TRUE(is_synced("runs/00000-photos"));
  EXPECT_TRUE(is_synced("runs/00000-photos/samples"));
  synced_paths.clear();
  make_directories(folder / "runs/00000-photos/samples");
  make_directories(folder / "fast/a", /*synced=*/false);
  EXPECT_TRUE(synced_paths.empty());
}

TEST_F(Directories, SyncTheFileAndThenItsEntry) {
  write_file(folder / "a.bin", "x");
  EXPECT_TRUE(is_synced("."));
  EXPECT_EQ(synced_paths.size(), 2u);
}

}  // namespace
}  // namespace dcgan::test
