#include "core/platform/io/user_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "support/temporary.hpp"

namespace dcgan {
namespace {

class UserFolder : public ::testing::Test {
 protected:
  UserFolder() : before_(environment("XDG_STATE_HOME")) {
    ::setenv("XDG_STATE_HOME", fs::absolute(folder_.path()).c_str(), 1);
  }
  ~UserFolder() override {
    before_.empty() ? ::unsetenv("XDG_STATE_HOME") : ::setenv("XDG_STATE_HOME", before_.c_str(), 1);
  }
  mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  const std::string before_;
  const test::TemporaryFolder folder_;
};

TEST_F(UserFolder, KeepsWhatIsWrittenForThisUserAlone) {
  EXPECT_EQ(read_user_file("word"), "");
  write_user_file("word", "secret");
  EXPECT_EQ(read_user_file("word"), "secret");
  EXPECT_EQ(mode_of(user_folder()), 0700u);
  EXPECT_EQ(mode_of(user_folder() / "word"), 0600u);
}

TEST_F(UserFolder, IsRefusedWhereOthersCouldHaveWritten) {
  const fs::path at = folder_.path() / "dcgan";
  fs::create_directory(at);
  ::chmod(at.c_str(), 0755);
  EXPECT_THROW(user_folder(), Error);
  fs::remove(at);
  fs::create_directory(folder_.path() / "elsewhere");
  ::chmod((folder_.path() / "elsewhere").c_str(), 0700);
  fs::create_directory_symlink("elsewhere", at);
  EXPECT_THROW(user_folder(), Error);
}

TEST_F(UserFolder, AFileOfItThatIsALinkOrOpenToOthersIsRefused) {
  write_user_file("word", "secret");
  ::chmod((user_folder() / "word").c_str(), 0644);
  EXPECT_THROW(read_user_file("word"), Error);
  fs::remove(user_folder() / "word");
  write_file(folder_.path() / "other", "planted");
  fs::create_symlink(folder_.path() / "other", user_folder() / "word");
  EXPECT_THROW(read_user_file("word"), Error);
}

}  // namespace
}  // namespace dcgan
