// Wrong use: one error that says what, where and what to do; exit code 2; nothing left behind.
#include "support/program.hpp"

namespace dcgan::test {
namespace {

struct WrongUse {
  std::vector<std::string> words;
  std::string says;
};

TEST(WrongUse, EndsTheProgramWithCode2AnErrorAndAHint) {
  Program dcgan;
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{}, "error: no verb was given\n  hint: "}, {{"train", "photos", "--lr", "nan"}, "error: --lr is 'nan'"}};
  for (const auto& [words, says] : cases) {
    const Finished result = dcgan(words);
    EXPECT_EXIT_CODE(result, 2);
    EXPECT_SAYS(result, says);
    EXPECT_SAYS(result, "\n  hint: ");
  }
}

TEST(WrongUse, IsExitCode2WithAnErrorThatNamesTheMistakeAndAHint) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  write_text(dcgan.at("unknown.json"), "{\"lr\": 0.1, \"bathc\": 3}");
  write_text(dcgan.at("range.json"), "{\"beta1\": 7}");
  write_text(dcgan.at("type.json"), "{\"batch\": [1]}");
  write_text(dcgan.at("old/config.json"), "{}");
  std::filesystem::create_directories(dcgan.at("old/checkpoints"));
  const std::string photos = dcgan.at("photos"), run = dcgan.at("run");
  const WrongUse cases[] = {{{}, "no verb"},
                            {{"trian", photos}, "did you mean train?"},
                            {{"train"}, "DATA is missing"},
                            {{"train", photos, "--learning-rate", "1"}, "unknown option '--learning-rate'"},
                            {{"train", photos, "--batchs", "1"}, "did you mean --batch?"},
                            {{"train", photos, "--no-tensorbord"}, "did you mean --no-tensorboard?"},
                            {{"train", photos, "--size", "32", "--size", "64"}, "--size is given more than once"},
                            {{"train", photos, "--flip", "--no-flip"}, "--flip and --no-flip conflict"},
                            {{"ls", photos}, "unknown verb 'ls'\n`dcgan --help` lists what there is"},
                            {{"foo", photos}, "unknown verb 'foo'\n`dcgan --help` lists what there is"},
                            {{"train", photos, "--lr", "nan"}, "--lr is 'nan'"},
                            {{"train", photos, "--lr", "0"}, "above 0, at most 1"},
                            {{"train", photos, "--latent", "0"}, "--latent is '0'"},
                            {{"train", photos, "--batch", "many"}, "not a number"},
                            {{"train", photos, "--size", "100"}, "96 and 112"},
                            {{"train", photos, "--size", "64y48"}, "--size is '64y48'"},
                            {{"train", photos, "--channels", "blue"}, "auto|gray|rgb|rgba"},
                            {{"train", photos, "--images", "10", "--epochs", "2"}, "--images and --epochs"},
                            {{"train", photos, "--device", "cuda:77"}, "cuda:77"},
                            {{"train", photos, "--device", "tpu"}, "no such device"},
                            {{"train", photos, "--config", dcgan.at("none.json")}, "there is no '"},
                            {{"train", photos, "--config", dcgan.at("unknown.json")}, "did you mean 'batch'"},
                            {{"train", photos, "--config", dcgan.at("range.json")}, "'beta1'"},
                            {{"train", photos, "--config", dcgan.at("type.json")}, "'batch'"},
                            {{"train", "--resume"}, "dcgan train --resume RUN"},
                            {{"train", "--resume=old/run"}, "train --resume old/run"},
                            {{"train", photos, "--batch=4", "--flip=maybe"}, "--flip is 'maybe'"},
                            {{"train", photos, "--strict=99999999999999999999"}, "--strict is"},
                            {{"train", dcgan.at("old")}, "train --resume " + dcgan.at("old")},
                            {{"train", "--resume", "--run", run}, "no run directory"},
                            {{"sample", photos, "--out", dcgan.at("s.png")}, "not a run directory"},
                            {{"sample", dcgan.at("nothing"), "--out", dcgan.at("s.png")}, "nothing"},
                            {{"resume", run}, "dcgan train --resume RUN"},
                            {{"help"}, "dcgan --help"},
                            {{"generate", run}, "dcgan sample MODEL"},
                            {{"predict", run}, "dcgan sample MODEL"},
                            {{"test", run}, "dcgan eval MODEL"},
                            {{"convert", run}, "dcgan export MODEL"},
                            {{"data", "unpak", photos}, "did you mean unpack?"},
                            {{"inspect", dcgan.at("nothing")}, "nothing"},
                            {{"data"}, "one more word"}};
  for (const auto& one : cases) {
    auto words = one.words;
    if (words.size() > 2 && words[0] == "train" && words[1] == photos) words.insert(words.end(), {"--run", run});
    EXPECT_TRUE(refused(dcgan.refusal(words), 2, one.says)) << "dcgan " << ::testing::PrintToString(words);
    EXPECT_FALSE(std::filesystem::exists(run));
    EXPECT_FALSE(std::filesystem::exists(dcgan.at("s.png")));
  }
}

TEST(Flags, GivenAsFalseAreOff) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  EXPECT_EQ(dcgan({"doctor", dcgan.at("photos"), "--json=false"}).out[0], '3');  // "3 of 3 files can be..."
  EXPECT_EQ(dcgan({"doctor", dcgan.at("photos"), "--json=true"}).out[0], '{');
}

TEST(WrongUse, NamesOurOptionForTheFlagsOfOtherPrograms) {
  Program dcgan;
  const std::pair<const char*, const char*> flags[] = {{"--nz", "--latent"},
                                                       {"--ngf", "--base-channels-g"},
                                                       {"--ndf", "--base-channels-d"},
                                                       {"--batchSize", "--batch"},
                                                       {"--imageSize", "--size"},
                                                       {"--niter", "--epochs"},
                                                       {"--outf", "--run"},
                                                       {"--dataroot", "DATA"},
                                                       {"--kimg", "--images"},
                                                       {"--outdir", "--run"},
                                                       {"--gpus", "--device"},
                                                       {"--cfg", "--config"},
                                                       {"--cond", "--conditional"},
                                                       {"--image-size", "--size"},
                                                       {"--batch-size", "--batch"},
                                                       {"--resolution", "--size"},
                                                       {"--num-train-steps", "--images"},
                                                       {"--mirror", "--flip"},
                                                       {"--gamma", "--r1"},
                                                       {"--aug", "--augment"},
                                                       {"--seeds", "--seed"},
                                                       {"--trunc", "--trunc"},
                                                       {"--network", "MODEL"},
                                                       {"--snap", "--checkpoint-every"},
                                                       {"-n", "--count"},
                                                       {"-o", "--run"}};
  for (const auto& [theirs, ours] : flags)
    EXPECT_TRUE(refused(dcgan.refusal({"train", "photos", theirs, "3"}), 2, ours)) << theirs;
}

TEST(WrongUse, ABrokenConfigNamesLineAndColumn) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  write_text(dcgan.at("broken.json"), "{\"lr\": 0.1,\n  \"batch\" 3}");
  const Finished result = dcgan({"train", dcgan.at("photos"), "--config", dcgan.at("broken.json")});
  EXPECT_EXIT_CODE(result, 1);
  EXPECT_SAYS(result, "line 2");
}

TEST(Help, IsThereOnEveryLevelWithDefaultsRangesAndUnits) {
  Program dcgan;
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"train"},
                                                                 {"sample"},
                                                                 {"export"},
                                                                 {"inspect"},
                                                                 {"doctor"},
                                                                 {"data"},
                                                                 {"data", "pack"},
                                                                 {"data", "unpack"}}) {
    auto with_help = words;
    with_help.push_back("--help");
    testing::internal::CaptureStdout();
    EXPECT_EQ(dcgan.call(with_help), 0);
    EXPECT_CONTAINS(testing::internal::GetCapturedStdout(), "Usage: dcgan");
  }
  const auto words_of = [&](const char* how) {  // as one line
    std::string out;
    for (const char c : dcgan({"train", how}).out)
      if (c != ' ' && c != '\n')
        out += c;
      else if (!out.ends_with(' '))
        out += ' ';
    return out;
  };
  const std::string help = words_of("--help-all"), common = words_of("--help");
  for (const char* part : {"default 64", "above 0, at most 1", "images (k, M)", "seconds (s, m, h)", "--max-channels",
                           "Objective:", "Adam:"})
    EXPECT_NE(help.find(part), std::string::npos) << part;
  for (const char* part : {"--size", "--resume", "Pictures:", "dcgan train --help-all", "Examples:"})
    EXPECT_NE(common.find(part), std::string::npos) << part;
  EXPECT_EQ(common.find("--max-channels"), std::string::npos);
  EXPECT_LT(common.size(), help.size() / 2);
}

TEST(Precedence, IsFlagThenConfigThenPresetThenDefault) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  write_text(dcgan.at("c.json"),
             R"({"lr": 0.01, "lr-d": 0.02, "beta1": 0.3, "batch": 4, "size": 16, "base_channels": 4, "images": 100})");
  const std::vector<std::string> words = {"train", dcgan.at("photos"), "--config", dcgan.at("c.json")};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return dcgan(more);
  };
  // What a run keeps and what a dry run prints are the same options; a dry run takes seconds, for its estimate.
  ASSERT_EXIT_CODE(with({"--run", dcgan.at("run")}), 0);
  const Json config_only = Json::parse(read_text(dcgan.at("run/config.json")))["options"];
  EXPECT_EQ(config_only["lr_g"], 0.01);
  EXPECT_EQ(config_only["lr_d"], 0.02);
  EXPECT_EQ(config_only["batch"], 4);
  EXPECT_EQ(config_only["beta1_g"], 0.3);
  EXPECT_EQ(config_only["beta2_g"], 0.99);  // of the preset that was chosen
  EXPECT_EQ(config_only["latent"], 100);
  // A flag for both networks wins over a config's value for one; a flag for one wins over that.
  const Finished planned =
      with({"--lr", "0.5", "--beta1-g", "0.1", "--epochs", "2", "--dry-run", "--json", "--run", dcgan.at("none")});
  ASSERT_EXIT_CODE(planned, 0);
  const Json flags = Json::parse(planned.out)["options"];
  EXPECT_EQ(flags["lr_g"], 0.5);
  EXPECT_EQ(flags["lr_d"], 0.5);
  EXPECT_EQ(flags["beta1_g"], 0.1);
  EXPECT_EQ(flags["beta1_d"], 0.3);
  EXPECT_EQ(flags["epochs"], 2);
  EXPECT_TRUE(flags["images"].is_null());
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("none")));
}

}  // namespace
}  // namespace dcgan::test
