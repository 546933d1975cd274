// Exported models in place of the run that they were exported of: every verb that takes a model reads them.
#include <torch/script.h>

#include "checkpoint/archive.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test::exported_models {
namespace {

/// A conditional run, its exports, and pictures of its classes.
class ExportedModels : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<Program>();
    for (const char* kind : {"dark", "light"}) {
      make_pictures(shared_->at(std::string("photos/") + kind), 6);
      make_pictures(shared_->at(std::string("others/") + kind), 4);
    }
    ASSERT_EXIT_CODE(
        (*shared_)(shared_->small_train("photos", "run", {"--images", "64", "--conditional", "--eval-every", "0"})), 0);
    for (const char* out : {"m.safetensors", "g.pt"})
      ASSERT_EQ(shared_->call({"export", at("run"), "--out", at(out)}), 0);
    ASSERT_EQ(shared_->call({"export", at("run"), "--out", at("h.safetensors"), "--weights", "float16"}), 0);
  }
  static void TearDownTestSuite() { shared_.reset(); }

  static std::string at(const std::string& name) { return shared_->at(name); }
  /// What the command writes to --out, with MODEL in its second place.
  static std::string made(std::vector<std::string> words, const std::string& model, const std::string& ending) {
    words.insert(words.begin() + 1, at(model));
    const std::string out = at("made" + ending);
    words.insert(words.end(), {"--out", out});
    EXPECT_EQ(shared_->call(words), 0) << words[0] << " " << model;
    const std::string bytes = read_text(out);
    fs::remove(out);
    return bytes;
  }
  static void expect_refusal(const std::vector<std::string>& words, int code, const std::string& what,
                             const std::string& hint) {
    const Thrown thrown = shared_->refusal(words);
    EXPECT_EQ(thrown.exit_code, code) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, hint);
  }

  static std::unique_ptr<Program> shared_;
};
std::unique_ptr<Program> ExportedModels::shared_;

TEST_F(ExportedModels, OfBothNetworksGiveEveryVerbWhatTheRunGivesIt) {
  const std::string photos = at("photos"), picture = at("photos/dark/picture100.png");
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands = {
      {{"sample", "--count", "6", "--class", "light"}, ".png"},
      {{"sample", "--count", "6", "--no-ema"}, ".npy"},
      {{"sample", "--count", "4", "--best-of", "2"}, ".npy"},
      {{"interpolate", "--from", "1", "--to", "2"}, ".png"},
      {{"arithmetic", "1 - 2 + 3"}, ".png"},
      {{"invert", picture, "--steps", "3"}, ".png"},
      {{"neighbours", "--data", photos, "--count", "2"}, ".png"},
      {{"score", "--data", photos}, ".csv"},
      {{"features", "--data", photos}, ".npy"},
      {{"export"}, ".pt"},
      {{"export", "--network", "discriminator"}, ".pt"},
      {{"export"}, ".onnx"},
      {{"export"}, ".safetensors"}};
  for (const auto& [words, ending] : commands)
    EXPECT_TRUE(made(words, "run", ending) == made(words, "m.safetensors", ending)) << words[0] << ending;
}

TEST_F(ExportedModels, AreMeasuredAndProbedAsModels) {
  for (const char* model : {"m.safetensors", "h.safetensors"}) {
    EXPECT_EQ(shared_->call({"eval", at(model), "--data", at("photos"), "--samples", "8", "--features", "random-a"}),
              0);
    EXPECT_EQ(shared_->call({"probe", at(model), "--data", at("photos"), "--test", at("others"), "--labels", "4",
                             "--draws", "2"}),
              0);
    EXPECT_EQ(shared_->call({"synthesize", at(model), "--data", at("photos"), "--per-class", "2", "--out",
                             at(std::string("made of ") + model)}),
              0);
    const Finished told = (*shared_)({"inspect", at(model), "--json"});
    ASSERT_EXIT_CODE(told, 0);
    const Json found = Json::parse(told.out);
    EXPECT_EQ(found["kind"], "exported model");
    EXPECT_EQ(found["images"], 64);
    EXPECT_EQ(found["network"]["class_names"], Json({"dark", "light"}));
    EXPECT_GT(found["discriminator"]["parameters"], 100);
  }
}

TEST_F(ExportedModels, OfAGeneratorBecomeEveryOtherFormat) {
  const std::string array = made({"sample", "--count", "4"}, "g.pt", ".npy");
  for (const auto& words : std::vector<std::vector<std::string>>{{"export"}, {"export", "--freeze"}}) {
    write_text(at("again.pt"), made(words, "g.pt", ".pt"));
    EXPECT_TRUE(made({"sample", "--count", "4"}, "again.pt", ".npy") == array);
  }
  EXPECT_TRUE(made({"export"}, "g.pt", ".onnx") == made({"export"}, "run", ".onnx"));
  write_text(at("g.safetensors"), made({"export"}, "g.pt", ".safetensors"));
  EXPECT_EQ(made({"sample", "--count", "4"}, "g.safetensors", ".npy").size(), array.size());
  made({"invert", at("photos/dark/picture100.png"), "--steps", "2"}, "g.pt", ".png");
  expect_refusal({"export", at("g.pt"), "--out", at("x.pt"), "--network", "discriminator"}, 2, "holds no discriminator",
                 "safetensors of both");
  expect_refusal({"export", at("g.pt"), "--out", at("x.pth")}, 2, "no generator of these layers", "safetensors");
  expect_refusal({"export", at("g.pt"), "--out", at("x.pt"), "--no-ema"}, 2, "the moving average only", "export with");
  expect_refusal({"export", at("h.safetensors"), "--out", at("x.pt"), "--no-ema"}, 2, "the moving average only",
                 "export with");
}

TEST_F(ExportedModels, OfTheExamplesGeneratorGiveItsStateDictBack) {
  const std::string foreign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth";
  ASSERT_EQ(shared_->call({"import", foreign, "--out", at("example.ckpt")}), 0);
  ASSERT_EQ(shared_->call({"export", at("example.ckpt"), "--out", at("example.pt")}), 0);
  ASSERT_EQ(shared_->call({"export", at("example.pt"), "--out", at("again.pth")}), 0);
  ASSERT_EQ(shared_->call({"import", at("again.pth"), "--out", at("again.ckpt")}), 0);
  const auto expected = ArchiveReader(at("example.ckpt")).read_all("generator.");
  const auto got = ArchiveReader(at("again.ckpt")).read_all("generator.");
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i].first.ends_with("num_batches_tracked")) continue;  // an export keeps no counters
    EXPECT_TRUE(same_bits(got[i].second, expected[i].second)) << got[i].first;
  }
}

TEST_F(ExportedModels, OfAnotherProgramAreRefusedWhereverNetworksAreNeededEvenWhenItMayRun) {
  torch::jit::Module module("Anything");
  module.define("def forward(self, z: Tensor) -> Tensor:\n    return z\n");
  torch::jit::ExtraFilesMap ours = {{"dcgan.json", ""}};
  module.save(at("foreign.pt"));
  torch::jit::load(at("g.pt"), at::kCPU, ours);
  Json metadata = Json::parse(ours["dcgan.json"]);
  metadata.erase("sha256");
  ours["dcgan.json"] = metadata.dump();
  module.save(at("pretends.pt"), ours);
  for (const char* more : {"--ema", "--run-code"}) {
    std::vector<std::string> words = {"export", at("foreign.pt"), "--out", at("x.onnx"), more};
    if (more == std::string("--ema")) words.pop_back();
    expect_refusal(words, 1, "not a generator that dcgan exported", "somebody else's program");
    words[1] = at("pretends.pt");
    expect_refusal(words, 2, "is a program of another, and this needs the network itself", "what `dcgan export` wrote");
    EXPECT_FALSE(fs::exists(at("x.onnx")));
  }
  expect_refusal({"train", at("photos"), "--init-from", at("pretends.pt"), "--run", at("x")}, 2,
                 "is a program of another", "a checkpoint");
}

}  // namespace
}  // namespace dcgan::test::exported_models
