// Threads of a system that gives only so many.
#include "core/platform/thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "core/parallel.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::threads {
namespace {

/// While it lives the system gives `count` threads more.
class Given {
 public:
  explicit Given(int64_t count) { allow_threads(count); }
  ~Given() { allow_threads(-1); }
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;
};

TEST(StartThread, RunsItsBody) {
  std::atomic<int> ran{0};
  start_thread([&] { ran = 7; }).join();
  EXPECT_EQ(ran, 7);
}

TEST(StartThread, ThatTheSystemDoesNotGiveIsAnErrorWithWhatToDo) {
  const Given none(0);
  const Thrown thrown = thrown_by([] { start_thread([] {}); });
  EXPECT_CONTAINS(thrown.what, "cannot start a thread: Resource temporarily unavailable");
  EXPECT_CONTAINS(thrown.hint, "ulimit -u");
  EXPECT_EQ(thrown.exit_code, 1);
}

TEST(CheckThreads, ThrowsWhereOneOfThemIsMissing) {
  for (int64_t given = 0; given <= 5; ++given) {
    const Given some(given);
    if (given == 5) {
      EXPECT_NO_THROW(check_threads(5, "the test"));
      continue;
    }
    const Thrown thrown = thrown_by([] { check_threads(5, "the test"); });
    EXPECT_CONTAINS(thrown.what, "cannot start 5 threads for the test: the system gives " + std::to_string(given));
  }
}

TEST(ParallelFor, CallsEveryIndexOnceOnHoweverManyThreadsThereAre) {
  for (int64_t given = 0; given <= 4; ++given) {
    const Given some(given);
    std::vector<std::atomic<int>> visits(20);
    parallel_for(20, 4, [&](int64_t i) { ++visits[static_cast<size_t>(i)]; });
    for (const auto& n : visits) EXPECT_EQ(n, 1) << given;
  }
}

}  // namespace
}  // namespace dcgan::test::threads
