// `dcgan eval`: figures of a model, of its export, and of pictures that another program made.
#include <torch/script.h>

#include <algorithm>
#include <set>

#include "eval/figures.hpp"
#include "image/decode.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// Wide pictures, and one small run on them that squeezed them.
class Eval : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    program_ = new Program;
    std::filesystem::create_directories(at("photos"));
    for (int i = 0; i < 12; ++i)
      write_text(at("photos") + "/" + std::to_string(100 + i) + ".png",
                 encode_png(drawn(32, 16, 3, [i](int64_t x, int64_t y, int64_t c) {
                   return static_cast<int>((x * (i + 1) + 9 * y * (c + 1) + 40 * i) % 256);
                 })));
    ASSERT_EXIT_CODE((*program_)(program_->small_train("photos", "run", {"--images", "80", "--fit", "stretch"})), 0);
  }
  static void TearDownTestSuite() { delete program_; }
  static std::string at(const std::string& name) { return program_->at(name); }
  static Thrown refusal(const std::vector<std::string>& words) { return program_->refusal(words); }
  /// What it prints with --json.
  static Json evaluated(std::vector<std::string> words) {
    words.insert(words.begin(), "eval");
    if (std::find(words.begin(), words.end(), "--features") == words.end())
      words.insert(words.end(), {"--features", "random-a"});
    words.insert(words.end(), {"--json", "--threads", "1"});
    const Finished finished = (*program_)(words);
    EXPECT_EXIT_CODE(finished, 0);
    return finished.code == 0 ? Json::parse(finished.out) : Json();
  }
  static Program* program_;
};
Program* Eval::program_ = nullptr;

TEST_F(Eval, OfARunAndOfItsExportGivesTheSameFiguresAgainAndAgain) {
  const Json first = evaluated({at("run"), "--data", at("photos"), "--samples", "20"});
  EXPECT_EQ(first["model"]["kind"], "generator");
  EXPECT_EQ(first["generated"], 20);
  EXPECT_EQ(first["real"]["used"], 12);
  for (const char* name : {"kid_random_a", "fid_random_a", "diversity_random_a", "memorised_random_a"}) {
    EXPECT_TRUE(first["figures"][name]["value"].is_number()) << name;
    EXPECT_TRUE(first["figures"][name]["real_against_real"].is_number()) << name;
  }
  const Json again = evaluated({at("run"), "--data", at("photos"), "--samples", "20"});
  EXPECT_EQ(again, first) << "with the real side from the cache";
  const Json exported = evaluated({at("run/generator.pt"), "--data", at("photos"), "--samples", "20"});
  EXPECT_NEAR(exported["figures"]["kid_random_a"]["value"].get<double>(),
              first["figures"]["kid_random_a"]["value"].get<double>(), 1e-3);
}

TEST_F(Eval, CutsRealPicturesAsTheRunDidOfItsExportToo) {
  const auto identity = [&](const std::vector<std::string>& more, const std::string& model = "run") {
    std::vector<std::string> words = {at(model), "--data", at("photos"), "--samples", "4"};
    words.insert(words.end(), more.begin(), more.end());
    return evaluated(words)["figures"]["fid_random_a"]["real_against_real"].get<double>();
  };
  EXPECT_EQ(identity({}), identity({"--fit", "stretch"}));
  EXPECT_NE(identity({}), identity({"--fit", "crop"}));
  EXPECT_EQ(identity({}, "run/generator.pt"), identity({}));
  EXPECT_EQ(identity({"--fit", "crop"}, "run/generator.pt"), identity({"--fit", "crop"}));
}

TEST_F(Eval, OfPicturesThatAreCopiesSaysSoAndShowsThem) {
  const Json found = evaluated({at("photos"), "--data", at("photos"), "--size", "16", "--out", at("pairs.png")});
  EXPECT_EQ(found["model"]["kind"], "pictures");
  EXPECT_EQ(found["generated"], 12);
  EXPECT_EQ(found["figures"]["memorised_random_a"]["value"], 1);
  EXPECT_LT(found["figures"]["memorised_random_a"]["real_against_real"].get<double>(), 1);
  EXPECT_EQ(found["closest_pairs"].size(), 12u);
  const Image sheet = decoded(read_text(at("pairs.png")));
  EXPECT_GT(sheet.height, 6 * 16);
}

TEST_F(Eval, PrintsATableWithTheFloorBesideEveryFigure) {
  const Finished finished = (*program_)(
      {"eval", at("photos"), "--data", at("photos"), "--size", "16", "--threads", "1", "--features", "random-a"});
  ASSERT_EXIT_CODE(finished, 0);
  for (const char* text : {"kid_random_a", "diversity_random_a", "real", "blurred", "noise", "one picture",
                           "their mean", "random-a, 352 of them", "12 of 12 real", "random-a knows no things"})
    EXPECT_CONTAINS(finished.out, text);
}

TEST_F(Eval, ByTheTrainedNetworkSaysInWordsWhatItFound) {
  if (!fs::exists(fs::path(DCGAN_TEST_PROGRAM).parent_path() / "share/dcgan/efficientnet-lite1.safetensors"))
    GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
  make_pictures(at("many"), kEnoughForShares);
  const Finished finished = (*program_)({"eval", at("many"), "--data", at("many"), "--size", "16", "--threads", "1"});
  ASSERT_EXIT_CODE(finished, 0);
  EXPECT_CONTAINS(finished.out, "covers 100 % of what your pictures show (real ones: ");
  EXPECT_CONTAINS(finished.out, "100 % of its images could be yours");
  EXPECT_CONTAINS(finished.out, "100 % are copies of yours");
  EXPECT_CONTAINS(finished.out, "; they look like copies.");
}

TEST_F(Eval, OfTooFewImagesLeavesOutFiguresAndSaysHowManyTheyNeed) {
  const Finished finished = (*program_)(
      {"eval", at("run"), "--data", at("photos"), "--samples", "3", "--threads", "1", "--features", "random-a"});
  ASSERT_EXIT_CODE(finished, 0);
  EXPECT_CONTAINS(
      finished.out,
      "left out: kid, fid need 4; precision, recall, density, coverage, kinds, fitting need 128 images on each side");
  EXPECT_EQ(finished.out.find("nan"), std::string::npos);
  EXPECT_EQ(finished.out.find("kid_random_a"), std::string::npos);
}

TEST_F(Eval, UsesSomeOfManyRealPicturesAndSaysSo) {
  const Finished finished = (*program_)({"eval", at("photos"), "--data", at("photos"), "--size", "16", "--real", "8",
                                         "--features", "random-b", "--threads", "1"});
  ASSERT_EXIT_CODE(finished, 0);
  EXPECT_SAYS(finished, "8 of 12 real pictures are used");
  EXPECT_CONTAINS(finished.out, "kid_random_b");
}

TEST_F(Eval, OfARunTakesItsOwnPicturesUnlessOthersAreNamed) {
  const std::vector<std::string> few = {"--samples", "16", "--real", "8", "--threads", "1", "--json"};
  const auto found = [&](std::vector<std::string> words) {
    words.insert(words.end(), few.begin(), few.end());
    const Finished end = (*program_)(words);
    EXPECT_EXIT_CODE(end, 0);
    return Json::parse(end.out);
  };
  EXPECT_EQ(found({"eval", at("run")}), found({"eval", at("run"), "--data", at("photos")}));
}

TEST_F(Eval, SaysHowPicturesWereResizedAndThatDecidesTheFigures) {
  torch::jit::Module module("Features");
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n    return torch.adaptive_avg_pool2d(x, [3, 3]).flatten(1)\n");
  module.save(at("features.pt"));
  const auto found = [](const std::string& resize) {
    return evaluated({at("run"), "--data", at("photos"), "--samples", "20", "--features", at("features.pt"),
                      "--run-code", "--resize", resize});
  };
  const std::pair<const char*, const char*> said[] = {
      {"auto", "none: the network takes images as they are"},
      {"none", "none: the network takes images as they are"},
      {"24", "antialiased bilinear to 24x24"},
      {"torch-fidelity", "bilinear as TensorFlow 1's to 299x299 (torch-fidelity)"},
      {"clean-fid", "antialiased bicubic to 299x299 (clean-fid)"}};
  std::set<double> values;
  for (const auto& [resize, text] : said) {
    const Json json = found(resize);
    EXPECT_EQ(json["features"]["resize"], text);
    EXPECT_EQ(json["figures"]["kid_file"]["resize"], text);
    values.insert(json["figures"]["kid_file"]["value"].get<double>());
  }
  EXPECT_EQ(values.size(), 4u) << "auto is none here; all others differ, also after each other from the cache";
}

TEST_F(Eval, RefusesWhatCannotBeCompared) {
  std::filesystem::create_directories(at("one"));
  std::filesystem::copy_file(at("photos") + "/100.png", at("one") + "/100.png");
  write_text(at("weights.pth"), "no TorchScript");
  const auto photos = at("photos");
  EXPECT_TRUE(refused(refusal({"eval", at("run") + "/generator.pt"}), kUsedWrongly, "--data is missing"));
  EXPECT_TRUE(refused(refusal({"eval", at("nothing"), "--data", photos}), kUsedWrongly, "nothing"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--size", "32"}), kUsedWrongly,
                      "the model makes images of 16"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--channels", "gray"}), kUsedWrongly,
                      "the model makes images of 3 channels"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--features", "inception"}), kUsedWrongly,
                      "the feature network is 'inception'"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--features", at("weights.pth")}), kFailed,
                      "weights.pth' is not a TorchScript"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--samples", "1"}), kUsedWrongly, "--samples"));
  for (const char* own : {"random-a", "random-b"})
    EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--features", own, "--resize", "clean-fid"}),
                        kUsedWrongly, "--resize clean-fid is for networks in files"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--features", "trained", "--resize", "clean-fid"}),
                      kUsedWrongly, "give the side of the images"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", at("nowhere"), "--resize", "bicubic"}), kUsedWrongly,
                      "--resize is 'bicubic'"));
  EXPECT_TRUE(
      refused(refusal({"eval", photos, "--data", photos, "--samples", "13"}), kUsedWrongly, "holds 12 pictures"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", at("one")}), kFailed, "the data has 1 image"));
  EXPECT_TRUE(refused(refusal({"eval", at("one"), "--data", photos}), kFailed, "1 generated image"));
  EXPECT_TRUE(refused(refusal({"eval", at("run"), "--data", photos, "--out", "pairs.jpg"}), kUsedWrongly,
                      "only PNG is written"));
}

}  // namespace
}  // namespace dcgan::test
