// experiments/inception.py's file is the network that papers measure FID by, and dcgan computes what Python does.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "eval/features.hpp"
#include "eval/golden.hpp"
#include "support/process.hpp"

namespace dcgan::test {
namespace {

class Inception : public ::testing::Test {
 protected:
  /// Both sides of every test here: Python takes some seconds.
  static void SetUpTestSuite() {
    if (std::string(DCGAN_TEST_READERS_PYTHON).empty()) return;
    place_ = new TemporaryFolder;
    ::setenv("XDG_STATE_HOME", (*place_ / "state").c_str(), 1);
    const auto [said, status] =
        output_of("OMP_WAIT_POLICY=passive PYTHONDONTWRITEBYTECODE=1 '" DCGAN_TEST_READERS_PYTHON
                  "' '" DCGAN_TEST_SOURCE "/read_inception.py' '" DCGAN_TEST_REPOSITORY "' '" +
                  (*place_ / "").string() + "' 2>&1");
    ASSERT_EQ(status, 0) << said;
    answers_ = new Json(parse_json(read_text(*place_ / "answers.json"), "answers.json"));
  }
  static void TearDownTestSuite() {
    delete place_;
    delete answers_;
  }
  void SetUp() override {
    if (!answers_) GTEST_SKIP() << "no Python with what third_party/readers.txt names";
  }
  static std::unique_ptr<FeatureNetwork> open(const std::string& file, Size size, const std::string& resize = "auto") {
    return features_named({(*place_ / file).string(), resize, /*run_code=*/true}, size);
  }
  static void expect_python_says(const std::string& name, const at::Tensor& ours) {
    for (int64_t n = 0; n < 2; ++n) {
      const auto theirs = at::tensor((*answers_)[name][static_cast<size_t>(n)].get<std::vector<double>>());
      ASSERT_EQ(ours.size(1), theirs.size(0));
      EXPECT_LT((ours[n].to(at::kDouble) - theirs).abs().max().item<double>(), 1e-3) << name;
      EXPECT_GT(theirs.mean().item<double>(), 0.1) << name << ": features died";
    }
    EXPECT_GT((ours[0] - ours[1]).abs().mean().item<double>(), 0.01) << name << ": two pictures look the same";
  }

  static inline TemporaryFolder* place_ = nullptr;
  static inline Json* answers_ = nullptr;
};

TEST_F(Inception, GivesWhatAForwardPassInPythonGivesAfterEitherProgramsResizing) {
  const auto pictures = two_pictures(70, 40);
  const auto own = open("random.pt", {70, 40});
  EXPECT_EQ(own->info().family, "inception");
  EXPECT_EQ(own->info().features, 2048);
  EXPECT_EQ(own->info().resize, resizing_named("torch-fidelity")->text()) << "the file says so";
  expect_python_says("torch-fidelity", (*own)(pictures));
  const auto clean = open("random.pt", {70, 40}, "clean-fid");
  EXPECT_EQ(clean->info().resize, resizing_named("clean-fid")->text());
  expect_python_says("clean-fid", (*clean)(pictures));
}

TEST_F(Inception, OfAFileOfWeightsHasThemAndScalesLevelsAsTheProgramItIsMadeAfter) {
  const auto centred = open("loaded.pt", {299, 299});
  EXPECT_EQ(centred->info().resize, resizing_named("pytorch-fid")->text());
  expect_python_says("pytorch-fid", (*centred)(two_pictures(299, 299)));
}

TEST_F(Inception, RefusesImagesOfOtherSizesThanItsOwnWithAReason) {
  const auto thrown = thrown_by([] { open("random.pt", {70, 40}, "none"); });
  EXPECT_CONTAINS(thrown.what, "fails on images [N, 3, 40, 70]");
  EXPECT_CONTAINS(thrown.what, "299 x 299 pixels");
}

TEST_F(Inception, IsMadeOfNothingButItsOwnWeights) {
  const Json& refused = (*answers_)["refused"];
  EXPECT_EQ((*answers_)["has_written"], false);
  const auto said = [&](const char* name) { return refused[name].get<std::string>(); };
  EXPECT_CONTAINS(said("without"), "'Mixed_6c.branch7x7_2.conv.weight' is missing");
  EXPECT_CONTAINS(said("torchvision"), "'AuxLogits.fc.bias' is none of it");
  EXPECT_CONTAINS(said("torchvision"), "'fc.weight' is [1000, 2048], not [1008, 2048]");
  EXPECT_CONTAINS(said("damaged"), "NaN");
  EXPECT_CONTAINS(said("list"), "holds no weights by name");
  EXPECT_CONTAINS(said("text"), "is no file of weights");
  EXPECT_CONTAINS(said("missing"), "No such file");
  for (const auto& [name, json] : refused.items()) {
    const auto text = json.get<std::string>();
    EXPECT_CONTAINS(text, "error: ");
    EXPECT_CONTAINS(text, name + ".pth'");
    EXPECT_FALSE(contains(text, "\n")) << name;
  }
}

}  // namespace
}  // namespace dcgan::test
