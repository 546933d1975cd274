#include "core/platform/signals.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/platform/io/file.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

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

TEST_F(SignalsDeathTest, WhatTellsOfAnEndAsksToStopToo) {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR})
    EXPECT_EXIT(
        {
          watch_signals();
          send_and_wait(signal);
          ::_exit(stop_signal() == signal ? 7 : 2);
        },
        ::testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, WhatWasIgnoredAtTheStartStaysIgnored) {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR})
    EXPECT_EXIT(
        {
          std::signal(signal, SIG_IGN);
          watch_signals();
          ::kill(::getpid(), signal);
          send_and_wait(SIGTERM);
          ::_exit(stop_signal() == SIGTERM ? 7 : 2);
        },
        ::testing::ExitedWithCode(7), "");
}

/// Another process sends these signals to this one, and has ended.
void get(const std::vector<int>& signals) {
  const pid_t to = ::getpid(), child = ::fork();
  if (child == 0) {
    for (const int signal : signals) ::kill(to, signal);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

// What comes in pairs without anybody's impatience: of a dropped connection, of systemd, of `timeout`.
TEST_F(SignalsDeathTest, ASignalThatASystemSendsBehindAnotherDoesNotEndTheProcessAtOnce) {
  const std::vector<std::vector<int>> all = {{SIGHUP, SIGHUP},   {SIGTERM, SIGHUP},  {SIGHUP, SIGTERM},
                                             {SIGTERM, SIGXCPU}, {SIGTERM, SIGTERM}, {SIGXCPU, SIGXCPU, SIGXCPU}};
  for (const auto& signals : all)
    EXPECT_EXIT(
        {
          watch_signals();
          get(signals);
          while (stop_signal() == 0) std::this_thread::yield();
          // These are meant, and the code is theirs: nothing before has ended the process.
          for (;;) {
            ::kill(::getpid(), SIGINT);
            std::this_thread::yield();
          }
        },
        ::testing::ExitedWithCode(128 + SIGINT), "")
        << signals[0] << " " << signals[1];
}

TEST_F(SignalsDeathTest, AFileThatMayGrowNoMoreIsAnErrorAndNoDeath) {
  const TemporaryFolder folder;
  EXPECT_EXIT(
      {
        watch_signals();
        rlimit limit{};
        limit.rlim_cur = limit.rlim_max = 10;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        LineFile file(folder / "log");
        try {
          for (int i = 0; i < 3; ++i) file.append("12345");
        } catch (const Error& error) {
          // Said by the code alone: standard error of a death test is a file, too.
          const std::string said = error.what() + error.hint();
          ::_exit(contains(said, "File too large") && contains(said, "ulimit -f") ? 9 : 3);
        }
      },
      ::testing::ExitedWithCode(9), "");
}

TEST_F(SignalsDeathTest, ALimitOnProcessorTimeLeavesTimeToSave) {
  EXPECT_EXIT(
      {
        rlimit both{};
        both.rlim_cur = both.rlim_max = 100;
        ::setrlimit(RLIMIT_CPU, &both);
        watch_signals();
        rlimit now{};
        ::getrlimit(RLIMIT_CPU, &now);
        ::_exit(now.rlim_cur < 90 && now.rlim_max == 100 ? 7 : 2);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(Signals, NoneHasArrivedInAnOrdinaryProcess) {
  EXPECT_EQ(stop_signal(), 0);
  EXPECT_NO_THROW(throw_if_stopped("nothing"));
}

}  // namespace
}  // namespace dcgan::test::signals
