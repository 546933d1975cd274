// What ends a training from outside: a dropped connection, a batch system, a limit, pictures that go away under it. All
// of it is saved before, and goes on as if nothing had been.
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// The last checkpoints of both runs hold the same numbers, and the logs the same records.
void expect_same_run(const RunDirectory& a, const RunDirectory& b) {
  ASSERT_EQ(a.checkpoints().back(), b.checkpoints().back());
  const int64_t images = a.checkpoints().back();
  const auto x = ArchiveReader(a.checkpoint(images)).read_all(""), y = ArchiveReader(b.checkpoint(images)).read_all("");
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(at::equal(x[i].second, y[i].second)) << x[i].first;
  EXPECT_EQ(records_without_times(read_text(a.log())), records_without_times(read_text(b.log())));
}

class Endings : public ::testing::Test {
 protected:
  Endings() { make_pictures(dcgan.at("photos"), 20); }
  /// Without a length: until it is ended.
  std::vector<std::string> training(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"--json", "--eval-every", "0", "--sample-every", "1M", "--flip"};
    all.insert(all.end(), more.begin(), more.end());
    return dcgan.small_train("photos", "run", all);
  }
  RunDirectory run_of(const std::string& name = "run") const { return RunDirectory(dcgan.at(name)); }
  /// Resumes the run that was ended, to ten steps more; it is the run that was never ended.
  void expect_goes_on_bit_for_bit(const std::string& data = "photos", const std::vector<std::string>& more = {}) {
    ASSERT_FALSE(run_of().checkpoints().empty());
    const std::string images = std::to_string(run_of().checkpoints().back() + 80);
    ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", images}), 0);
    std::vector<std::string> all = {"--images", images, "--eval-every", "0", "--sample-every", "1M", "--flip"};
    all.insert(all.end(), more.begin(), more.end());
    ASSERT_EXIT_CODE(dcgan(dcgan.small_train(data, "alone", all)), 0);
    expect_same_run(run_of(), run_of("alone"));
  }
  /// Waits until the run has so many records.
  void wait_for_records(size_t count) const {
    for (;;) {
      std::ifstream log(run_of().log());
      size_t records = 0;
      for (std::string line; std::getline(log, line);) records += line.find("\"loss_g\"") != std::string::npos;
      if (records >= count) return;
      ::usleep(10'000);
    }
  }
  Program dcgan;
};

TEST_F(Endings, EverySignalThatTellsOfAnEndSavesAndTheRunGoesOnBitForBit) {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU}) {
    fs::remove_all(dcgan.at("run")), fs::remove_all(dcgan.at("alone"));
    Process process(dcgan.command(training()));
    ASSERT_TRUE(process.read_lines(3));
    process.kill(signal);
    const Finished result = process.wait();
    EXPECT_EXIT_CODE(result, 128 + signal);
    EXPECT_SAYS(result, "all is saved");
    expect_goes_on_bit_for_bit();
  }
}

TEST_F(Endings, TimeoutOfCoreutilsSavesThoughItSendsItsSignalTwice) {
  auto words = dcgan.command(training());
  words.insert(words.begin(), {"/usr/bin/timeout", "--preserve-status", "3"});
  const Finished result = run(words);
  EXPECT_EXIT_CODE(result, 128 + SIGTERM);
  EXPECT_SAYS(result, "all is saved");
}

TEST_F(Endings, NohupGoesOnWhereItsConnectionIsDropped) {
  Process process(dcgan.command(training({"--images", "1200"})), [] { std::signal(SIGHUP, SIG_IGN); });
  ASSERT_TRUE(process.read_lines(3));
  process.kill(SIGHUP);
  EXPECT_EXIT_CODE(process.wait(), 0);
  EXPECT_EQ(run_of().checkpoints().back(), 1200);
}

/// A shell on a terminal of its own that runs `script`, until the terminal is hung up.
class Terminal {
 public:
  explicit Terminal(const std::string& script) {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ == 0) ::execl("/bin/bash", "bash", "-c", script.c_str(), nullptr), ::_exit(127);
  }
  /// As when a connection is dropped.
  void hang_up() { ::close(terminal_); }
  /// Its exit code, or 128 + signal.
  int wait() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
};

std::string shell_command(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += "'" + word + "' ";
  return line;
}

TEST_F(Endings, ATerminalThatIsHungUpSaves) {
  // Its output goes to the terminal, and fails from then on.
  Terminal terminal("exec " + shell_command(dcgan.command(training())));
  wait_for_records(3);
  terminal.hang_up();
  EXPECT_EQ(terminal.wait(), 128 + SIGHUP);
  expect_goes_on_bit_for_bit();
}

TEST_F(Endings, SetsidGoesOnWhereItsTerminalIsHungUp) {
  Terminal terminal("/usr/bin/setsid " + shell_command(dcgan.command(training({"--images", "1600"}))) +
                    " & echo $! > " + dcgan.at("pid") + "; wait $!; echo $? > " + dcgan.at("code"));
  wait_for_records(3);
  terminal.hang_up();
  terminal.wait();
  while (run_of().checkpoints().empty() || run_of().checkpoints().back() < 1600) ::usleep(10'000);
  EXPECT_EQ(run_of().checkpoints().back(), 1600);
}

TEST_F(Endings, ALimitOnTheSizeOfFilesIsAnErrorThatNamesIt) {
  // The log outgrows it long before a checkpoint does not fit.
  auto words = training({"--log-every", "1", "--no-tensorboard"});
  words.erase(std::find(words.begin(), words.end(), "--log-every"),
              std::find(words.begin(), words.end(), "--log-every") + 2);
  const Finished result = run(dcgan.command(words), [] {
    const rlimit limit{300'000, 300'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "File too large");
  EXPECT_SAYS(result, "ulimit -f");
}

TEST_F(Endings, APackThatIsCutUnderATrainingIsAnErrorAfterAllIsSaved) {
  ASSERT_EXIT_CODE(dcgan({"data", "pack", dcgan.at("photos"), "--out", dcgan.at("p.pack"), "--size", "16"}), 0);
  const std::string whole = read_text(dcgan.at("p.pack"));
  const std::string other(whole.size(), '\x5a');
  struct Case {
    const char* name;
    std::function<void()> act;
  };
  const std::vector<Case> cases = {{"cut to nothing", [&] { fs::resize_file(dcgan.at("p.pack"), 0); }},
                                   {"cut in the middle", [&] { fs::resize_file(dcgan.at("p.pack"), 4096 + 100); }},
                                   {"overwritten", [&] { write_text(dcgan.at("p.pack"), other); }},
                                   {"another one in its place", [&] {
                                      std::fstream file(dcgan.at("p.pack"),
                                                        std::ios::in | std::ios::out | std::ios::binary);
                                      file.seekp(4096), file << other.substr(4096);
                                    }}};
  for (const auto& [name, act] : cases) {
    SCOPED_TRACE(name);
    write_text(dcgan.at("p.pack"), whole);
    fs::remove_all(dcgan.at("run")), fs::remove_all(dcgan.at("alone"));
    auto words = training();
    words[1] = dcgan.at("p.pack");
    Process process(dcgan.command(words));
    ASSERT_TRUE(process.read_lines(3));
    act();
    const Finished result = process.wait();
    EXPECT_EXIT_CODE(result, 1);
    EXPECT_SAYS(result, "p.pack");
    EXPECT_SAYS(result, "while it was read");
    EXPECT_SAYS(result, "all is saved, at ");
    EXPECT_SAYS(result, "dcgan train --resume ");
    write_text(dcgan.at("p.pack"), whole);
    expect_goes_on_bit_for_bit("p.pack");
  }
}

TEST_F(Endings, APictureThatGoesOrChangesUnderATrainingIsAnErrorAfterAllIsSaved) {
  const std::string picture = dcgan.at("photos/picture107.png"), whole = read_text(picture);
  struct Case {
    const char *name, *says;
    std::function<void()> act;
  };
  const std::vector<Case> cases = {
      {"removed", "No such file", [&] { fs::remove(picture); }},
      {"replaced by another", "it is another picture",
       [&] {  // at once: the training must not meet a file that is half written
         write_text(dcgan.at("another.png"), encode_png(made_picture(16, 3, 99)));
         fs::rename(dcgan.at("another.png"), picture);
       }},
      {"cut", "picture107.png", [&] { write_text(picture, whole.substr(0, whole.size() / 2)); }},
      {"a folder now", "picture107.png", [&] { fs::remove(picture), fs::create_directories(picture); }}};
  for (const auto& [name, says, act] : cases) {
    SCOPED_TRACE(name);
    fs::remove_all(dcgan.at("run")), fs::remove_all(dcgan.at("alone"));
    Process process(dcgan.command(training({"--cache", "off"})));
    ASSERT_TRUE(process.read_lines(3));
    act();
    const Finished result = process.wait();
    EXPECT_EXIT_CODE(result, 1);
    EXPECT_SAYS(result, "cannot read image 'picture107.png'");
    EXPECT_SAYS(result, says);
    EXPECT_SAYS(result, "all is saved, at ");
    fs::remove_all(picture);
    write_text(picture, whole);
    expect_goes_on_bit_for_bit("photos", {"--cache", "off"});
  }
}

TEST_F(Endings, WhatIsDueAndCannotBeDoneIsDoneWhenTheRunGoesOn) {
  // A grid cannot be written where its folder should be.
  auto words = training();
  *(std::find(words.begin(), words.end(), "--sample-every") + 1) = "400";
  Process process(dcgan.command(words));
  ASSERT_TRUE(process.read_lines(3));
  fs::rename(dcgan.at("run/samples"), dcgan.at("kept"));
  write_text(dcgan.at("run/samples"), "somebody's file");
  const Finished result = process.wait();
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "all is saved, at ");
  const int64_t ended = run_of().checkpoints().back();
  EXPECT_EQ(ended % 400, 0);
  fs::remove(dcgan.at("run/samples"));
  fs::rename(dcgan.at("kept"), dcgan.at("run/samples"));
  const std::string images = std::to_string(ended + 80);
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", images}), 0);
  const auto grids = run_of().grids();
  EXPECT_NE(std::find(grids.begin(), grids.end(), ended), grids.end()) << "the grid that could not be written";
  ASSERT_EXIT_CODE(
      dcgan(dcgan.small_train("photos", "alone",
                              {"--images", images, "--eval-every", "0", "--sample-every", "400", "--flip"})),
      0);
  expect_same_run(run_of(), run_of("alone"));
  EXPECT_EQ(run_of().grids(), run_of("alone").grids());
}

}  // namespace
}  // namespace dcgan::test
