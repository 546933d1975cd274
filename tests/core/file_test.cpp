#include "core/platform/io/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "support/forked.hpp"
#include "support/small_disk.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::files {
namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().native());
  std::sort(names.begin(), names.end());
  return names;
}
using Names = std::vector<std::string>;

TEST(AtomicFile, IsAbsentUntilItIsCommitted) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a.bin");
  file.append("hello ");
  file.append("world");
  EXPECT_FALSE(fs::exists(folder / "a.bin"));
  file.commit();
  EXPECT_EQ(read_text(folder / "a.bin"), "hello world");
  EXPECT_EQ(names_in(folder.path()), Names{"a.bin"});
}

TEST(AtomicFile, LeavesThePreviousFileAloneWhenAbandoned) {
  const TemporaryFolder folder;
  write_text(folder / "a.bin", "before");
  {
    AtomicFile file(folder / "a.bin");
    file.append("half of the ne");
    EXPECT_EQ(read_text(folder / "a.bin"), "before");
  }
  EXPECT_EQ(read_text(folder / "a.bin"), "before");
  EXPECT_EQ(names_in(folder.path()), Names{"a.bin"});
}

TEST(AtomicFile, ReplacesThePreviousFileAtOnce) {
  const TemporaryFolder folder;
  write_text(folder / "a.bin", "a long text that was there before");
  const FileHandle reader = open_for_reading(folder / "a.bin");
  write_file(folder / "a.bin", "new");
  EXPECT_EQ(read_text(folder / "a.bin"), "new");
  char old[6] = {};
  read_exactly(reader, old, 6, 0, folder / "a.bin");  // who had it open still reads the old one
  EXPECT_EQ(std::string(old, 6), "a long");
  EXPECT_EQ(names_in(folder.path()), Names{"a.bin"});
}

TEST(AtomicFile, TakesPiecesAtAnyPlaceFromSeveralThreads) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a.bin");
  file.reserve(4 + 100 * 1000);
  parallel_for(100, 4, [&](int64_t i) {
    const std::string piece(1000, static_cast<char>(i));
    file.write_at(piece.data(), piece.size(), static_cast<uint64_t>(4 + i * 1000));
  });
  file.write_at("head", 4, 0);
  file.commit(false);
  const std::string content = read_text(folder / "a.bin");
  ASSERT_EQ(content.size(), 4u + 100 * 1000);
  EXPECT_EQ(content.substr(0, 4), "head");
  for (size_t i = 0; i < 100; ++i)
    EXPECT_EQ(content.substr(4 + i * 1000, 1000), std::string(1000, static_cast<char>(i)));
}

TEST(AtomicFile, TakesNamesOfAnyBytes) {
  const TemporaryFolder folder;
  for (const char* name : {"사진.bin", "图片.bin", "a b.bin", "\xff\xfe.bin", "new\nline.bin"}) {
    write_file(folder / name, name);
    EXPECT_EQ(read_file(folder / name), name);
  }
  EXPECT_EQ(names_in(folder.path()).size(), 5u);
}

TEST(AtomicFile, TakesEveryLengthOfNameThatTheSystemTakes) {
  const TemporaryFolder folder;
  for (const size_t bytes : {200u, 242u, 243u, 244u, 255u})
    for (const auto aside : {AtomicFile::Aside::kFresh, AtomicFile::Aside::kResumable}) {
      const std::string name = std::string(bytes - 5, 'n') + ".pack";
      AtomicFile file(folder / name, aside);
      file.append(name);
      EXPECT_LE(file.aside().filename().native().size(), 255u);
      file.commit();
      EXPECT_EQ(read_file(folder / name), name);
    }
  const Thrown error = thrown_by([&] { write_file(folder / std::string(256, 'n'), ""); });
  EXPECT_CONTAINS(error.what, "File name too long");
  EXPECT_CONTAINS(error.hint, "shorter");
  EXPECT_EQ(names_in(folder.path()).size(), 5u);
}

TEST(AtomicFile, ReplacesALinkAndNeverWhatItLeadsTo) {
  const TemporaryFolder folder;
  write_text(folder / "diary", "mine");
  fs::create_symlink("diary", folder / "a.bin");
  write_file(folder / "a.bin", "new");
  EXPECT_EQ(read_text(folder / "diary"), "mine");
  EXPECT_EQ(read_text(folder / "a.bin"), "new");
  EXPECT_FALSE(fs::is_symlink(folder / "a.bin"));
}

TEST(AtomicFile, ReplacesNoPipeOrDevice) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_CONTAINS(thrown_by([&] { write_file(folder / "pipe", "x"); }).what, "it is a pipe or a device");
  EXPECT_CONTAINS(thrown_by([&] { write_file("/dev/null", "x"); }).what, "it is a pipe or a device");
  EXPECT_EQ(names_in(folder.path()), Names{"pipe"});
}

TEST(AtomicFile, StaysInItsFolderWhenThatIsExchanged) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "mine");
  fs::create_directories(folder / "other");
  AtomicFile file(folder / "mine/a.bin");
  file.append("x");
  fs::rename(folder / "mine", folder / "moved");
  fs::create_directory_symlink("other", folder / "mine");
  file.commit(false);
  EXPECT_EQ(names_in(folder / "moved"), Names{"a.bin"});
  EXPECT_EQ(names_in(folder / "other"), Names{});
}

TEST(AtomicFile, LeavesNothingBehindWhenItsNameIsTakenByAFolder) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "a.bin");
  EXPECT_CONTAINS(thrown_by([&] { AtomicFile(folder / "a.bin"); }).what, "a.bin': it is a folder");
  EXPECT_EQ(names_in(folder.path()), Names{"a.bin"});
}

TEST(AtomicFile, SaysWhyItsFolderDoesNotTakeIt) {
  const TemporaryFolder folder;
  const Thrown missing = thrown_by([&] { AtomicFile(folder / "nowhere/a.bin"); });
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_CONTAINS(missing.what, "nowhere/a.bin");
  EXPECT_CONTAINS(missing.what, "No such file or directory");
}

/// Runs `body` as a user who may not write to the test's folders, as root (which may everywhere) or not.
int exit_code_as_stranger(const fs::path& folder, const std::function<int()>& body) {
  ::chmod(folder.c_str(), 0555);
  const int code = exit_code_of([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 98;
    return body();
  });
  ::chmod(folder.c_str(), 0755);
  return code;
}

TEST(AtomicFile, NamesMissingPermissionWithAHint) {
  const TemporaryFolder folder;
  EXPECT_EQ(exit_code_as_stranger(folder.path(),
                                  [&] {
                                    try {
                                      AtomicFile(folder / "a.bin");
                                    } catch (const Error& error) {
                                      const bool clear = contains(error.what(), "Permission denied") &&
                                                         contains(error.what(), "a.bin") &&
                                                         contains(error.hint(), "permissions");
                                      return clear ? 0 : 2;
                                    }
                                    return 1;
                                  }),
            0);
  EXPECT_EQ(names_in(folder.path()), Names{});
}

TEST(AtomicFile, FailsOnAFullDiskAndKeepsThePreviousFile) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path(), "64k");
  if (!disk.mounted()) GTEST_SKIP() << "only root can make a small disk";
  write_text(folder / "a.bin", "before");
  for (const bool reserves : {true, false}) {
    const Thrown error = thrown_by([&] {
      AtomicFile file(folder / "a.bin");
      if (reserves) file.reserve(1 << 20);
      for (int i = 0; i < 100; ++i) file.append(std::string(4096, 'x'));
      file.commit();
    });
    EXPECT_EQ(error.exit_code, 1);
    EXPECT_CONTAINS(error.what, "No space left on device");
    EXPECT_CONTAINS(error.what, "a.bin");
    EXPECT_CONTAINS(error.hint, "free some space");
    EXPECT_EQ(read_text(folder / "a.bin"), "before");
    EXPECT_EQ(names_in(folder.path()), Names{"a.bin"});
  }
}

TEST(WithoutSlash, IsTheSamePathWithAName) {
  EXPECT_EQ(without_slash("photos/"), "photos");
  EXPECT_EQ(without_slash("a/photos//"), "a/photos");
  EXPECT_EQ(without_slash("a/photos"), "a/photos");
}

TEST(ParentOf, IsThisFolderForANameAlone) {
  EXPECT_EQ(parent_of("a.png"), ".");
  EXPECT_EQ(parent_of("photos/a.png"), "photos");
}

TEST(ReadFile, GivesTheContentUpToALimit) {
  const TemporaryFolder folder;
  write_text(folder / "a", std::string("a\0b\n", 4) + std::string(100'000, 'x'));
  EXPECT_EQ(read_file(folder / "a"), std::string("a\0b\n", 4) + std::string(100'000, 'x'));
  EXPECT_EQ(read_file(folder / "a", 3), std::string("a\0b", 3));
  write_text(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, SaysWhyItCannot) {
  const TemporaryFolder folder;
  const Thrown missing = thrown_by([&] { read_file(folder / "no\nne"); });
  EXPECT_CONTAINS(missing.what, "no\\x0ane");
  EXPECT_CONTAINS(missing.what, "No such file");
  EXPECT_EQ(missing.hint, "check the path");
  EXPECT_CONTAINS(thrown_by([&] { read_file(folder.path()); }).what, "it is a folder");
}

TEST(ReadExactly, ReadsAtAPlaceAndNamesAFileThatEndsEarly) {
  const TemporaryFolder folder;
  write_text(folder / "a", "0123456789");
  const FileHandle file = open_for_reading(folder / "a");
  char out[4];
  read_exactly(file, out, 4, 6, folder / "a");
  EXPECT_EQ(std::string(out, 4), "6789");
  const Thrown error = thrown_by([&] { read_exactly(file, out, 4, 7, folder / "a"); });
  EXPECT_CONTAINS(error.what, "/a'");
  EXPECT_CONTAINS(error.what, "ends early");
}

TEST(LineFile, AppendsWholeLinesBehindWhatIsThere) {
  const TemporaryFolder folder;
  write_text(folder / "log", "first\n");
  {
    LineFile file(folder / "log");
    file.append("second");
    EXPECT_EQ(read_text(folder / "log"), "first\nsecond\n");  // at once, not when it is closed
    file.append("");
  }
  LineFile(folder / "log").append("third");
  EXPECT_EQ(read_text(folder / "log"), "first\nsecond\n\nthird\n");
}

TEST(LineFile, NeverWritesThroughALink) {
  const TemporaryFolder folder;
  write_text(folder / "diary", "mine\n");
  fs::create_symlink("diary", folder / "log");
  EXPECT_CONTAINS(thrown_by([&] { LineFile(folder / "log"); }).hint, "a link stands there");
  EXPECT_EQ(read_text(folder / "diary"), "mine\n");
}

TEST(LineFile, FailsOnAFullDisk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  LineFile file("/dev/full");
  const Thrown error = thrown_by([&] { file.append("a line"); });
  EXPECT_CONTAINS(error.what, "/dev/full");
  EXPECT_CONTAINS(error.what, "No space left on device");
  EXPECT_CONTAINS(error.hint, "free some space");
}

}  // namespace
}  // namespace dcgan::test::files
