#include "dataset/walk.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "core/platform/signals.hpp"
#include "support/forked.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::walks {
namespace {

using Paths = std::vector<std::string>;

Paths paths_of(const Listing& listing) {
  Paths paths;
  for (int64_t i = 0; i < listing.count(); ++i) paths.emplace_back(listing.path(i));
  return paths;
}
std::vector<int32_t> labels_of(const Listing& listing) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < listing.count(); ++i) labels.push_back(listing.label(i));
  return labels;
}

TEST(Walk, ListsFilesSortedByTheirBytes) {
  const TemporaryFolder folder;
  for (const char* name : {"b.png", "a.png", "B.png", "10.png", "9.png", "\xffz.png", "가.png", "a/1.png", "a-b/1.png",
                           "sub/deep/er/x.jpg"})
    write_text(folder / name, "x");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), (Paths{"10.png", "9.png", "B.png", "a-b/1.png", "a.png", "a/1.png", "b.png",
                                      "sub/deep/er/x.jpg", "가.png", "\xffz.png"}));
  EXPECT_EQ(listing.root, folder.path());
  EXPECT_TRUE(listing.remarks.empty());
}

TEST(Walk, PassesOverWhatSystemsLeaveInFolders) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", ".hidden.png", "._a.png", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/a.png",
                           ".git/b.png", "c/._b.png", "c/Thumbs.db", "c/b.png"})
    write_text(folder / name, "x");
  EXPECT_EQ(paths_of(list_folder(folder.path())), (Paths{"a.png", "c/b.png"}));
}

TEST(Walk, NamesClassesAfterTopLevelFolders) {
  const TemporaryFolder folder;
  for (const char* name : {"dogs/2.png", "dogs/old/1.png", "cats/1.png", "zebras/.hidden"})
    write_text(folder / name, "x");
  fs::create_directory(folder / "empty");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(listing.classes, (Paths{"cats", "dogs"}));  // a folder without files is no class
  EXPECT_EQ(labels_of(listing), (std::vector<int32_t>{0, 1, 1}));
}

TEST(Walk, NumbersClassesInTheOrderOfTheirNames) {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.png", "a-b/1.png", "a.b/1.png"}) write_text(folder / name, "x");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(listing.classes, (Paths{"a", "a-b", "a.b"}));  // by path "a-b/" stands before "a/"
  for (int64_t i = 0; i < listing.count(); ++i)
    EXPECT_EQ(listing.path(i).substr(0, listing.path(i).find('/')),
              listing.classes[static_cast<size_t>(listing.label(i))]);
}

TEST(Walk, GivesFilesBesideClassFoldersNoClass) {
  const TemporaryFolder folder;
  for (const char* name : {"cats/1.png", "beside.png", "zz.png"}) write_text(folder / name, "x");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), (Paths{"beside.png", "cats/1.png", "zz.png"}));
  EXPECT_EQ(labels_of(listing), (std::vector<int32_t>{-1, 0, -1}));
}

TEST(Walk, FindsNoClassesInAFlatFolder) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  EXPECT_TRUE(list_folder(folder.path()).classes.empty());
  EXPECT_EQ(list_folder(folder.path()).label(0), -1);
}

TEST(Walk, TakesNamesOfAnyBytes) {
  const TemporaryFolder folder;
  const Paths names = {"a b.png", "c\nd.png", "\xe9t\xe9.png", "人脸/图 片.png", "얼굴/사진.png"};
  for (const auto& name : names) write_text(folder / name, "x");
  Paths sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), sorted);
  EXPECT_EQ(listing.classes, (Paths{"人脸", "얼굴"}));
}

TEST(Walk, FollowsLinksToFilesAndFolders) {
  const TemporaryFolder folder, elsewhere;
  write_text(elsewhere / "x.png", "1234");
  fs::create_symlink(elsewhere / "x.png", folder / "link.png");
  fs::create_directory_symlink(elsewhere.path(), folder / "linked");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), (Paths{"link.png", "linked/x.png"}));
  write_text(elsewhere / "x.png", "12345");
  EXPECT_NE(list_folder(folder.path()).stamp, listing.stamp);  // the stamp is the file's, not the link's
}

TEST(Walk, EndsInLoopsOfLinks) {
  const TemporaryFolder folder;
  write_text(folder / "a/x.png", "x");
  fs::create_directory_symlink(folder.path(), folder / "a/up");
  fs::create_directory_symlink("../a", folder / "a/self");
  fs::create_directory_symlink(folder / "a", folder / "b");  // the same folder again: taken once, by the first name
  EXPECT_EQ(paths_of(list_folder(folder.path())), (Paths{"a/x.png"}));
}

TEST(Walk, RemarksOnLinksToNowhere) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  fs::create_directory(folder / "c");
  fs::create_symlink("/nowhere/at/all", folder / "c/lost\n.png");
  fs::create_symlink("circle", folder / "circle");
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), Paths{"a.png"});
  ASSERT_EQ(listing.remarks.size(), 2u);
  EXPECT_CONTAINS(listing.remarks[0], "'c/lost\\x0a.png'");
  EXPECT_CONTAINS(listing.remarks[1], "'circle'");
}

TEST(Walk, NamesTenOfEveryKindThatIsPassedOver) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  for (int i = 0; i < 13; ++i) {
    fs::create_symlink("/nowhere", folder / ("link" + std::to_string(i)));
    write_text(folder / ("run" + std::to_string(i)) / "config.json", "{}");
    fs::create_directory(folder / ("run" + std::to_string(i)) / "checkpoints");
  }
  const Listing listing = list_folder(folder.path());
  ASSERT_EQ(listing.remarks.size(), 22u);
  EXPECT_EQ(listing.remarks[20], "3 more run directories were passed over");
  EXPECT_EQ(listing.remarks[21], "3 more names lead nowhere");
}

TEST(Walk, PassesOverRunDirectoriesAndNamesThem) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  write_text(folder / "runs/first/config.json", "{}");
  write_text(folder / "runs/first/checkpoints/c", "x");
  write_text(folder / "runs/first/grids/1.png", "x");
  write_text(folder / "only-config/config.json", "{}");  // not a run
  EXPECT_TRUE(is_run_directory(folder / "runs/first"));
  EXPECT_FALSE(is_run_directory(folder / "only-config"));
  const Listing listing = list_folder(folder.path());
  EXPECT_EQ(paths_of(listing), (Paths{"a.png", "only-config/config.json"}));
  ASSERT_EQ(listing.remarks.size(), 1u);
  EXPECT_CONTAINS(listing.remarks[0], "run directory 'runs/first");
  // Asked for by its own name it is listed.
  EXPECT_EQ(paths_of(list_folder(folder / "runs/first")), (Paths{"checkpoints/c", "config.json", "grids/1.png"}));
}

TEST(Walk, PassesOverWhatIsNoFile) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  ASSERT_EQ(::mkfifo((folder / "pipe.png").c_str(), 0600), 0);  // reading it would wait for ever
  EXPECT_EQ(paths_of(list_folder(folder.path())), Paths{"a.png"});
}

TEST(Walk, RemarksOnFoldersThatMayNotBeRead) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");
  write_text(folder / "secret/b.png", "x");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((folder / "secret").c_str(), 0);
  EXPECT_EQ(
      exit_code_of([&] {
        if (::getuid() == 0 && ::setuid(65534) != 0) return 98;
        const Listing listing = list_folder(folder.path());
        return listing.count() == 1 && listing.remarks.size() == 1 && contains(listing.remarks[0], "'secret/'") ? 0 : 1;
      }),
      0);
  ::chmod((folder / "secret").c_str(), 0755);
}

/// The exit code of a process that was asked to stop and lists `folder`; 0 if it lists to the end.
int listed_after_a_signal(const fs::path& folder) {
  return exit_code_of([&] {
    watch_signals();
    ::kill(::getpid(), SIGTERM);
    while (stop_signal() == 0) std::this_thread::yield();
    try {
      list_folder(folder);
    } catch (const Stopped& stopped) {
      return stopped.exit_code();
    }
    return 0;
  });
}

TEST(Walk, StopsWhileAFolderOfManyNamesIsRead) {
  const TemporaryFolder folder;
  // Passed over: no file of them is looked at, so that only the reading can stop.
  for (int i = 0; i < 1100; ++i) write_text(folder / ("." + std::to_string(i)), "");
  EXPECT_EQ(listed_after_a_signal(folder.path()), 128 + SIGTERM);
}

TEST(Walk, StopsAtTheNextFile) {
  const TemporaryFolder folder;
  write_text(folder / "a.png", "x");  // one name: it is read before anything asks
  EXPECT_EQ(listed_after_a_signal(folder.path()), 128 + SIGTERM);
}

TEST(Walk, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  write_text(folder / "file", "x");
  EXPECT_CONTAINS(thrown_by([&] { list_folder(folder / "none"); }).what, "there is no '");
  EXPECT_CONTAINS(thrown_by([&] { list_folder(folder / "file"); }).what, "is not a folder");
  EXPECT_EQ(list_folder(folder.path()).count(), 1);
}

}  // namespace
}  // namespace dcgan::test::walks
