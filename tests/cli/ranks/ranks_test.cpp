// `dcgan train` as several processes of one run, started by hand and by torchrun.
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"
#include "support/ranks.hpp"

namespace dcgan::test {
namespace {

class SeveralRanks : public testing::Test {
 protected:
  SeveralRanks() { make_pictures(dcgan_.at("photos"), 24); }

  std::string at(const std::string& name) const { return dcgan_.at(name); }
  std::vector<std::string> train(const std::string& run, const std::vector<std::string>& more) const {
    auto words =
        dcgan_.small_train("photos", run, {"--eval-every", "0", "--sample-every", "80", "--rank-timeout", "20"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// Starts one process a command, as ranks of one group.
  std::vector<std::unique_ptr<Process>> start(const std::vector<std::vector<std::string>>& commands,
                                              const std::vector<std::string>& secrets = {},
                                              int at_port = free_port()) const {
    const std::string port = std::to_string(at_port);
    std::vector<std::unique_ptr<Process>> processes;
    for (size_t rank = 0; rank < commands.size(); ++rank)
      processes.push_back(std::make_unique<Process>(dcgan_.command(commands[rank]), [&, rank] {
        ::setenv("RANK", std::to_string(rank).c_str(), 1);
        ::setenv("WORLD_SIZE", std::to_string(commands.size()).c_str(), 1);
        ::setenv("MASTER_ADDR", "127.0.0.1", 1), ::setenv("MASTER_PORT", port.c_str(), 1);
        if (!secrets.empty()) ::setenv("DCGAN_RANK_SECRET", secrets[rank].c_str(), 1);
      }));
    return processes;
  }
  std::vector<Finished> run(const std::vector<std::vector<std::string>>& commands) const {
    std::vector<Finished> all;
    for (auto& process : start(commands)) all.push_back(process->wait());
    return all;
  }
  NamedTensors newest(const std::string& run) const {
    const RunDirectory directory(at(run));
    return ArchiveReader(directory.checkpoint(directory.checkpoints().back())).read_all("");
  }

  Program dcgan_;
};

TEST_F(SeveralRanks, TrainOneRunOfWhichTheFirstAloneWritesAndSpeaks) {
  const auto words = train("run", {"--images", "160"});
  const auto all = run({words, words});
  ASSERT_EXIT_CODE(all[0], 0);
  ASSERT_EXIT_CODE(all[1], 0);
  EXPECT_SAYS(all[0], "ranks: 2, started by RANK and WORLD_SIZE");
  EXPECT_EQ(all[1].out + all[1].err, "");
  const std::string log = read_text(at("run/log.jsonl"));
  const auto records = records_without_times(log);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records.back()["images"], 160);
  EXPECT_CONTAINS(log, "\"event\":\"ranks\"");
  EXPECT_TRUE(std::filesystem::exists(at("run/generator.pt")));
  EXPECT_EQ(RunDirectory(at("run")).checkpoints(), std::vector<int64_t>{160});
}

TEST_F(SeveralRanks, MakeTheSameRunTwiceBitForBit) {
  for (const char* name : {"a", "b"})
    for (const auto& one : run({train(name, {"--images", "80"}), train(name, {"--images", "80"})}))
      ASSERT_EXIT_CODE(one, 0);
  const auto a = newest("a"), b = newest("b");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(at::equal(a[i].second, b[i].second)) << a[i].first;
}

TEST_F(SeveralRanks, GoOnFromAnotherNumberOfRanks) {
  ASSERT_EXIT_CODE(run({train("run", {"--images", "80"}), train("run", {"--images", "80"})})[0], 0);
  const std::vector<std::string> on = {"train", "--resume", "--run", at("run"), "--images", "160"};
  ASSERT_EXIT_CODE(dcgan_(on), 0);
  EXPECT_EQ(RunDirectory(at("run")).checkpoints().back(), 160);
  const std::vector<std::string> further = {"train", "--resume", "--run", at("run"), "--images", "240"};
  for (const auto& one : run({further, further})) EXPECT_EXIT_CODE(one, 0);
  EXPECT_EQ(RunDirectory(at("run")).checkpoints().back(), 240);
  EXPECT_EQ(records_without_times(read_text(at("run/log.jsonl"))).back()["images"], 240);
}

TEST_F(SeveralRanks, ASignalToOneSavesOnceAndEndsAll) {
  for (const int told : {0, 1}) {
    const std::string name = "run" + std::to_string(told);
    const auto words = train(name, {"--images", "100M"});
    auto all = start({words, words});
    ASSERT_TRUE(all[0]->read_lines(2));
    all[static_cast<size_t>(told)]->kill(SIGTERM);
    const Finished first = all[0]->wait(), second = all[1]->wait();
    EXPECT_EXIT_CODE(first, 128 + SIGTERM);
    EXPECT_EXIT_CODE(second, 128 + SIGTERM);
    EXPECT_SAYS(first, "all is saved");
    EXPECT_EQ(second.err, "");
    EXPECT_FALSE(RunDirectory(at(name)).checkpoints().empty());
  }
}

TEST_F(SeveralRanks, OneThatIsKilledIsNamedByTheOthersWhichEnd) {
  auto words = train("run", {"--images", "100M", "--checkpoint-every", "90"});
  *(std::find(words.begin(), words.end(), "--batch") + 1) = "9";
  auto all = start({words, words, words});
  ASSERT_TRUE(all[0]->read_lines(8));  // a checkpoint among them
  all[2]->kill(SIGKILL);
  for (const int rank : {0, 1}) {
    const Finished left = all[static_cast<size_t>(rank)]->wait();
    EXPECT_EXIT_CODE(left, 1);
    EXPECT_SAYS(left, "rank " + std::to_string(rank) + ": rank 2 has gone");
  }
  ASSERT_FALSE(RunDirectory(at("run")).checkpoints().empty());
  NamedTensors whole = newest("run");
  EXPECT_GT(whole.size(), 10U);
}

TEST_F(SeveralRanks, WithOtherOptionsOrDataSayWhichRankAndWhatDiffers) {
  make_pictures(at("others"), 20);
  auto other_data = train("x", {"--images", "80"});
  other_data[1] = at("others");
  for (const auto& [second, what] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {train("x", {"--images", "80", "--lr-g", "0.01"}), "rank 1 has another lr-g than rank 0: 0.01"},
           {other_data, "rank 1 has another data than rank 0"}}) {
    for (const auto& one : run({train("x", {"--images", "80"}), second})) {
      EXPECT_EXIT_CODE(one, 1);
      EXPECT_SAYS(one, what);
    }
    EXPECT_FALSE(std::filesystem::exists(at("x")));
  }
}

TEST_F(SeveralRanks, ThatCannotShareABatchSayWhichTheyCould) {
  const auto words = train("x", {"--images", "80"});
  for (const auto& one : run({words, words, words})) {
    EXPECT_NE(one.code, 0);
    EXPECT_SAYS(one, "--batch 8 cannot be shared by 3 ranks");
  }
  // A share of six in four parts: of one image or two, which would not weigh alike.
  auto in_parts = train("x", {"--images", "80", "--accumulate", "4"});
  *(std::find(in_parts.begin(), in_parts.end(), "--batch") + 1) = "12";
  const auto all = run({in_parts, in_parts});
  for (const auto& one : all) {
    EXPECT_NE(one.code, 0);
    EXPECT_SAYS(one, "in the 4 equal parts of --accumulate");
  }
  EXPECT_SAYS(all[0], "take --batch 8 or 16");
}

TEST_F(SeveralRanks, EndByTheSameSignalThatOneOfThemGot) {
  const auto words = train("run", {"--json"});
  const auto processes = start({words, words});
  ASSERT_TRUE(processes[0]->read_lines(4));
  processes[1]->kill(SIGHUP);
  for (const auto& process : processes) EXPECT_EXIT_CODE(process->wait(), 128 + SIGHUP);
  EXPECT_EQ(RunDirectory(at("run")).checkpoints().size(), 1u);
}

TEST_F(SeveralRanks, AllSaveWhereThePicturesOfOneGo) {
  // Each has its own copy; that of the second, or of the first, loses one.
  for (const size_t unlucky : {1, 0}) {
    const std::string run = "run" + std::to_string(unlucky);
    std::vector<std::vector<std::string>> commands;
    for (const int rank : {0, 1}) {
      make_pictures(at("own" + std::to_string(rank)), 24);
      auto words = train(run, {"--json", "--cache", "off"});
      words[1] = at("own" + std::to_string(rank));
      commands.push_back(words);
    }
    const auto processes = start(commands);
    ASSERT_TRUE(processes[0]->read_lines(4));
    std::filesystem::remove(at("own" + std::to_string(unlucky) + "/picture107.png"));
    const Finished first = processes[0]->wait(), second = processes[1]->wait();
    EXPECT_EXIT_CODE(first, 1);
    EXPECT_EXIT_CODE(second, 1);
    EXPECT_SAYS(first, "cannot read image 'picture107.png'");
    EXPECT_SAYS(first, "all is saved, at ");
    EXPECT_SAYS(unlucky == 0 ? first : second, "rank " + std::to_string(unlucky) + ": cannot read image");
    const int64_t saved = RunDirectory(at(run)).checkpoints().back();
    // It goes on as if nothing had been.
    make_pictures(at("own" + std::to_string(unlucky)), 24);
    const std::string images = std::to_string(saved + 80);
    for (auto& words : commands) words.insert(words.end(), {"--resume", "--images", images});
    for (const auto& end : this->run(commands)) ASSERT_EXIT_CODE(end, 0);
    // Statistics of BatchNorm are averaged over the ranks whenever all is saved: so it saves there, too.
    const auto alone = train(run + "-alone", {"--images", images, "--checkpoint-every", std::to_string(saved)});
    for (const auto& end : this->run({alone, alone})) ASSERT_EXIT_CODE(end, 0);
    EXPECT_EQ(RunDirectory(at(run)).checkpoints().back(), saved + 80);
    const auto a = newest(run), b = newest(run + "-alone");
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(at::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

TEST_F(SeveralRanks, WithOneSecretAreNotEndedByAStrangersMessage) {
  const auto words = train("run", {"--images", "100M"});
  const int port = free_port();
  auto all = start({words, words}, {"of both", "of both"}, port);
  ASSERT_TRUE(all[0]->read_lines(3));
  const std::string said = "\x1b]0;owned\x07 forged";
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port), options.waitWorkers = false;
  c10d::TCPStore("127.0.0.1", options).set("dcgan/0/end", std::vector<uint8_t>(said.begin(), said.end()));
  for (int more = 4; more < 24; ++more) ASSERT_TRUE(all[0]->read_lines(more)) << "the run goes on";
  all[1]->kill(SIGTERM);
  for (auto& one : all) {
    const Finished end = one->wait();
    EXPECT_EXIT_CODE(end, 128 + SIGTERM);
    EXPECT_EQ(end.err.find("forged"), std::string::npos) << end.err;
  }
}

TEST_F(SeveralRanks, WithoutASecretShowAStrangersMessageWithoutItsEscapes) {
  const auto words = train("run", {"--images", "100M"});
  const int port = free_port();
  auto all = start({words, words}, {}, port);
  ASSERT_TRUE(all[0]->read_lines(3));
  const std::string said = "\x1b]0;owned\x07 forged";
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port), options.waitWorkers = false;
  c10d::TCPStore("127.0.0.1", options).set("dcgan/0/end", std::vector<uint8_t>(said.begin(), said.end()));
  for (auto& one : all) {
    const Finished end = one->wait();
    EXPECT_EXIT_CODE(end, 1);
    EXPECT_SAYS(end, "\\x1b]0;owned\\x07 forged");
    EXPECT_EQ(end.err.find_first_of("\x1b\x07"), std::string::npos);
  }
}

TEST_F(SeveralRanks, AVariableThatIsMissingIsNamed) {
  Process process(dcgan_.command(train("x", {"--images", "80"})), [] { ::setenv("RANK", "1", 1); });
  const Finished one = process.wait();
  EXPECT_EXIT_CODE(one, 2);
  EXPECT_SAYS(one, "the variable WORLD_SIZE is missing");
}

TEST_F(SeveralRanks, StartedAgainByTorchrunGoOnFromTheLastCheckpoint) {
  const std::filesystem::path torchrun = std::filesystem::path(DCGAN_TEST_TORCHRUN);
  if (torchrun.empty()) GTEST_SKIP() << "no torchrun was found when the build was configured";
  // The first attempt's rank 1 is killed behind its first checkpoint. torchrun learns of it from rank 0 alone: told of
  // both at once it might end rank 0 before that has noticed.
  write_text(at("rank.sh"),
             "case $RANK$TORCHELASTIC_RESTART_COUNT in\n"
             "00) echo $$ > " +
                 at("first") +
                 "; exec \"$@\";;\n"
                 "10) ;;\n"
                 "*) exec \"$@\";;\n"
                 "esac\n"
                 "\"$@\" & until ls " +
                 at("run") + "/checkpoints/*0.ckpt > " + at("seen") + " 2> " + at("ignored") +
                 "; do sleep 0.05; done\nkill -9 $!\nwhile kill -0 $(cat " + at("first") + ") 2> " + at("ignored") +
                 "; do sleep 0.05; done\nexit 1\n");
  std::vector<std::string> all = {"/usr/bin/env",
                                  "XDG_CACHE_HOME=" + at("cache"),
                                  "OMP_WAIT_POLICY=passive",
                                  torchrun,
                                  "--no-python",
                                  "--standalone",
                                  "--nproc-per-node",
                                  "2",
                                  "--max-restarts",
                                  "2",
                                  "--",  // or it takes --run for its own --run-path
                                  "/bin/sh",
                                  at("rank.sh"),
                                  DCGAN_TEST_PROGRAM};
  const auto words = train("run", {"--resume-auto", "--images", "8000", "--checkpoint-every", "400"});
  all.insert(all.end(), words.begin(), words.end());
  const Finished end = Process(all).wait();
  ASSERT_EXIT_CODE(end, 0);
  // "has gone" where its connection breaks at once; where that is not noticed its heart is, after the timeout: "has
  // given no sign of life".
  EXPECT_SAYS(end, "rank 0: rank 1 has g");
  EXPECT_CONTAINS(end.out, "goes on at ");
  EXPECT_EQ(RunDirectory(at("run")).checkpoints().back(), 8000);
}

}  // namespace
}  // namespace dcgan::test
