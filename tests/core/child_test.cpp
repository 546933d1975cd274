// Another process of this program. Here that is this binary: told a role as its first word, it plays that and ends.
#include "core/platform/io/child.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>

namespace dcgan::test {
namespace {

int prints_lines() {
  std::printf("first\n\nthird with \xff\n");
  std::fprintf(stderr, "not on standard output\n");
  return 0;
}
int fails() { return 3; }
int is_killed() { return ::raise(SIGKILL); }
int takes_memory() {
  const std::vector<char> much(100 << 20, 'x');
  std::printf("%c\n", much[much.size() / 2]);
  return 0;
}
int tells_whether_it_may_be_stopped() {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  std::printf("%s\n", ::sigismember(&blocked, SIGTERM) ? "SIGTERM is held back" : "SIGTERM arrives");
  return 0;
}
int never_ends() {
  std::printf("%d\n", static_cast<int>(::getpid()));
  std::fflush(stdout);
  for (;;) ::pause();
}

/// Runs before main, which belongs to GoogleTest.
__attribute__((constructor)) void play_a_role(int count, char** words, char**) {
  const std::map<std::string, int (*)()> roles = {
      {"prints-lines", prints_lines}, {"fails", fails},
      {"is-killed", is_killed},       {"takes-memory", takes_memory},
      {"never-ends", never_ends},     {"tells-whether-it-may-be-stopped", tells_whether_it_may_be_stopped}};
  if (const auto role = count == 2 ? roles.find(words[1]) : roles.end(); role != roles.end()) {
    const int code = role->second();
    std::fflush(nullptr);
    ::_exit(code);
  }
}

void ignore(const std::string&, double) {}

TEST(RunThisProgram, GivesEveryLineOfItsOutputInOrderWithRisingTimes) {
  std::vector<std::string> lines;
  double last = 0;
  const ChildEnd end = run_this_program({"prints-lines"}, [&](const std::string& line, double seconds) {
    lines.push_back(line);
    EXPECT_GE(seconds, last);
    last = seconds;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_GE(end.seconds, last);
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "", "third with \xff"}));
  EXPECT_EQ(end.said, "not on standard output");
}

TEST(RunThisProgram, TellsHowItEnded) {
  EXPECT_EQ(run_this_program({"fails"}, ignore).exit_code, 3);
  EXPECT_EQ(run_this_program({"is-killed"}, ignore).exit_code, 128 + SIGKILL);
}

TEST(RunThisProgram, TellsItsPeakMemory) {
  EXPECT_GE(run_this_program({"takes-memory"}, ignore).peak_memory, 100 << 20);
}

TEST(RunThisProgram, DoesNotHandOnThatSignalsAreHeldBack) {
  sigset_t term, before;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  std::vector<std::string> lines;
  run_this_program({"tells-whether-it-may-be-stopped"},
                   [&](const std::string& line, double) { lines.push_back(line); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(lines, std::vector<std::string>{"SIGTERM arrives"});
}

TEST(RunThisProgram, EndsTheChildWhenItsReaderThrows) {
  pid_t child = 0;
  const auto reader = [&](const std::string& line, double) {
    child = std::atoi(line.c_str());
    throw std::runtime_error("enough");
  };
  EXPECT_THROW(run_this_program({"never-ends"}, reader), std::runtime_error);
  ASSERT_GT(child, 0);
  EXPECT_NE(::kill(child, 0), 0);  // neither running nor waiting to be looked after
}

}  // namespace
}  // namespace dcgan::test
