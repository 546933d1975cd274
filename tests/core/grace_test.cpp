#include "core/platform/grace.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "core/log.hpp"
#include "core/platform/io/file.hpp"
#include "core/platform/io/scratch.hpp"
#include "core/platform/signals.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::grace {
namespace {

// Every death test runs in a process of its own, started anew: a program that ends itself.
class GraceDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

[[noreturn]] void look_at_nothing() {
  for (;;) ::pause();
}

[[noreturn]] void write_and_look_at_nothing(const fs::path& place, int signal) {
  watch_signals();
  ::setenv("TMPDIR", (place / "scratch").c_str(), 1);
  const ScratchFolder scratch;
  write_file(scratch / "inside", "x");
  write_file(place / "whole", "x");
  AtomicFile file(place / "half"), later(place / "later", AtomicFile::Aside::kResumable);
  file.append("x"), later.append("y");
  ::kill(::getpid(), signal);
  look_at_nothing();
}

TEST_F(GraceDeathTest, AProgramThatDoesNotLookIsEndedAndLeavesNoTemporaryFile) {
  const fs::path place = fs::temp_directory_path() / "dcgan-grace-test";
  fs::remove_all(place);
  fs::create_directories(place / "scratch");
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(write_and_look_at_nothing(place, signal), ::testing::ExitedWithCode(128 + signal), "stopped: ");
    std::vector<std::string> left;
    for (const auto& entry : fs::recursive_directory_iterator(place))
      left.push_back(fs::relative(entry.path(), place).native());
    std::sort(left.begin(), left.end());
    const std::string begun = begun_file_of(place / "later").filename().native();
    EXPECT_EQ(left, (std::vector<std::string>{begun, "scratch", "whole"})) << "a begun file is gone on with";
  }
  fs::remove_all(place);
}

TEST_F(GraceDeathTest, WhatIsToBeDoneThenIsDoneUnlessItWasTakenBack) {
  EXPECT_EXIT(
      {
        watch_signals();
        const AtAbruptEnd done([] { std::fprintf(stderr, "done"); });
        {
          const AtAbruptEnd not_done([] { std::fprintf(stderr, "not"); });
        }
        ::kill(::getpid(), SIGTERM);
        look_at_nothing();
      },
      ::testing::ExitedWithCode(143), "left\ndone$");
}

TEST_F(GraceDeathTest, WhoSavesIsLeftAloneAndTheUserIsTold) {
  EXPECT_EXIT(
      {
        watch_signals();
        std::atomic<bool> is_told = false;
        set_log_sink([&](const std::string& line) {
          std::fprintf(stderr, "%s\n", line.c_str());
          is_told = true;
        });
        const SavesBeforeEnd saves;
        ::kill(::getpid(), SIGTERM);
        while (!is_told) std::this_thread::yield();
        ::_exit(stop_signal() == SIGTERM ? 7 : 2);
      },
      ::testing::ExitedWithCode(7), "then all is saved");
}

TEST_F(GraceDeathTest, WhoHasSavedAndDoesNotEndIsEnded) {
  EXPECT_EXIT(
      {
        watch_signals();
        std::atomic<bool> is_told = false;
        set_log_sink([&](const std::string&) { is_told = true; });
        {
          const SavesBeforeEnd saves;
          ::kill(::getpid(), SIGTERM);
          while (!is_told) std::this_thread::yield();
        }
        look_at_nothing();
      },
      ::testing::ExitedWithCode(143), "stopped: ");
}

}  // namespace
}  // namespace dcgan::test::grace
