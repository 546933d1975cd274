// Another process of this program. Here that is this binary, whose disabled tests are what the child does.
#include "core/platform/child.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace dcgan::test {
namespace {

ChildEnd run_disabled(const std::string& name, const std::function<void(const std::string&, double)>& line) {
  return run_this_program({"--gtest_filter=InTheChild.DISABLED_" + name, "--gtest_also_run_disabled_tests"}, line);
}

TEST(InTheChild, DISABLED_PrintsLines) {
  std::printf("first\n\nthird with \xff\n");
  std::fprintf(stderr, "not for you\n");
}
TEST(InTheChild, DISABLED_Fails) { FAIL(); }
TEST(InTheChild, DISABLED_IsKilled) { ::raise(SIGKILL); }
TEST(InTheChild, DISABLED_TakesMemory) {
  std::vector<char> much(100 << 20, 'x');
  std::printf("%c\n", much[much.size() / 2]);
}
TEST(InTheChild, DISABLED_TellsWhetherItMayBeStopped) {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  std::printf("%s\n", ::sigismember(&blocked, SIGTERM) ? "SIGTERM is held back" : "SIGTERM arrives");
}
TEST(InTheChild, DISABLED_NeverEnds) {
  std::printf("%d\n", static_cast<int>(::getpid()));
  std::fflush(stdout);
  for (;;) ::pause();
}

TEST(RunThisProgram, GivesEveryLineOfItsOutputInOrderWithRisingTimes) {
  std::vector<std::string> lines;
  double last = 0;
  const ChildEnd end = run_disabled("PrintsLines", [&](const std::string& line, double seconds) {
    lines.push_back(line);
    EXPECT_GE(seconds, last);
    last = seconds;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_GE(end.seconds, last);
  const auto first = std::find(lines.begin(), lines.end(), "first");
  ASSERT_GE(lines.end() - first, 3);
  EXPECT_EQ(first[1], "");
  EXPECT_EQ(first[2], "third with \xff");
  EXPECT_EQ(std::find(lines.begin(), lines.end(), "not for you"), lines.end());
}

TEST(RunThisProgram, TellsHowItEnded) {
  const auto ignore = [](const std::string&, double) {};
  EXPECT_EQ(run_disabled("Fails", ignore).exit_code, 1);
  EXPECT_EQ(run_disabled("IsKilled", ignore).exit_code, 128 + SIGKILL);
}

TEST(RunThisProgram, TellsItsPeakMemory) {
  const auto ignore = [](const std::string&, double) {};
  EXPECT_GE(run_disabled("TakesMemory", ignore).peak_memory, 100 << 20);
}

TEST(RunThisProgram, DoesNotHandOnThatSignalsAreHeldBack) {
  sigset_t term, before;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  std::vector<std::string> lines;
  run_disabled("TellsWhetherItMayBeStopped", [&](const std::string& line, double) { lines.push_back(line); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "SIGTERM arrives"), lines.end());
}

TEST(RunThisProgram, EndsTheChildWhenItsReaderThrows) {
  pid_t child = 0;
  EXPECT_THROW(run_disabled("NeverEnds",
                            [&](const std::string& line, double) {
                              child = std::atoi(line.c_str());
                              if (child > 0) throw std::runtime_error("enough");
                            }),
               std::runtime_error);
  EXPECT_NE(::kill(child, 0), 0);  // neither running nor waiting to be looked after
}

}  // namespace
}  // namespace dcgan::test
