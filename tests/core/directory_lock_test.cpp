// One process a directory.
#include "core/platform/directory_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "support/forked.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::directory_locks {
namespace {

TEST(DirectoryLock, RefusesASecondProcess) {
  const TemporaryFolder folder;
  const DirectoryLock lock(folder.path());
  EXPECT_EQ(exit_code_of([&] {
              try {
                const DirectoryLock second(folder.path());
              } catch (const Error& error) {
                return contains(error.what(), "another process") && contains(error.what(), folder.path().native()) ? 0
                                                                                                                   : 2;
              }
              return 1;
            }),
            0);
}

TEST(DirectoryLock, IsFreeAgainWhenItsProcessIsKilled) {
  const TemporaryFolder folder;
  ASSERT_EQ(exit_code_of([&] {
              const DirectoryLock lock(folder.path());
              ::kill(::getpid(), SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
  EXPECT_NO_THROW(DirectoryLock lock(folder.path()));
}

TEST(DirectoryLock, MovesWithItsObject) {
  const TemporaryFolder folder;
  DirectoryLock outer;
  {
    DirectoryLock inner(folder.path());
    outer = std::move(inner);
  }
  EXPECT_EQ(thrown_by([&] { DirectoryLock second(folder.path()); }).exit_code, 1);
  outer = DirectoryLock();
  EXPECT_NO_THROW(DirectoryLock second(folder.path()));
}


}  // namespace
}  // namespace dcgan::test::directory_locks
