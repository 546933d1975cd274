#include "core/platform/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>

#include "core/error.hpp"

namespace dcgan::test::signals {
namespace {

// Every death test runs in a process of its own, started anew: watch_signals() changes a process for good.
class SignalsDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Sends a signal to this process and returns when it has arrived.
void send_and_wait(int signal) {
  ::kill(::getpid(), signal);
  while (stop_signal() == 0) std::this_thread::yield();
}

TEST_F(SignalsDeathTest, TheFirstSignalAsksToStopAndTheProcessGoesOn) {
  for (const int signal : {SIGINT, SIGTERM})
    EXPECT_EXIT(
        {
          watch_signals();
          if (stop_signal() != 0) ::_exit(1);
          send_and_wait(signal);
          ::_exit(stop_signal() == signal ? 7 : 2);
        },
        ::testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, TheSecondSignalEndsTheProcessAtOnce) {
  for (const int signal : {SIGINT, SIGTERM})
    EXPECT_EXIT(
        {
          watch_signals();
          send_and_wait(SIGINT);
          ::kill(::getpid(), signal);
          for (;;) ::pause();
        },
        ::testing::ExitedWithCode(128 + signal), "");
}

TEST_F(SignalsDeathTest, AStoppedProgramLeavesWithTheCodeOfItsSignal) {
  EXPECT_EXIT(
      {
        watch_signals();
        throw_if_stopped("nothing is lost");  // no signal yet: goes on
        send_and_wait(SIGTERM);
        try {
          throw_if_stopped("nothing is lost");
        } catch (const Error& error) {
          std::fprintf(stderr, "%s\n", error.what());
          ::_exit(error.exit_code());
        }
      },
      ::testing::ExitedWithCode(143), "stopped: nothing is lost");
}

TEST_F(SignalsDeathTest, ASignalSentToAnotherThreadArrivesToo) {
  EXPECT_EXIT(
      {
        watch_signals();
        std::thread([] {
          ::kill(::getpid(), SIGINT);
          while (stop_signal() == 0) std::this_thread::yield();
        }).join();
        ::_exit(stop_signal());
      },
      ::testing::ExitedWithCode(SIGINT), "");
}

TEST_F(SignalsDeathTest, AClosedPipeIsAFailedWriteAndNoDeath) {
  EXPECT_EXIT(
      {
        watch_signals();
        int ends[2];
        if (::pipe(ends) != 0) ::_exit(1);
        ::close(ends[0]);
        ::_exit(::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 9 : 2);
      },
      ::testing::ExitedWithCode(9), "");
}

TEST(Signals, NoneHasArrivedInAnOrdinaryProcess) {
  EXPECT_EQ(stop_signal(), 0);
  EXPECT_NO_THROW(throw_if_stopped("nothing"));
}

}  // namespace
}  // namespace dcgan::test::signals
