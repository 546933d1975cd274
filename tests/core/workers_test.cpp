#include "core/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

namespace dcgan::test {
namespace {

TEST(Workers, DoAllWorkAndNoMoreAtOnceThanThereAreThreads) {
  std::atomic<int> done = 0, now = 0, most = 0;
  {
    Workers workers(3);
    for (int i = 0; i < 500; ++i)
      workers.add([&] {
        for (int seen = most, at_once = ++now; seen < at_once && !most.compare_exchange_weak(seen, at_once);) {
        }
        --now, ++done;
      });
  }
  EXPECT_EQ(done, 500);
  EXPECT_LE(most, 3);
}

TEST(Workers, WorkBesideOneAnother) {
  Workers workers(4);
  std::atomic<int> there = 0;
  for (int i = 0; i < 4; ++i)
    workers.add([&] {
      ++there;
      while (there < 4) std::this_thread::yield();  // a test that hangs fails
    });
  workers.finish();
  EXPECT_EQ(there, 4);
}

}  // namespace
}  // namespace dcgan::test
