// `train --init-from` and `--preset`, as a user sees them.
#include <gtest/gtest.h>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// Trains `run`, so that there are weights to begin with.
void train_first(const Program& dcgan) {
  make_pictures(dcgan.at("photos"), 12);
  make_pictures(dcgan.at("others"), 5, 20);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "first", {"--images", "80"})), 0);
}

/// Options that a run takes over: all but networks and size.
std::vector<std::string> begun_from(const Program& dcgan, std::vector<std::string> more) {
  std::vector<std::string> words = {"train",           dcgan.at("others"), "--run", dcgan.at("second"), "--init-from",
                                    dcgan.at("first"), "--batch",          "8",     "--threads",        "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(WarmStart, RefusesWeightsOfAnotherVersion) {
  Program dcgan;
  train_first(dcgan);
  const fs::path checkpoint = RunDirectory(dcgan.at("first")).checkpoint(80);
  Json meta = ArchiveReader(checkpoint).meta();
  meta["training_version"] = 1000;
  write_archive(checkpoint, meta, ArchiveReader(checkpoint).read_all(""));
  EXPECT_TRUE(refused(dcgan.refusal(begun_from(dcgan, {"--images", "8"})), 1, "another version"));
}

TEST(WarmStart, TakesNetworksAndWeightsAndBeginsAtPositionZero) {
  Program dcgan;
  train_first(dcgan);
  // The smallest step sizes leave the weights where they were, but for the last bits.
  const Finished second =
      dcgan(begun_from(dcgan, {"--images", "8", "--lr", "1e-12", "--ema-images", "100000", "--ema-ramp", "0"}));
  ASSERT_EXIT_CODE(second, 0);
  const ArchiveReader first(RunDirectory(dcgan.at("first")).checkpoint(80)),
      then(RunDirectory(dcgan.at("second")).checkpoint(8));
  EXPECT_EQ(then.meta()["network"], first.meta()["network"]);
  EXPECT_EQ(then.meta()["steps"], 1);
  for (const std::string name : {"generator.conv0.weight", "discriminator.conv1.weight", "ema.conv1.weight"})
    EXPECT_LE(largest_difference(first.read(name), then.read(name)), 1e-4 * (name[0] == 'e') + 1e-9) << name;
  EXPECT_EQ(then.read("adam_g.step").item<float>(), 1);  // the optimizer's memory is not taken over
}

TEST(WarmStart, RefusesOtherNetworksNamingEachOption) {
  Program dcgan;
  train_first(dcgan);
  const auto refusal = dcgan.refusal(begun_from(dcgan, {"--size", "32", "--latent", "9"}));
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_CONTAINS(refusal.what, "--size 32 (there 16)");
  EXPECT_CONTAINS(refusal.what, "--latent 9 (there 8)");
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("second")));
}

TEST(WarmStart, RefusesAPresetWhoseNetworksAreOthers) {
  Program dcgan;
  train_first(dcgan);
  const auto thrown = dcgan.refusal(begun_from(dcgan, {"--images", "8", "--preset", "paper"}));
  EXPECT_TRUE(refused(thrown, 2, "--preset paper and --init-from"));
  EXPECT_CONTAINS(thrown.what, "--arch dcgan (there upsample)");
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("second")));
}

TEST(WarmStart, TakesTheWidthsOfTheModelWhereThePresetLeavesThemOpen) {
  Program dcgan;
  train_first(dcgan);
  ASSERT_EXIT_CODE(dcgan(begun_from(dcgan, {"--images", "16", "--eval-every", "0", "--preset", "small-data"})), 0);
  const Json options = Json::parse(read_text(dcgan.at("second/config.json")))["options"];
  EXPECT_EQ(options["base_channels_g"], 8);
  EXPECT_EQ(options["preset"], "small-data");
}

/// The event of log.jsonl that says which weights a run began with.
Json init_event(const Program& dcgan, const std::string& run) {
  const std::string log = read_text(dcgan.at(run + "/log.jsonl"));
  const size_t at = log.find("{\"event\":\"init\"");
  return at == std::string::npos ? Json() : Json::parse(log.substr(at, log.find('\n', at) - at));
}

TEST(WarmStart, OfFewPicturesIsTheModelThatShipsUnlessAnotherOrNoneIsNamed) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 12, 64);
  const auto begun_with = [&](const std::string& run, std::vector<std::string> more) {
    std::vector<std::string> words = {"train", dcgan.at("photos"), "--run", dcgan.at(run),  "--images", "4", "--batch",
                                      "4",     "--threads",        "1",     "--eval-every", "0"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EXIT_CODE(dcgan(words), 0);
    const Json event = init_event(dcgan, run);
    return fs::path(event.is_null() ? "" : event["from"].get<std::string>()).filename();
  };
  EXPECT_EQ(begun_with("few", {}), "photos-64.safetensors");
  EXPECT_EQ(begun_with("none", {"--init-from", "none"}), "");
  EXPECT_EQ(begun_with("many", {"--preset", "default"}), "");
  EXPECT_EQ(begun_with("other", {"--base-channels", "4"}), "") << "these are other networks";
  const std::string config = dcgan.at("few/config.json");
  EXPECT_EQ(Json::parse(read_text(config))["options"]["init_from"], "auto") << "it means another file elsewhere";
  EXPECT_EQ(begun_with("again", {"--config", config}), "photos-64.safetensors");
  EXPECT_EQ(begun_with("larger", {"--config", config, "--size", "128", "--base-channels", "auto"}),
            "photos-128.safetensors");
  EXPECT_EQ(begun_with("odd", {"--config", config, "--size", "48x64"}), "");
  EXPECT_EXIT_CODE(dcgan({"train", "--resume", dcgan.at("few"), "--images", "8"}), 0);
}

/// begun_from, of another file and into another run.
std::vector<std::string> begun(const Program& dcgan, const std::string& model, const std::string& run,
                               std::vector<std::string> more = {}) {
  auto words = begun_from(dcgan, std::move(more));
  words[3] = dcgan.at(run), words[5] = dcgan.at(model);
  words.insert(words.end(), {"--images", "8", "--eval-every", "0"});
  return words;
}

TEST(WarmStart, FromSafetensorsOfBothNetworksIsThatFromTheirCheckpointBitForBit) {
  Program dcgan;
  train_first(dcgan);
  ASSERT_EQ(dcgan.call({"export", dcgan.at("first"), "--out", dcgan.at("both.safetensors")}), 0);
  for (const auto& [model, run] : {std::pair("first", "a"), std::pair("both.safetensors", "b")}) {
    const Finished end = dcgan(begun(dcgan, model, run));
    ASSERT_EXIT_CODE(end, 0);
    EXPECT_CONTAINS(end.out, "weights from ");
    EXPECT_EQ(init_event(dcgan, run)["discriminator"], "from there");
  }
  const auto a = ArchiveReader(RunDirectory(dcgan.at("a")).checkpoint(8)).read_all("");
  const auto b = ArchiveReader(RunDirectory(dcgan.at("b")).checkpoint(8)).read_all("");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second, b[i].second)) << a[i].first;
}

TEST(WarmStart, FromAGeneratorAloneTakesItAndBeginsWithARandomDiscriminatorAndSaysSo) {
  Program dcgan;
  train_first(dcgan);
  const std::vector<std::string> still = {"--lr", "1e-12", "--ema-images", "100000", "--ema-ramp", "0"};
  ASSERT_EXIT_CODE(dcgan(begun(dcgan, "first", "whole", still)), 0);
  const ArchiveReader first(RunDirectory(dcgan.at("whole")).checkpoint(8));
  ASSERT_EQ(dcgan.call({"export", dcgan.at("first"), "--out", dcgan.at("g.pt"), "--freeze"}), 0);
  ASSERT_EQ(dcgan.call({"export", dcgan.at("g.pt"), "--out", dcgan.at("g.safetensors")}), 0);
  for (const std::string model : {"g.pt", "g.safetensors"}) {
    const std::string run = "of_" + model;
    const Finished end = dcgan(begun(dcgan, model, run, still));
    ASSERT_EXIT_CODE(end, 0);
    EXPECT_CONTAINS(end.out, "holds no discriminator: that one begins with random weights");
    EXPECT_EQ(init_event(dcgan, run)["discriminator"], "random");
    const ArchiveReader then(RunDirectory(dcgan.at(run)).checkpoint(8));
    EXPECT_LE(largest_difference(first.read("ema.conv1.weight"), then.read("ema.conv1.weight")), 1e-4);
    EXPECT_LE(largest_difference(first.read("ema.conv1.weight"), then.read("generator.conv1.weight")), 1e-4);
    EXPECT_GT(largest_difference(first.read("discriminator.conv1.weight"), then.read("discriminator.conv1.weight")),
              1e-3);
    const auto frozen = dcgan.refusal(begun(dcgan, model, "none", {"--freeze-d", "1"}));
    EXPECT_TRUE(refused(frozen, 2, "holds no discriminator"));
    EXPECT_FALSE(std::filesystem::exists(dcgan.at("none")));
  }
}

TEST(WarmStart, RefusesAnOlderExportedGeneratorAndWhatIsNotThere) {
  Program dcgan;
  train_first(dcgan);
  auto words = begun_from(dcgan, {});
  words[5] = std::string(DCGAN_TEST_GOLDENS) + "/exports/upsample.pt";
  EXPECT_TRUE(refused(dcgan.refusal(words), 2, "did not write down which network it is"));
  words[5] = dcgan.at("nowhere");
  EXPECT_TRUE(refused(dcgan.refusal(words), 2, "nowhere"));
}

Json stored_options(const Program& dcgan, std::vector<std::string> more) {
  std::vector<std::string> words = {"train", dcgan.at("photos"), "--size", "16", "--base-channels",
                                    "4",     "--dry-run",        "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Finished result = dcgan(words);
  EXPECT_EXIT_CODE(result, 0);
  return Json::parse(result.out)["options"];
}

TEST(Presets, GiveWayToConfigFilesAndThoseToFlags) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 12);
  write_text(dcgan.at("config.json"), R"({"preset": "paper", "lr_g": 0.003, "batch": 12})");
  const Json options = stored_options(dcgan, {"--config", dcgan.at("config.json"), "--batch", "6"});
  EXPECT_EQ(options["preset"], "paper");
  EXPECT_EQ(options["label_smoothing"], 0);  // the preset's
  EXPECT_EQ(options["lr_d"], 0.0002);        // the preset's
  EXPECT_EQ(options["lr_g"], 0.003);         // the file's
  EXPECT_EQ(options["batch"], 6);            // the flag's
}

TEST(Presets, OnTheCommandLineWinOverOneInAConfigFile) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 12);
  write_text(dcgan.at("config.json"), R"({"preset": "paper"})");
  const Json options =
      stored_options(dcgan, {"--config", dcgan.at("config.json"), "--preset", "pytorch-example", "--batch", "6"});
  EXPECT_EQ(options["preset"], "pytorch-example");
  EXPECT_EQ(options["precision"], "fp32");
}

TEST(Presets, OfAPlainTrainAreChosenAndStored) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 12);
  const Json options = stored_options(dcgan, {"--batch", "6"});
  EXPECT_NE(options["preset"], "auto");
}

TEST(Presets, ThatAreNotThereAreRefusedNamingThoseThatAre) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 12);
  const auto refusal = dcgan.refusal({"train", dcgan.at("photos"), "--preset", "papre"});
  EXPECT_TRUE(refused(refusal, 2, "pytorch-example"));
}

TEST(AFolder, ThatIsCalledLikeAWordOfAnOptionIsNotTakenForItsPath) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  for (const char* name : {"none", "random-a", "trained", "auto", "off"}) fs::create_directories(dcgan.at(name));
  const std::string program = DCGAN_TEST_PROGRAM, cd = "cd '" + dcgan.at("") + "' && ";
  const Finished end = Process({"/bin/sh", "-c",
                                cd + program +
                                    " train photos --run run --size 16 --base-channels 4 --batch 4 "
                                    "--images 8 --cache off"})
                           .wait();
  ASSERT_EXIT_CODE(end, 0);
  const Json options = Json::parse(read_text(dcgan.at("run/config.json")))["options"];
  EXPECT_EQ(options["init_from"], "auto");
  EXPECT_TRUE(options["eval_features"] == "trained" || options["eval_features"] == "random-a") << options;
}

}  // namespace
}  // namespace dcgan::test
