// `--resume-auto`: restarts that nobody watches get going again, whatever an earlier process left, and say what was
// passed over.
#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// Every test restarts a copy of one run of 80 images: checkpoints at 40 and 80, a best state at 40 or 80.
class Restart : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    first_ = new Program;
    make_pictures(first_->at("photos"), 4);
    ASSERT_EXIT_CODE((*first_)(first_->small_train("photos", "run", more("80"))), 0);
  }
  static void TearDownTestSuite() { delete first_; }
  static std::vector<std::string> more(const std::string& images) {
    return {"--images",       images, "--checkpoint-every", "40", "--eval-every", "40",
            "--eval-samples", "20",   "--sample-every",     "40", "--resume-auto"};
  }
  void SetUp() override { set_up(); }
  void set_up() {
    fs::remove_all(dcgan.at("run"));
    fs::copy(first_->at("run"), dcgan.at("run"), fs::copy_options::recursive);
  }
  /// The same command again, for more images.
  Finished restart(const std::string& images = "120", std::vector<std::string> besides = {}) const {
    auto words = dcgan.small_train("", "run", more(images));
    words[1] = first_->at("photos");
    words.insert(words.end(), besides.begin(), besides.end());
    return dcgan(words);
  }
  RunDirectory run_of() const { return RunDirectory(dcgan.at("run")); }
  void expect_done(const Finished& result, int64_t images = 120) const {
    EXPECT_EXIT_CODE(result, 0);
    ASSERT_FALSE(run_of().checkpoints().empty());
    EXPECT_EQ(run_of().checkpoints().back(), images);
  }
  static void damage(const fs::path& path) {
    std::string bytes = read_text(path);
    bytes[bytes.size() / 2] ^= 1;
    write_text(path, bytes);
  }
  Program dcgan;
  static Program* first_;
};
Program* Restart::first_ = nullptr;

// In the order in which a start makes them. A start that is killed leaves those up to one of them.
TEST_F(Restart, GetsGoingFromWhateverAStartLeftThatDiedEarly) {
  const std::vector<std::string> made = {"samples",
                                         "checkpoints",
                                         ".dcgan-lock",
                                         ".dcgan-aside-999999-config.json",
                                         "config.json",
                                         "log.jsonl",
                                         "samples/.dcgan-aside-999999-real.png",
                                         "samples/real.png",
                                         "generator.pt",
                                         "checkpoints/.dcgan-aside-999999-000000040.ckpt"};
  for (size_t count = 0; count <= made.size(); ++count) {
    const std::string last = count == 0 ? "the folder alone" : made[count - 1];
    fs::remove_all(dcgan.at("run"));
    fs::create_directories(dcgan.at("run"));
    for (size_t i = 0; i < count; ++i) {
      const fs::path from = first_->at("run/" + made[i]), to = dcgan.at("run/" + made[i]);
      if (made[i] == "samples" || made[i] == "checkpoints")
        fs::create_directories(to);
      else if (fs::exists(from))
        fs::copy_file(from, to);
      else
        write_text(to, "begun");
    }
    const Finished result = restart("40");
    expect_done(result, 40);
    EXPECT_EXIT_CODE(result, 0) << "after " << last;
  }
}

TEST_F(Restart, BeginsAgainWhereConfigIsCutOffAndThereIsNoCheckpoint) {
  const std::string whole = read_text(dcgan.at("run/config.json"));
  for (const std::string& left : {std::string(), whole.substr(0, whole.size() / 2), std::string(100, '\0')}) {
    set_up();
    fs::remove_all(dcgan.at("run/checkpoints"));
    fs::create_directories(dcgan.at("run/checkpoints"));
    write_text(dcgan.at("run/config.json"), left);
    const Finished result = restart();
    expect_done(result);
    EXPECT_SAYS(result, "it begins again");
  }
}

TEST_F(Restart, BeginsAgainWithPicturesThatHaveComeSinceAStartThatDied) {
  fs::remove_all(dcgan.at("run/checkpoints"));
  Json config = Json::parse(read_text(dcgan.at("run/config.json")));
  config["data_identity"] = std::string(64, '0');
  write_text(dcgan.at("run/config.json"), pretty(config));
  expect_done(restart());
}

TEST_F(Restart, GoesOnFromTheNewestCheckpointThatIsWholeAndSaysWhatWasPassedOver) {
  const RunDirectory run = run_of();
  const std::string newest = read_text(run.checkpoint(80));
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"empty", ""},
      {"cut off", newest.substr(0, newest.size() / 2)},
      {"cut off in its header", newest.substr(0, 200)},
      {"zeros", std::string(newest.size(), '\0')},
      {"one bit of a tensor",
       [&] {
         auto bytes = newest;
         bytes[bytes.size() / 2] ^= 1;
         return bytes;
       }()},
      {"one bit of its header",
       [&] {
         auto bytes = newest;
         bytes[150] ^= 1;
         return bytes;
       }()},
      {"foreign", "somebody's file"},
      {"of another position", read_text(run.checkpoint(40))}};
  for (const auto& [name, bytes] : damages) {
    SCOPED_TRACE(name);
    set_up();
    fs::remove(run.best(80));  // a best state of that position would do as well
    write_text(run.checkpoint(80), bytes);
    const Finished result = restart();
    expect_done(result);
    EXPECT_SAYS(result, "000000080.ckpt");
    EXPECT_SAYS(result, "passed over");
    EXPECT_CONTAINS(result.out, "goes on at 40 images");
    EXPECT_EQ(read_text(run.checkpoint(80).native() + ".passed-over"), bytes);
    EXPECT_EQ(run.checkpoints(), (std::vector<int64_t>{40, 80, 120}));
  }
}

TEST_F(Restart, GoesOnFromABestStateWhereNoCheckpointIsWhole) {
  const RunDirectory run = run_of();
  ASSERT_FALSE(run.bests().empty());
  const int64_t best = run.bests().back();
  for (const int64_t images : run.checkpoints()) damage(run.checkpoint(images));
  const Finished result = restart();
  expect_done(result);
  EXPECT_CONTAINS(result.out, "goes on at " + std::to_string(best) + " images");
}

TEST_F(Restart, BeginsAgainWhereAllIsDamaged) {
  const RunDirectory run = run_of();
  for (const int64_t images : run.checkpoints()) damage(run.checkpoint(images));
  for (const int64_t images : run.bests()) damage(run.best(images));
  const Finished result = restart();
  expect_done(result);
  EXPECT_SAYS(result, "passed over");
  EXPECT_SAYS(result, "it begins again");
  EXPECT_EQ(records_without_times(read_text(run.log())).size(), 3u);
}

TEST_F(Restart, TakesTheOptionsFromACheckpointWhereConfigIsDamaged) {
  const std::string whole = read_text(dcgan.at("run/config.json"));
  for (const bool is_there : {true, false}) {
    set_up();
    is_there ? write_text(dcgan.at("run/config.json"), whole.substr(0, 100))
             : void(fs::remove(dcgan.at("run/config.json")));
    const Finished result = restart();
    expect_done(result);
    EXPECT_SAYS(result, "its options are taken from the checkpoint");
    EXPECT_EQ(Json::parse(read_text(dcgan.at("run/config.json")))["options"]["batch"], 8);
  }
}

TEST_F(Restart, MakesFoldersThatSomebodyRemoved) {
  fs::remove_all(dcgan.at("run/samples"));
  expect_done(restart());
  set_up();
  fs::remove_all(dcgan.at("run/checkpoints"));
  expect_done(restart());
}

TEST_F(Restart, MindsNoDamageOfTheLog) {
  const std::string whole = read_text(dcgan.at("run/log.jsonl"));
  for (const std::string& log : {std::string(), whole + std::string(500, '\0'), whole + "{\"images\": 99",
                                 whole.substr(0, whole.size() / 2), std::string("\xff\xfe\n\n[]\n7\n") + whole}) {
    set_up();
    write_text(dcgan.at("run/log.jsonl"), log);
    expect_done(restart());
  }
  set_up();
  fs::remove(dcgan.at("run/log.jsonl"));
  expect_done(restart());
}

TEST_F(Restart, TheSameCommandGoesOnWhateverItLeavesToTheProgram) {
  // What was resolved from "auto" belongs to the run: asking for "auto" again is no other value.
  fs::remove_all(dcgan.at("run"));
  std::vector<std::string> words = {"train",
                                    first_->at("photos"),
                                    "--run",
                                    dcgan.at("run"),
                                    "--resume-auto",
                                    "--size",
                                    "16",
                                    "--base-channels",
                                    "8",
                                    "--latent",
                                    "8",
                                    "--eval-every",
                                    "0",
                                    "--threads",
                                    "1"};
  for (const char* option : {"--batch", "--precision", "--channels", "--preset", "--device", "--sample-every",
                             "--checkpoint-every", "--epochs", "--time"})
    words.insert(words.end(), {option, "auto"});
  for (const char* images : {"64", "128"}) {
    auto all = words;
    all.erase(all.end() - 4, all.end());
    all.insert(all.end(), {"--images", images});
    ASSERT_EXIT_CODE(dcgan(all), 0);
    EXPECT_EQ(run_of().checkpoints().back(), std::stoll(images));
  }
}

TEST_F(Restart, TheSameCommandGoesOnWithPathsThatAreNotWhole) {
  const auto in_place = [&](const std::string& images) {
    auto words = dcgan.small_train("", "again", {"--images", images, "--resume-auto", "--init-from", "run"});
    words[1] = first_->at("photos"), words[3] = "again";
    return run(dcgan.command(words), [&] { ASSERT_EQ(::chdir(dcgan.at("").c_str()), 0); });
  };
  ASSERT_EXIT_CODE(in_place("40"), 0);
  ASSERT_EXIT_CODE(in_place("80"), 0);
  EXPECT_EQ(RunDirectory(dcgan.at("again")).checkpoints().back(), 80);
}

TEST_F(Restart, LeavesAFolderAloneThatIsNoRun) {
  fs::remove_all(dcgan.at("run"));
  write_text(dcgan.at("run/config.json"), "{\"model\": \"somebody's\"}");
  write_text(dcgan.at("run/samples/mine.png"), "mine");
  const Finished result = restart();
  EXPECT_EXIT_CODE(result, 2);
  EXPECT_SAYS(result, "is not empty");
  EXPECT_EQ(read_text(dcgan.at("run/config.json")), "{\"model\": \"somebody's\"}");
}

TEST_F(Restart, LeavesWholeCheckpointsOfAnotherRunToAPerson) {
  Json config = Json::parse(read_text(dcgan.at("run/config.json")));
  config["options"]["lr_g"] = 0.123;
  write_text(dcgan.at("run/config.json"), pretty(config));
  const Finished result = restart();
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "--lr-g");
  EXPECT_EQ(run_of().checkpoints(), (std::vector<int64_t>{40, 80}));
}

TEST_F(Restart, AFileThatIsCalledAlmostLikeACheckpointIsNobodysBusiness) {
  const std::vector<std::string> names = {"900.ckpt",      "0000000900.ckpt", "+00000900.ckpt",  "000000900.CKPT",
                                          "best-900.ckpt", "-00000900.ckpt",  "000000900 .ckpt", "000000900.ckpt.bak"};
  for (const auto& name : names) write_text(dcgan.at("run/checkpoints/" + name), "mine");
  fs::create_directories(dcgan.at("run/checkpoints/000000900.ckpt"));
  write_text(dcgan.at("run/samples/900.png"), "mine");
  for (const char* option : {"--resume", "--resume-auto"}) {
    const std::string images = std::to_string(run_of().checkpoints().back() + 40);
    ASSERT_EXIT_CODE(dcgan({"train", option, "--run", dcgan.at("run"), "--images", images, "--keep", "1"}), 0);
    EXPECT_EQ(run_of().checkpoints(), std::vector<int64_t>{std::stoll(images)});
  }
  for (const auto& name : names) EXPECT_EQ(read_text(dcgan.at("run/checkpoints/" + name)), "mine") << name;
  EXPECT_EQ(read_text(dcgan.at("run/samples/900.png")), "mine");
  EXPECT_EXIT_CODE(dcgan({"sample", dcgan.at("run"), "--out", dcgan.at("sheet.png")}), 0);
}

}  // namespace
}  // namespace dcgan::test
