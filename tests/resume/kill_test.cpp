// A run that is killed with -9 and resumed equals one left alone: every tensor, Adam's state, every record.
#include <ATen/Functions.h>

#include <algorithm>
#include <random>
#include <set>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

constexpr int kImages = 1600;

std::vector<std::string> training(const Program& dcgan, const std::string& name, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--images", std::to_string(kImages), "--checkpoint-every", "240", "--sample-every", "500",
                           "--json", "--flip"});
  return dcgan.small_train("photos", name, more);
}

/// Names and sizes are all that is said of files that differ: their bytes are no text.
void expect_equal_files(const std::filesystem::path& a, const std::filesystem::path& b) {
  const std::string one = read_text(a), other = read_text(b);
  EXPECT_TRUE(one == other) << a << " has " << one.size() << " bytes, " << b << " has " << other.size();
}

/// The last checkpoints and the logs of two runs say the same.
void expect_equal_runs(const Program& dcgan, const std::string& a, const std::string& b) {
  const RunDirectory first(dcgan.at(a)), second(dcgan.at(b));
  ASSERT_EQ(first.checkpoints(), second.checkpoints());
  const auto one = ArchiveReader(first.checkpoint(kImages)).read_all(""),
             other = ArchiveReader(second.checkpoint(kImages)).read_all("");
  ASSERT_EQ(one.size(), other.size());
  for (size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one[i].first, other[i].first);
    EXPECT_EQ(one[i].second.strides(), other[i].second.strides()) << one[i].first;
    EXPECT_TRUE(at::equal(one[i].second, other[i].second)) << one[i].first << " differs";
  }
  EXPECT_EQ(records_without_times(read_text(first.log())), records_without_times(read_text(second.log())));
  EXPECT_EQ(first.grids(), second.grids());
  for (const int64_t grid : first.grids()) expect_equal_files(first.samples(grid), second.samples(grid));
}

/// Resumes until the run is complete.
void resume(const Program& dcgan, const std::string& name) {
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at(name)}), 0);
}

class Killed : public ::testing::Test {
 protected:
  void SetUp() override {
    make_pictures(dcgan_.at("photos"), 30);  // 1,600 images are more than 53 epochs: every kill is in the middle of one
    ASSERT_EXIT_CODE(dcgan_(training(dcgan_, "alone")), 0);
  }
  /// Trains until standard output holds so many lines, then kills it.
  void kill_after(int lines, const std::vector<std::string>& words) {
    Process process(dcgan_.command(words));
    ASSERT_TRUE(process.read_lines(lines));
    process.kill(SIGKILL);
    EXPECT_EQ(process.wait().code, 128 + SIGKILL);
  }
  Program dcgan_;
};

TEST_F(Killed, AtFiveSeededRandomMomentsARunGoesOnBitForBit) {
  std::mt19937 random(20260823);
  for (int moment = 0; moment < 5; ++moment) {
    const std::string name = "killed" + std::to_string(moment);
    // Records come every five steps of eight images; grids and checkpoints are lines of their own.
    const int lines = 2 + static_cast<int>(random() % (kImages / 40));
    kill_after(lines, training(dcgan_, name));
    resume(dcgan_, name);
    expect_equal_runs(dcgan_, "alone", name);
  }
}

/// `command` with calls on files below checkpoints/ watched by tests/faults: variables for `env`, its first word.
std::vector<std::string> watched(std::vector<std::string> command, const std::string& variable) {
  command.insert(command.begin() + 1,
                 {"LD_PRELOAD=" DCGAN_TEST_FAULTS, "DCGAN_TEST_FAULTS_IN=/checkpoints/", "DCGAN_TEST_FAULTS_" + variable});
  return command;
}

/// Moments of the second checkpoint's writing: before and behind the first and the last call of each kind, as faults.cpp
/// numbers them. The first checkpoint is there then, so that there is one to go on from.
std::vector<int> moments_of_second_checkpoint(const std::string& log) {
  std::vector<std::string> calls;
  for (size_t start = 0, end; (end = log.find('\n', start)) != std::string::npos; start = end + 1)
    calls.push_back(log.substr(start, end - start));
  const auto rename = std::find(calls.begin(), calls.end(), "rename");
  const auto second = std::find(rename + (rename != calls.end()), calls.end(), "open");
  const auto end = std::find(second, calls.end(), "rename");
  std::set<int> moments;
  for (const char* kind : {"open", "write", "fsync", "rename"}) {
    int first = 0, last = 0;
    for (auto call = second; call != end + (end != calls.end()); ++call)
      if (*call == kind) last = static_cast<int>(call - calls.begin()) + 1, first = first ? first : last;
    if (first) moments.insert({-first, first, -last, last});
  }
  return {moments.begin(), moments.end()};
}

TEST_F(Killed, AtEveryKindOfMomentOfACheckpointsWritingARunGoesOnBitForBit) {
  ASSERT_EXIT_CODE(run(watched(dcgan_.command(training(dcgan_, "seen")), "LOG=" + dcgan_.at("calls"))), 0);
  const std::vector<int> moments = moments_of_second_checkpoint(read_text(dcgan_.at("calls")));
  ASSERT_GE(moments.size(), 10u) << read_text(dcgan_.at("calls"));
  for (const int moment : moments) {
    SCOPED_TRACE(moment);
    const std::string name = "writing" + std::to_string(moment);
    ASSERT_EXIT_CODE(run(watched(dcgan_.command(training(dcgan_, name)), "AT=" + std::to_string(moment))),
                     128 + SIGKILL);
    const RunDirectory run(dcgan_.at(name));
    for (const int64_t one : run.checkpoints()) ArchiveReader(run.checkpoint(one)).read_all("");  // whole, or it throws
    ASSERT_FALSE(run.checkpoints().empty());
    resume(dcgan_, name);
    expect_equal_runs(dcgan_, "alone", name);
    for (const auto& entry : std::filesystem::directory_iterator(dcgan_.at(name) + "/checkpoints"))
      EXPECT_FALSE(entry.path().filename().native().starts_with(".")) << "left behind: " << entry.path();
  }
}

TEST_F(Killed, MidEpochWithTheLoaderAheadARunThatDecodesGoesOnBitForBit) {
  // Without kept pixels several threads decode batches ahead: those must not count as seen.
  kill_after(12, training(dcgan_, "decoding", {"--cache", "off"}));
  resume(dcgan_, "decoding");
  expect_equal_runs(dcgan_, "alone", "decoding");
}

TEST_F(Killed, OnTwoThreadsARunGoesOnBitForBit) {
  auto words = training(dcgan_, "two-alone");
  *std::next(std::find(words.begin(), words.end(), "--threads")) = "2";
  ASSERT_EXIT_CODE(dcgan_(words), 0);
  *std::next(std::find(words.begin(), words.end(), "--run")) = dcgan_.at("two");
  kill_after(20, words);
  resume(dcgan_, "two");
  expect_equal_runs(dcgan_, "two-alone", "two");
}

TEST_F(Killed, BeforeTheFirstCheckpointARunBeginsAgain) {
  kill_after(2, training(dcgan_, "early"));
  resume(dcgan_, "early");
  expect_equal_runs(dcgan_, "alone", "early");
}

TEST_F(Killed, ATornLastLineOfTheLogIsNormal) {
  kill_after(20, training(dcgan_, "torn"));
  write_text(dcgan_.at("torn/log.jsonl"), read_text(dcgan_.at("torn/log.jsonl")) + "{\"images\": 99");
  resume(dcgan_, "torn");
  expect_equal_runs(dcgan_, "alone", "torn");
}

}  // namespace
}  // namespace dcgan::test
