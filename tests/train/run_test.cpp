#include "train/run.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include "core/error.hpp"
#include "exchange/generator.hpp"
#include "image/decode.hpp"
#include "plan/resume.hpp"
#include "support/runs.hpp"

namespace dcgan::test {
namespace {

TEST_F(RunTest, LeavesTheFilesThatItPromises) {
  const auto run = run_to(80, "run");
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(run.path()))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), run.path()).native());
  std::sort(files.begin(), files.end());
  EXPECT_EQ(files, (std::vector<std::string>{"checkpoints/000000032.ckpt", "checkpoints/000000064.ckpt",
                                             "checkpoints/000000080.ckpt", "config.json",
                                             "events.out.tfevents.000000000000000.dcgan", "generator.pt", "log.jsonl",
                                             "samples/000000040.png", "samples/000000080.png", "samples/real.png"}));
}

TEST_F(RunTest, KeepsOnlyTheNewestCheckpoints) {
  options_.run.keep = 2;
  EXPECT_EQ(run_to(96, "run").checkpoints(), (std::vector<int64_t>{64, 96}));
}

TEST_F(RunTest, EndsAtTheFirstStepThatReachesItsLength) { EXPECT_EQ(run_to(33, "run").checkpoints().back(), 40); }

TEST_F(RunTest, LogsARecordEveryFewStepsThatCoversThemAll) {
  const auto lines = log_lines(run_to(80, "run"));
  ASSERT_EQ(lines.size(), 4u);  // what the data is, then steps 3, 6 and 9 of 10
  EXPECT_EQ(lines[0]["event"], "data");
  EXPECT_EQ(lines[0]["pictures"], 10);
  double seconds = 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : lines[i].items()) {
      keys.push_back(key);
      const bool is_known_later = key.ends_with("_random_a");  // none was measured
      EXPECT_TRUE(is_known_later      ? value.is_null()
                  : key == "verdict"  ? value == "balanced"
                  : key == "pictures" ? value == ""
                                      : value.is_number())
          << key;
    }
    EXPECT_EQ(keys, (std::vector<std::string>{"images",
                                              "steps",
                                              "g_steps",
                                              "seconds",
                                              "images_per_second",
                                              "loss_d_real",
                                              "loss_d_fake",
                                              "loss_g",
                                              "penalty",
                                              "d_real",
                                              "d_fake_before",
                                              "d_fake_after",
                                              "d_real_right",
                                              "d_fake_right",
                                              "grad_norm_d",
                                              "grad_norm_g",
                                              "augment_p",
                                              "kid_random_a",
                                              "diversity_random_a",
                                              "memorised_random_a",
                                              "kinds_random_a",
                                              "fitting_random_a",
                                              "verdict",
                                              "pictures",
                                              "data_wait_share"}));
    EXPECT_EQ(lines[i]["images"], 24 * i);
    EXPECT_EQ(lines[i]["steps"], 3);
    EXPECT_GE(lines[i]["seconds"], seconds);
    seconds = lines[i]["seconds"];
  }
}

TEST_F(RunTest, DescribesItselfInConfigAndCheckpoint) {
  const auto run = run_to(32, "run");
  const Json config = parse_json(read_text(run.config()), "config.json");
  EXPECT_EQ(config["data_images"], 10);
  AllOptions again;
  set_from_json(fields_of(again), config["options"], "config.json");
  EXPECT_EQ(again.train.batch, kBatch);
  const auto head = read_head(run.checkpoint(32));
  EXPECT_EQ(head.images, 32);
  EXPECT_EQ(head.options, config["options"]);
  EXPECT_EQ(head.data_identity, config["data_identity"]);
}

TEST_F(RunTest, DrawsGridsAndThePicturesTheNetworkSees) {
  const auto run = run_to(40, "run");
  for (const auto& path : {run.samples(40), run.real_samples()}) {
    const std::string bytes = read_text(path);
    const Image sheet = decode_image(bytes, probe_image(bytes), 64);
    EXPECT_EQ(sheet.width, 8 * (8 + 2) + 2) << path;
    EXPECT_EQ(sheet.height, 8 * (8 + 2) + 2) << path;
  }
}

TEST_F(RunTest, ExportsTheGeneratorOfItsNewestCheckpoint) {
  const auto run = run_to(48, "run");
  const auto from_run = open_generator(run.path()), from_file = open_generator(run.generator());
  EXPECT_EQ(from_run->info().images_seen, 48);
  EXPECT_EQ(from_file->info().images_seen, 48);
  const auto z = noise({16, 8});
  EXPECT_LE(largest_difference((*from_run)(z), (*from_file)(z)), 1e-6);
}

TEST_F(RunTest, ToItsEndEqualsARunToTheHalfThatWentOn) {
  const auto whole = run_to(64, "whole");
  run_to(32, "half");
  const auto half = run_to(64, "half", true);
  expect_same_checkpoint(whole.checkpoint(64), half.checkpoint(64));
  EXPECT_EQ(timeless(log_lines(whole)), timeless(log_lines(half)));  // the record of steps 4 to 6 spans the break
  EXPECT_EQ(log_lines(half).size(), 3u);
  EXPECT_EQ(read_text(whole.samples(64)), read_text(half.samples(64)));
}

TEST_F(RunTest, GoesOnFromTheCheckpointWhenItWasKilledLater) {
  const auto whole = run_to(80, "whole");
  const auto killed = run_to(80, "killed");
  fs::remove(killed.checkpoint(80)), fs::remove(killed.checkpoint(64));  // as if it had been killed before 64
  std::ofstream(killed.log(), std::ios::app) << "{\"images\": 9";
  const auto again = run_to(80, "killed", true);
  expect_same_checkpoint(whole.checkpoint(80), again.checkpoint(80));
  EXPECT_EQ(timeless(log_lines(whole)), timeless(log_lines(again)));
  EXPECT_EQ(whole.grids(), again.grids());
}

TEST_F(RunTest, IsTheSameWithKeptPixels) {
  const auto decoded = run_to(32, "decoded");
  options_.data.cache = (folder_ / "cache").native();
  const auto fresh = run_to(32, "fresh"), kept = run_to(32, "kept");
  EXPECT_TRUE(open().was_cached);
  expect_same_checkpoint(decoded.checkpoint(32), fresh.checkpoint(32));
  expect_same_checkpoint(decoded.checkpoint(32), kept.checkpoint(32));
  EXPECT_EQ(timeless(log_lines(decoded)), timeless(log_lines(kept)));
}

TEST_F(RunTest, WithAnotherSeedIsAnother) {
  const auto one = run_to(8, "one");
  options_.train.seed = 1;
  const auto other = run_to(8, "other");
  EXPECT_FALSE(same_bits(ArchiveReader(one.checkpoint(8)).read("generator.conv1.weight"),
                         ArchiveReader(other.checkpoint(8)).read("generator.conv1.weight")));
}

/// What and hint of the Error that `act` throws.
template <class Act>
std::string failure_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST_F(RunTest, ThatDivergesSaysSoAndNamesTheLastGoodCheckpoint) {
  const auto run = run_to(32, "run");
  const std::string good = read_text(run.checkpoint(32));
  options_.train.adam.learning_rate = {1e38, 1e38};
  options_.run.log_every = 1;
  const auto said = failure_of([&] { run_to(96, "run", true); });
  EXPECT_NE(said.find("training broke down after 40 images"), std::string::npos) << said;
  EXPECT_NE(said.find(run.checkpoint(32).native()), std::string::npos) << said;
  EXPECT_EQ(run.checkpoints(), (std::vector<int64_t>{32}));
  EXPECT_EQ(read_text(run.checkpoint(32)), good);
}

TEST_F(RunTest, ThatDivergesBetweenRecordsDoesNotSaveItself) {
  options_.train.adam.learning_rate = {1e38, 1e38};
  options_.run.log_every = 1000;  // no record: only the checkpoint can notice
  const auto said = failure_of([&] { run_to(96, "run"); });
  EXPECT_NE(said.find("training broke down after 32 images: a loss or a weight is not finite"), std::string::npos)
      << said;
  EXPECT_NE(said.find("no checkpoint had been written yet"), std::string::npos) << said;
  EXPECT_TRUE(RunDirectory(folder_ / "run").checkpoints().empty());
  EXPECT_FALSE(fs::exists(RunDirectory(folder_ / "run").generator()));
}

TEST_F(RunTest, WithADamagedNewestCheckpointNamesItAndTheOneBefore) {
  const auto run = run_to(64, "run");
  std::string bytes = read_text(run.checkpoint(64));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(run.checkpoint(64), bytes);
  const auto said = failure_of([&] { run_to(96, "run", true); });
  EXPECT_NE(said.find(run.checkpoint(64).native()), std::string::npos) << said;
  EXPECT_NE(said.find("goes on from '" + run.checkpoint(32).native()), std::string::npos) << said;
}

TEST_F(RunTest, RefusesACheckpointOfOtherNetworks) {
  run_to(32, "run");
  options_.network.base_channels.generator = 6;
  const auto said = failure_of([&] { run_to(64, "run", true); });
  EXPECT_NE(said.find("another shape"), std::string::npos) << said;
}

}  // namespace
}  // namespace dcgan::test
