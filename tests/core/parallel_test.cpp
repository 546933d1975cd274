#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace dcgan::test::parallel_loops {
namespace {

TEST(ParallelFor, CallsEveryIndexOnce) {
  for (const int64_t count : {0, 1, 2, 7, 1000})
    for (const int64_t threads : {0, 1, 2, 5, 16}) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      parallel_for(count, threads, [&](int64_t i) { ++visits[static_cast<size_t>(i)]; });
      for (const auto& n : visits) EXPECT_EQ(n, 1) << count << " on " << threads;
    }
}

TEST(ParallelFor, RunsOnAsManyThreadsAsAsked) {
  // Each index waits for three others: with fewer threads this would never end.
  std::barrier meeting(4);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  parallel_for(4, 4, [&](int64_t) {
    meeting.arrive_and_wait();
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(threads.size(), 4u);
}

TEST(ParallelFor, RethrowsTheExceptionOfTheLowestIndex) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::barrier meeting(4);  // all four indices have begun before any of them throws
    try {
      parallel_for(100, 4, [&](int64_t i) {
        if (i < 4) meeting.arrive_and_wait();
        throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "0");
    }
  }
}

TEST(ParallelFor, StartsNothingNewAfterAnException) {
  int visits = 0;  // one thread: no lock
  EXPECT_THROW(parallel_for(1000, 1,
                            [&](int64_t i) {
                              ++visits;
                              if (i == 10) throw std::runtime_error("enough");
                            }),
               std::runtime_error);
  EXPECT_EQ(visits, 11);
}

}  // namespace
}  // namespace dcgan::test::parallel_loops
