// A run from the shell: what it leaves, how it stops, how it goes on.
#include <sys/stat.h>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

TEST(Training, LeavesARunDirectoryWithEverythingThatIsPromised) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 20);
  const Finished result = dcgan(dcgan.small_train(
      "photos", "run", {"--images", "400", "--checkpoint-every", "160", "--keep", "2", "--sample-every", "160"}));
  ASSERT_EXIT_CODE(result, 0);
  const RunDirectory run(dcgan.at("run"));
  EXPECT_EQ(run.checkpoints(), (std::vector<int64_t>{320, 400}));
  EXPECT_EQ(run.grids(), (std::vector<int64_t>{160, 320, 400}));
  EXPECT_TRUE(std::filesystem::exists(run.real_samples()));
  EXPECT_TRUE(std::filesystem::exists(run.generator()));
  const Json config = Json::parse(read_text(run.config()));
  EXPECT_EQ(config["options"]["batch"], 8);
  EXPECT_EQ(config["options"]["channels"], "rgb");
  EXPECT_EQ(config["options"]["device"], "cpu");
  const auto records = records_without_times(read_text(run.log()));
  ASSERT_EQ(records.size(), 10u);  // 50 steps, one record in five
  EXPECT_EQ(records.back()["images"], 400);
  for (const auto& record : records)
    for (const char* key : {"loss_d_real", "loss_d_fake", "loss_g", "d_real", "d_fake_before", "d_fake_after",
                            "grad_norm_d", "grad_norm_g"})
      EXPECT_TRUE(record[key].is_number()) << key;
}

TEST(Training, NumbersRunsWithoutANameFromZeroOn) {
  Program dcgan;
  make_pictures(dcgan.at("my photos"), 4);
  for (const char* expected : {"runs/00000-my-photos", "runs/00001-my-photos"}) {
    auto words = dcgan.small_train("my photos", "unused", {"--images", "16"});
    words.erase(words.begin() + 2, words.begin() + 4);  // without --run
    const Finished result = run(dcgan.command(words), [&] { ASSERT_EQ(::chdir(dcgan.at("").c_str()), 0); });
    ASSERT_EXIT_CODE(result, 0);
    EXPECT_TRUE(std::filesystem::exists(dcgan.at(expected) + "/config.json")) << expected;
  }
}

TEST(Training, OfFewPicturesTakesOptionsThatNeedThePresetForFewPictures) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--augment-p", "adaptive"})), 0);
  const Json options = Json::parse(read_text(dcgan.at("run/config.json")))["options"];
  EXPECT_EQ(options["preset"], "small-data");
  EXPECT_EQ(options["augment"], "all");
  EXPECT_TRUE(refused(
      dcgan.refusal(dcgan.small_train("photos", "none", {"--preset", "default-0.1", "--augment-p", "adaptive"})), 2,
      "--augment none conflict"));
}

TEST(Training, RefusesARunDirectoryThatIsNotEmptyAndLeavesItAlone) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  write_text(dcgan.at("run/precious.txt"), "mine");
  EXPECT_TRUE(refused(dcgan.refusal(dcgan.small_train("photos", "run", {"--images", "16"})), 2, "not empty"));
  EXPECT_EQ(read_text(dcgan.at("run/precious.txt")), "mine");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dcgan.at("run")), {}), 1);
}

TEST(Training, PrintsJsonLinesForProgramsAndNothingElseOnStandardOutput) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  const Finished result = dcgan(dcgan.small_train("photos", "run", {"--images", "80", "--json"}));
  ASSERT_EXIT_CODE(result, 0);
  int records = 0;
  for (size_t start = 0, end; (end = result.out.find('\n', start)) != std::string::npos; start = end + 1)
    records += !Json::parse(result.out.substr(start, end - start)).contains("event");
  EXPECT_EQ(records, 2);
}

TEST(Signals, DuringAnEvaluationIsSavedAfterIt) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 20);
  // An evaluation at every step, of so many images that the signal arrives during one.
  Process process(dcgan.command(dcgan.small_train(
      "photos", "run", {"--json", "--eval-every", "8", "--eval-samples", "3000", "--images", "80000"})));
  ASSERT_TRUE(process.read_lines(4));
  process.kill(SIGINT);
  const Finished result = process.wait();
  EXPECT_EXIT_CODE(result, 130);
  EXPECT_SAYS(result, "all is saved");
  EXPECT_FALSE(RunDirectory(dcgan.at("run")).checkpoints().empty());
}

TEST(Signals, TheFirstSavesAndExitsWith128PlusItsNumber) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program dcgan;
    make_pictures(dcgan.at("photos"), 20);
    Process process(dcgan.command(dcgan.small_train("photos", "run", {"--json"})));  // without a length: until stopped
    ASSERT_TRUE(process.read_lines(3));
    process.kill(signal);
    const Finished result = process.wait();
    EXPECT_EXIT_CODE(result, 128 + signal);
    EXPECT_SAYS(result, "--resume");
    const RunDirectory run(dcgan.at("run"));
    ASSERT_EQ(run.checkpoints().size(), 1u);
    EXPECT_TRUE(std::filesystem::exists(run.generator()));
    // And it goes on from there.
    const int64_t images = run.checkpoints().back() + 40;
    EXPECT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", std::to_string(images)}), 0);
    EXPECT_EQ(run.checkpoints().back(), images);
  }
}

/// Every test goes on from a copy of one run, which is complete: 80 images, checkpoints at 40 and 80.
class Resume : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    first_ = new Program;
    make_pictures(first_->at("photos"), 4);
    ASSERT_EXIT_CODE((*first_)(first_->small_train("photos", "run", {"--images", "80", "--checkpoint-every", "40"})),
                     0);
  }
  static void TearDownTestSuite() { delete first_; }
  void SetUp() override { fs::copy(first_->at("run"), dcgan.at("run"), fs::copy_options::recursive); }
  /// The refusal to go on with these options.
  Thrown refusal(std::vector<std::string> more) const {
    std::vector<std::string> words = {"train", "--resume", "--run", dcgan.at("run")};
    words.insert(words.end(), more.begin(), more.end());
    return dcgan.refusal(words);
  }
  Program dcgan;

 private:
  static Program* first_;
};
Program* Resume::first_ = nullptr;

TEST_F(Resume, SaysWhatToAddWhenTheRunIsFinished) {
  const std::string before = read_text(dcgan.at("run/log.jsonl"));
  const Finished result = dcgan({"train", "--resume", "--run", dcgan.at("run")});
  EXPECT_EXIT_CODE(result, 0);
  EXPECT_SAYS(result, "--images 160");
  EXPECT_EQ(read_text(dcgan.at("run/log.jsonl")), before);
}

TEST_F(Resume, RefusesByNameWhatWouldChangeTheRun) {
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--lr-g", "0.1"}, {"--batch", "4"}, {"--seed", "5"}, {"--size", "32"}}) {
    EXPECT_TRUE(refused(refusal({option, value, "--images", "160"}), 2, option));
  }
  // The same value is no change.
  EXPECT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--batch", "8", "--images", "160"}), 0);
}

TEST_F(Resume, TakesAnOptionThatIsYoungerThanTheRunOnce) {
  Json config = Json::parse(read_text(dcgan.at("run/config.json")));
  ASSERT_EQ(config["options"].erase("label_smoothing"), 1u);
  write_text(dcgan.at("run/config.json"), pretty(config));
  const Finished first =
      dcgan({"train", "--resume", "--run", dcgan.at("run"), "--label-smoothing", "0", "--images", "160"});
  ASSERT_EXIT_CODE(first, 0);
  EXPECT_SAYS(first, "--label-smoothing is newer than the run: from here on it is 0.0");
  EXPECT_TRUE(refused(refusal({"--label-smoothing", "0.1", "--images", "240"}), 2, "--label-smoothing"));
}

TEST_F(Resume, AnnouncesThatOtherThreadsEndBitEquality) {
  const Finished result = dcgan({"train", "--resume", "--run", dcgan.at("run"), "--threads", "2", "--images", "160"});
  EXPECT_EXIT_CODE(result, 0);
  EXPECT_SAYS(result, "bit for bit");
}

TEST_F(Resume, SaysNothingOfBitEqualityWhenAutoMeansTheSame) {
  const Finished result =
      dcgan({"train", "--resume", "--run", dcgan.at("run"), "--threads", "1", "--device", "auto", "--images", "160"});
  EXPECT_EXIT_CODE(result, 0);
  EXPECT_EQ(result.err.find("bit for bit"), std::string::npos) << result.err;
}

TEST_F(Resume, TakesAnotherLengthFromAConfigFile) {
  write_text(dcgan.at("longer.json"), R"({"epochs": 30})");
  EXPECT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--config", dcgan.at("longer.json")}), 0);
  EXPECT_EQ(RunDirectory(dcgan.at("run")).checkpoints().back(), 120);
}

TEST_F(Resume, RefusesACheckpointOfAnotherRunByName) {
  make_pictures(dcgan.at("photos"), 4);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "other", {"--images", "160", "--lr-g", "0.001"})), 0);
  std::filesystem::copy_file(RunDirectory(dcgan.at("other")).checkpoint(160),
                             RunDirectory(dcgan.at("run")).checkpoint(160));
  const Thrown thrown = refusal({"--images", "240"});
  EXPECT_EQ(thrown.exit_code, 1);
  EXPECT_CONTAINS(thrown.what + thrown.hint, "--lr-g");
}

TEST_F(Resume, TakesDataThatMovedAndRefusesDataThatChanged) {
  make_pictures(dcgan.at("photos"), 6);
  fs::remove_all(dcgan.at("run"));
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "80"})), 0);
  std::filesystem::rename(dcgan.at("photos"), dcgan.at("moved"));
  EXPECT_TRUE(refused(refusal({"--images", "160"}), 2, "if it moved"));
  EXPECT_EXIT_CODE(dcgan({"train", dcgan.at("moved"), "--resume", "--run", dcgan.at("run"), "--images", "160"}), 0);
  EXPECT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", "240"}),
                   0);  // it knows the new place
  write_text(dcgan.at("moved/one more.png"), encode_png(made_picture(16, 3, 77)));
  EXPECT_TRUE(refused(refusal({"--images", "320"}), 2, "7 pictures here, 6 pictures then"));
}

TEST_F(Resume, RefusesAFileWithAHintToTheRun) {
  const RunDirectory run(dcgan.at("run"));
  const Thrown thrown = dcgan.refusal({"train", "--resume", run.checkpoint(80).string()});
  EXPECT_TRUE(refused(thrown, 2, "train --resume " + dcgan.at("run")));
}

TEST_F(Resume, NamesTheCheckpointBeforeADamagedOne) {
  const RunDirectory run(dcgan.at("run"));
  std::string bytes = read_text(run.checkpoint(80));
  bytes[bytes.size() / 2] ^= 1;
  write_text(run.checkpoint(80), bytes);
  const Thrown thrown = refusal({"--images", "160"});
  EXPECT_TRUE(refused(thrown, 1, "damaged"));
  EXPECT_CONTAINS(thrown.what + thrown.hint, run.checkpoint(40).string());
  std::filesystem::remove(run.checkpoint(80));
  EXPECT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", "160"}), 0);
}

TEST_F(Resume, ASecondProcessCannotTrainInTheSameRun) {
  make_pictures(dcgan.at("photos"), 4);
  fs::remove_all(dcgan.at("run"));
  Process first(dcgan.command(dcgan.small_train("photos", "run", {"--json"})));
  ASSERT_TRUE(first.read_lines(2));
  EXPECT_TRUE(refused(refusal({"--images", "8"}), 1, "another process"));
}

}  // namespace
}  // namespace dcgan::test
