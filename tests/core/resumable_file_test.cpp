// Files whose writing goes on where an earlier process stopped.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "core/platform/io/file.hpp"
#include "support/forked.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::resumable {
namespace {

class ResumableFile : public ::testing::Test {
 protected:
  AtomicFile writer() const { return AtomicFile(path, AtomicFile::Aside::kResumable); }
  std::string begun() const { return read_text(begun_file_of(path)); }
  bool is_empty() const { return fs::is_empty(folder.path()); }
  TemporaryFolder folder;
  fs::path path = folder / "a.bin";
};

TEST_F(ResumableFile, GoesOnWithWhatWasKept) {
  {
    AtomicFile first = writer();
    first.write_at("half", 4, 0);
    first.keep_for_later();
  }
  EXPECT_FALSE(fs::exists(path));
  {
    AtomicFile second = writer();
    ASSERT_EQ(second.bytes(), 4u);
    char read[4];
    second.read_at(read, 4, 0);
    EXPECT_EQ(std::string(read, 4), "half");
    second.write_at(" and half", 9, 4);
    second.commit();
  }
  EXPECT_EQ(read_text(path), "half and half");
  EXPECT_FALSE(fs::exists(begun_file_of(path)));
}

TEST_F(ResumableFile, GoesOnWithWhatAKilledProcessWrote) {
  ASSERT_EQ(exit_code_of([&] {
              AtomicFile file = writer();
              file.write_at("half", 4, 0);
              ::raise(SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(is_being_written(path));
  EXPECT_EQ(writer().bytes(), 4u);
}

TEST_F(ResumableFile, LeavesNothingWhenItIsGivenUp) {
  writer().write_at("half", 4, 0);
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumableFile, IsForOneProcessAtATime) {
  std::optional<AtomicFile> file;
  file.emplace(path, AtomicFile::Aside::kResumable);
  EXPECT_TRUE(is_being_written(path));
  EXPECT_EQ(exit_code_of([&] {
              try {
                writer();
              } catch (const Busy& error) {
                return contains(error.what(), "another process is writing") && contains(error.what(), "a.bin") ? 0 : 2;
              }
              return 1;
            }),
            0);
  file->write_at("mine", 4, 0);
  EXPECT_EQ(begun(), "mine");
  file.reset();
  EXPECT_FALSE(is_being_written(path));
  EXPECT_EQ(exit_code_of([&] {
              writer().commit();
              return 0;
            }),
            0);
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(ResumableFile, IsNotRemovedAsALeftover) {
  {
    AtomicFile file = writer();
    file.write_at("half", 4, 0);
    file.keep_for_later();
  }
  remove_leftovers(folder.path());
  EXPECT_EQ(begun(), "half");
}

TEST_F(ResumableFile, NeverWritesThroughWhatStandsInItsWay) {
  write_text(folder / "diary", "mine");
  const auto refusal = [&] {
    const Thrown thrown = thrown_by([&] { writer().write_at("x", 1, 0); });
    EXPECT_CONTAINS(thrown.what, ".dcgan-begun-a.bin");
    EXPECT_CONTAINS(thrown.hint, "move it away");
    EXPECT_TRUE(fs::exists(fs::symlink_status(begun_file_of(path))));
    EXPECT_FALSE(is_being_written(path));
    EXPECT_EQ(read_text(folder / "diary"), "mine");
    fs::remove(begun_file_of(path));
    return thrown.what;
  };
  fs::create_symlink("diary", begun_file_of(path));
  EXPECT_CONTAINS(refusal(), "is a link");
  fs::create_symlink("nowhere", begun_file_of(path));
  EXPECT_CONTAINS(refusal(), "is a link");
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
  fs::create_hard_link(folder / "diary", begun_file_of(path));
  EXPECT_CONTAINS(refusal(), "second name");
  ASSERT_EQ(::mkfifo(begun_file_of(path).c_str(), 0600), 0);
  EXPECT_CONTAINS(refusal(), "is not a file");
  fs::create_directory(begun_file_of(path));
  EXPECT_CONTAINS(refusal(), "is not a file");
  write_text(begun_file_of(path), "another's");
  if (::chown(begun_file_of(path).c_str(), 12345, 12345) != 0) return;  // only root can give files away
  EXPECT_CONTAINS(refusal(), "another user's");
}

TEST_F(ResumableFile, OfTheOwnerAloneIsOpenToNobodyElse) {
  AtomicFile file(path, AtomicFile::Aside::kResumable, AtomicFile::Access::kOwner);
  file.commit();
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ResumableFile, DoesNotMeetAFreshOneOfTheSameName) {
  AtomicFile resumable = writer();
  resumable.write_at("resumable", 9, 0);
  write_file(path, "fresh");
  EXPECT_EQ(read_text(path), "fresh");
  resumable.commit();
  EXPECT_EQ(read_text(path), "resumable");
}

}  // namespace
}  // namespace dcgan::test::resumable
