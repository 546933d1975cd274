// What people type by mistake, and what they are told: patterns that a shell has written out, other names of choices,
// files that are no pictures.
#include <filesystem>

#include "cli/help.hpp"
#include "core/platform/io/file.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

TEST(Guesses, ManyPicturesInThePlaceOfDataAreToldToBeAFolder) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  std::vector<std::string> files;
  for (int i = 100; i < 103; ++i) files.push_back(dcgan.at("photos/picture" + std::to_string(i) + ".png"));
  for (const auto& verb : std::vector<std::vector<std::string>>{{"train"}, {"doctor"}, {"data", "pack"}}) {
    auto words = verb;
    words.insert(words.end(), files.begin(), files.end());
    const Thrown thrown = dcgan.refusal(words);
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, "takes one DATA, and 3 names are given: '" + files[0] + "'");
    EXPECT_CONTAINS(thrown.hint, "`dcgan " + joined(verb, " ") + " " + dcgan.at("photos") + "`");
    words.insert(words.begin() + static_cast<int64_t>(verb.size()), "--");
    EXPECT_CONTAINS(dcgan.refusal(words).what, "takes one DATA");
  }
  EXPECT_CONTAINS(dcgan.refusal({"inspect", files[0], files[1]}).hint, "one at a time");
  EXPECT_CONTAINS(dcgan.refusal({"train", dcgan.at("photos"), "spare"}).what, "unexpected argument 'spare'");
}

TEST(Guesses, ChoicesThatOthersCallOtherwiseAreAnsweredWithOurs) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  const std::string data = dcgan.at("photos");
  const std::vector<std::pair<std::vector<std::string>, std::string>> guesses = {
      {{"--device", "gpu"}, "cuda"},        {{"--device", "CUDA"}, "cuda"},
      {{"--channels", "grey"}, "gray"},     {{"--channels", "Grayscale"}, "gray"},
      {{"--channels", "colour"}, "rgb"},    {{"--precision", "fp16"}, "bf16"},
      {{"--precision", "float32"}, "fp32"}, {{"--fit", "corp"}, "crop"},
      {{"--norm-d", "BatchNorm"}, "batch"}, {{"--latent-distribution", "gaussian"}, "normal"},
      {{"--loss", "wgan"}, "wgan-gp"},      {{"--loss", "r3gan"}, "relativistic"}};
  for (const auto& [option, ours] : guesses) {
    const Thrown thrown = dcgan.refusal({"train", data, option[0], option[1]});
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.hint, "did you mean " + ours + "?") << option[1];
    EXPECT_CONTAINS(thrown.hint, "allowed: ") << option[1];
  }
  EXPECT_FALSE(contains(dcgan.refusal({"train", data, "--channels", "ultraviolet"}).hint, "did you mean"));
  const Thrown fid = dcgan.refusal({"train", data, "--fid"});
  EXPECT_CONTAINS(fid.hint, "dcgan eval");
  EXPECT_FALSE(contains(fid.hint, "--fit"));
}

TEST(Guesses, ASizeThatNoMemoryHoldsIsRefusedBeforeAPictureIsRead) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 3);
  const Thrown thrown = dcgan.refusal(
      {"train", dcgan.at("photos"), "--size", "7168", "--base-channels", "1024", "--run", dcgan.at("run")});
  EXPECT_TRUE(refused(thrown, 1, "not even two images fit"));
  EXPECT_FALSE(fs::exists(dcgan.at("cache"))) << "pictures were decoded";
  EXPECT_FALSE(fs::exists(dcgan.at("run")));
}

TEST(Guesses, TheEndsOfAWayAreToldToBeOptions) {
  Program dcgan;
  EXPECT_CONTAINS(dcgan.refusal({"interpolate", "model", "3", "17"}).hint, "--from 3 --to 17");
}

TEST(Guesses, AFileThatIsNoPictureIsNotReplacedByOne) {
  Program dcgan;
  const std::string foreign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth";
  ASSERT_EQ(dcgan.call({"import", foreign, "--out", dcgan.at("m.ckpt")}), 0);
  for (const std::string name : {"a.png", "a.gif", "a.npy", "a.mp4"}) {
    write_text(dcgan.at(name), "my diary");
    const std::string verb = name == "a.png" || name == "a.npy" ? "sample" : "interpolate";
    const Thrown thrown = dcgan.refusal(
        verb == "sample" ? std::vector<std::string>{verb, dcgan.at("m.ckpt"), "--out", dcgan.at(name)}
                         : std::vector<std::string>{verb, dcgan.at("m.ckpt"), "--walk", "--out", dcgan.at(name)});
    EXPECT_TRUE(refused(thrown, 2, "exists, and is not a " + name.substr(1) + " file")) << name;
    EXPECT_EQ(read_text(dcgan.at(name)), "my diary");
  }
  fs::create_directories(dcgan.at("folder.png"));
  EXPECT_TRUE(
      refused(dcgan.refusal({"sample", dcgan.at("m.ckpt"), "--out", dcgan.at("folder.png")}), 2, "is a folder"));
  write_text(dcgan.at("empty.png"), "");
  write_text(dcgan.at("old.png"), encode_png(made_picture(8, 3, 1)));
  for (const char* name : {"empty.png", "old.png", "new.png"})
    EXPECT_EQ(dcgan.call({"sample", dcgan.at("m.ckpt"), "--count", "1", "--out", dcgan.at(name)}), 0) << name;
}

TEST(Guesses, ARunOfThisFolderHasTheFoldersName) {
  Program dcgan;
  make_pictures(dcgan.at("my photos/inner"), 3);
  for (const auto& [where, data, expected] :
       {std::tuple("my photos", ".", "00000-my-photos"), {"my photos/inner", "..", "00000-my-photos"}}) {
    const Finished end = run(dcgan.command({"train", data, "--size", "16", "--base-channels", "4", "--batch", "2",
                                            "--images", "4", "--threads", "1", "--eval-every", "0"}),
                             [&, where = where] { ASSERT_EQ(::chdir(dcgan.at(where).c_str()), 0); });
    ASSERT_EXIT_CODE(end, 0);
    EXPECT_TRUE(fs::exists(dcgan.at(where) + "/runs/" + expected + "/config.json")) << end.out;
  }
}

TEST(Guesses, WhatIsSaidToComeNextAfterARunWorks) {
  Program dcgan;
  for (const int pictures : {1, 2, 6}) {
    make_pictures(dcgan.at("photos"), pictures);
    fs::remove_all(dcgan.at("run"));
    const Finished end =
        dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--eval-every", "0", "--checkpoint-every", "8"}));
    ASSERT_EXIT_CODE(end, 0);
    EXPECT_EQ(contains(end.out, "dcgan eval "), pictures > 1) << pictures << end.out;
    if (pictures > 1) {
      EXPECT_EXIT_CODE(dcgan({"eval", dcgan.at("run"), "--samples", "16", "--threads", "1"}), 0) << pictures;
    }
    EXPECT_CONTAINS(end.out, "dcgan train --resume " + dcgan.at("run"));
  }
}

TEST(Guesses, EvaluationsOfFewImagesSayThatCoverageCannotBeHigh) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 600);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--eval-every", "0"})), 0);
  const auto coverage_of = [&](const char* samples) {
    const std::string text =
        dcgan({"eval", dcgan.at("run"), "--samples", samples, "--threads", "1", "--features", "random-a"}).out;
    const size_t at = text.find("\ncoverage");
    return at == std::string::npos ? text : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  };
  EXPECT_CONTAINS(coverage_of("128"), "at most about 0.62");
  EXPECT_FALSE(contains(coverage_of("1000"), "at most"));
}

TEST(Guesses, WordsAfterAnOptionAreNoVerbsAndAnotherVerbsOptionIsNotOffered) {
  const Program dcgan;
  EXPECT_FALSE(contains(dcgan.refusal({"train", "photos", "--time", "30", "min"}).hint, "man"));
  EXPECT_CONTAINS(dcgan.refusal({"train", "photos", "-n", "3"}).hint, "other verbs have --count");
  EXPECT_CONTAINS(dcgan.refusal({"sample", "run", "-n", "3"}).hint, "here it is --count");
  EXPECT_CONTAINS(dcgan.refusal({"train", "photos", "-o", "x"}).hint, "--run DIR");
}

TEST(Guesses, ACheckpointThatIsGoneIsToldItsRun) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 6);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--eval-every", "0"})), 0);
  for (const char* file : {"/checkpoints/000000008.ckpt", "/checkpoints/000000016.ckpt"})
    EXPECT_CONTAINS(dcgan.refusal({"train", "--resume", dcgan.at("run") + file}).hint,
                    "dcgan train --resume " + dcgan.at("run") + "`");
}

// Whatever a verb writes: a file of another kind under that name was meant for something else.
TEST(Guesses, NothingIsWrittenOverAFileOfAnotherKind) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 6);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--eval-every", "0"})), 0);
  const std::string run = dcgan.at("run");
  ASSERT_EXIT_CODE(dcgan({"export", run, "--out", dcgan.at("netG.pth"), "--format", "state-dict"}), 0);
  const std::vector<std::pair<std::string, std::vector<std::string>>> verbs = {
      {"a.png", {"sample", run}},
      {"a.npy", {"sample", run}},
      {"a.pt", {"export", run}},
      {"a.onnx", {"export", run}},
      {"a.pth", {"export", run}},
      {"a.safetensors", {"export", run}},
      {"a.html", {"report", run}},
      {"a.gif", {"interpolate", run, "--from", "0", "--to", "1"}},
      {"a.ckpt", {"import", dcgan.at("netG.pth")}}};
  for (auto [name, words] : verbs) {
    const std::string out = dcgan.at(name);
    words.insert(words.end(), {"--out", out});
    write_text(out, "what somebody wrote down");
    EXPECT_TRUE(refused(dcgan.refusal(words), 2, "stays as it is")) << name;
    EXPECT_TRUE(read_text(out) == "what somebody wrote down") << name;
    fs::remove(out);
    for (int time = 0; time < 2; ++time) EXPECT_EXIT_CODE(dcgan(words), 0) << name << ", again over its own";
  }
}

TEST(Guesses, ADamagedPictureIsNotCalledAPictureByInspect) {
  Program dcgan;
  const std::string whole = encode_png(made_picture(32, 3, 1));
  write_text(dcgan.at("broken.png"), whole.substr(0, whole.size() / 2));
  EXPECT_TRUE(refused(dcgan.refusal({"inspect", dcgan.at("broken.png")}), 1, "broken.png"));
}

TEST(Guesses, HelpOfEveryVerbIsAsWideAsTheTerminal) {
  const auto verbs = all_verbs();
  for (const size_t columns : {60, 80, 110}) {
    std::vector<std::string> texts = {program_help(verbs, columns)};
    for (const auto& one : listed(verbs))
      for (const bool shows_all : {false, true}) texts.push_back(verb_help(one, columns, shows_all));
    for (const auto& text : texts)
      for (size_t from = 0, end; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
        const std::string line = text.substr(from, end - from);
        const auto width = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
        EXPECT_LE(width, static_cast<int64_t>(columns)) << line;
      }
  }
}

}  // namespace
}  // namespace dcgan::test
