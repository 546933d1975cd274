// `dcgan export` to ONNX, and what the other commands say of such files.
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Onnx : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(dcgan_.call({"import", kForeign + "netG.pth", "--out", at("model.ckpt")}), 0);
    ASSERT_EQ(dcgan_.call({"export", at("model.ckpt"), "--out", at("generator.onnx")}), 0);
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  Json inspected(const std::string& path) const {
    const Finished told = dcgan_({"inspect", path, "--json"});
    EXPECT_EQ(told.code, 0) << told.err;
    return Json::parse(told.out);
  }
  void expect_refusal(const std::vector<std::string>& words, int code, const std::string& what) const {
    const Thrown thrown = dcgan_.refusal(words);
    EXPECT_EQ(thrown.exit_code, code) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_FALSE(thrown.hint.empty());
    EXPECT_FALSE(std::filesystem::exists(at("x"))) << "a refused command wrote something";
  }

  const std::string kForeign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/";
  Program dcgan_;
};

TEST_F(Onnx, IsChosenByItsEndingOrByName) {
  ASSERT_EQ(dcgan_.call({"export", at("model.ckpt"), "--out", at("named.model"), "--format", "onnx"}), 0);
  EXPECT_TRUE(read_text(at("named.model")) == read_text(at("generator.onnx")));
  EXPECT_EQ(inspected(at("named.model"))["kind"], "exported generator, ONNX");
}

TEST_F(Onnx, IsInspectedWithHowToUseIt) {
  const Json told = inspected(at("generator.onnx"));
  EXPECT_EQ(told["kind"], "exported generator, ONNX");
  EXPECT_EQ(told["latent"], 5);
  EXPECT_EQ(told["inputs"]["z"], "float32 [N, 5], drawn from N(0, 1)");
  EXPECT_EQ(told["outputs"]["image"], "[N, 3, 64, 64]");
  EXPECT_TRUE(told["generator"]["tensors"].contains("conv0.weight"));
  EXPECT_CONTAINS(told["use"][0].get<std::string>(), "numpy.random.randn(1, 5)");
}

TEST_F(Onnx, OfAnotherProgramIsInspectedAsThat) {
  const Json told = inspected(kForeign + "linear.onnx");
  EXPECT_EQ(told["kind"], "an ONNX model, none that dcgan exported");
  EXPECT_EQ(told["inputs"], (Json{{"input", "[?, 2]"}}));
  EXPECT_EQ(told["outputs"], (Json{{"output", "[batch, 3]"}}));
  EXPECT_TRUE(told["use"].empty());
}

TEST_F(Onnx, CutOffIsRefusedByInspect) {
  const std::string bytes = read_text(at("generator.onnx"));
  write_text(at("cut.onnx"), bytes.substr(0, bytes.size() / 2));
  expect_refusal({"inspect", at("cut.onnx")}, 1, "is not an ONNX model, or is cut off or damaged");
}

TEST_F(Onnx, HoldsTheGeneratorAlone) {
  expect_refusal({"export", at("model.ckpt"), "--out", at("x"), "--format", "onnx", "--network", "discriminator"}, 2,
                 "--network discriminator and --format onnx conflict");
}

TEST_F(Onnx, IsNoModelOfOtherCommands) {
  const std::string what = "is an ONNX model, which dcgan writes and does not run";
  expect_refusal({"sample", at("generator.onnx"), "--out", at("x")}, 2, what);
  expect_refusal({"export", at("generator.onnx"), "--out", at("x"), "--format", "torchscript"}, 2, what);
  make_pictures(at("photos"), 4);
  expect_refusal({"eval", at("generator.onnx"), "--data", at("photos")}, 2, what);
  expect_refusal({"train", at("photos"), "--init-from", at("generator.onnx"), "--run", at("x")}, 2, what);
}

}  // namespace
}  // namespace dcgan::test
