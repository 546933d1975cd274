// One process a directory.
#include "core/platform/io/directory_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

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

/// A system whose locks fail with this errno, and whose signs of life come fast.
LockSystem without_locks(int problem) {
  LockSystem system = system_locks();
  system.lock = [problem](int) { return problem; };
  system.beat = std::chrono::milliseconds(10), system.patience = std::chrono::milliseconds(400);
  return system;
}
/// A disk that other machines may see.
LockSystem on_shared_disk() {
  LockSystem system = without_locks(0);
  system.lock = system_locks().lock, system.is_shared = [](int) { return true; };
  return system;
}

/// What a process of another machine leaves.
std::string lock_of_other(const std::string& token, int beat = 1) {
  return "host elsewhere\nboot 1-2-3\nspace pid:[1]\nprocess 17\nstart 5\ntoken " + token + "\nbeat " +
         std::to_string(beat) + "\n";
}

/// 0: it got the directory, 3: another process has it, 4: something else.
int outcome_of_locking(const fs::path& folder, const LockSystem& system) {
  return exit_code_of([&] {
    try {
      const DirectoryLock lock(folder, system);
      return 0;
    } catch (const Error& error) {
      return contains(error.what(), "another process is training in '" + folder.native()) ? 3 : 4;
    }
  });
}

TEST(DirectoryLock, HoldsWhereTheSystemsLocksDoNotWork) {
  for (const int problem : {ENOLCK, EOPNOTSUPP, EINVAL, ENOSYS, EBADF, EIO}) {
    const TemporaryFolder folder;
    {
      const DirectoryLock lock(folder.path(), without_locks(problem));
      EXPECT_NO_THROW(lock.check());
      EXPECT_EQ(outcome_of_locking(folder.path(), without_locks(problem)), 3) << problem;
      EXPECT_CONTAINS(thrown_by([&] { DirectoryLock(folder.path(), without_locks(problem)); }).what,
                      "process " + std::to_string(::getpid()) + " on ");
    }
    EXPECT_TRUE(fs::is_empty(folder.path())) << "its file stays behind";
    EXPECT_EQ(outcome_of_locking(folder.path(), without_locks(problem)), 0) << problem;
  }
}

TEST(DirectoryLock, WithoutLocksIsTakenOverFromAProcessThatWasKilled) {
  for (const LockSystem& system : {without_locks(ENOLCK), on_shared_disk()}) {
    const TemporaryFolder folder;
    ASSERT_EQ(exit_code_of([&] {
                const DirectoryLock lock(folder.path(), system);
                ::kill(::getpid(), SIGKILL);
                return 0;
              }),
              128 + SIGKILL);
    ASSERT_TRUE(fs::exists(folder / kLockName));
    EXPECT_EQ(outcome_of_locking(folder.path(), system), 0);
  }
}

TEST(DirectoryLock, OfAnotherMachineHoldsAsLongAsItGivesSignsOfLife) {
  for (const LockSystem& system : {without_locks(ENOLCK), on_shared_disk()}) {
    const TemporaryFolder folder;
    std::atomic<bool> ends{false};
    write_text(folder / kLockName, lock_of_other("abc"));
    std::thread other([&] {
      for (int beat = 2; !ends; ++beat) {
        write_file(folder / kLockName, lock_of_other("abc", beat), false);
        std::this_thread::yield();
      }
    });
    EXPECT_CONTAINS(thrown_by([&] { DirectoryLock(folder.path(), system); }).what, "process 17 on elsewhere");
    ends = true;
    other.join();
    EXPECT_CONTAINS(read_text(folder / kLockName), "token abc");
  }
}

TEST(DirectoryLock, OfAnotherMachineWithoutASignOfLifeIsTakenOver) {
  for (const std::string& left :
       {lock_of_other("abc"), std::string(), std::string("somebody's\nfile"), std::string(9, '\0')}) {
    const TemporaryFolder folder;
    write_text(folder / kLockName, left);
    const DirectoryLock lock(folder.path(), without_locks(ENOLCK));
    EXPECT_NO_THROW(lock.check());
    EXPECT_EQ(outcome_of_locking(folder.path(), without_locks(ENOLCK)), 3);
  }
}

TEST(DirectoryLock, ThatSeveralTakeOverAtOnceIsHeldByOne) {
  for (int round = 0; round < 5; ++round) {
    const TemporaryFolder folder;
    write_text(folder / kLockName, lock_of_other("abc"));
    LockSystem system = without_locks(ENOLCK);
    system.beat = std::chrono::milliseconds(200);
    std::atomic<int> held{0}, refused{0};
    std::vector<std::thread> all;
    std::barrier end(3);  // whoever holds it does until all have tried
    for (int i = 0; i < 3; ++i)
      all.emplace_back([&] {
        try {
          const DirectoryLock lock(folder.path(), system);
          ++held;
          end.arrive_and_wait();
        } catch (const Error&) {
          ++refused;
          end.arrive_and_wait();
        }
      });
    for (auto& thread : all) thread.join();
    EXPECT_EQ(held, 1);
    EXPECT_EQ(refused, 2);
  }
}

TEST(DirectoryLock, KnowsThatItWasTakenOver) {
  const TemporaryFolder folder;
  const DirectoryLock lock(folder.path(), without_locks(ENOLCK));
  write_file(folder / kLockName, lock_of_other("abc"));
  const Thrown thrown = thrown_by([&] { lock.check(); });
  EXPECT_CONTAINS(thrown.what, "has taken over");
  EXPECT_CONTAINS(thrown.what, "process 17 on elsewhere");
}

TEST(DirectoryLock, ThatCannotBeIsAnErrorWithTheWayAround) {
  const TemporaryFolder folder;
  fs::create_directories(folder / kLockName);  // neither a file nor room for one
  const Thrown thrown = thrown_by([&] { DirectoryLock(folder.path(), without_locks(ENOLCK)); });
  EXPECT_CONTAINS(thrown.what, folder.path().native());
  EXPECT_CONTAINS(thrown.hint, "--no-lock");
  EXPECT_EQ(thrown.exit_code, 1);
}

}  // namespace
}  // namespace dcgan::test::directory_locks
