// Feature networks in files of all kinds, on pictures of all kinds: figures that mean something, or one error that says
// why not.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "eval/features.hpp"
#include "golden.hpp"
#include "image/sheet.hpp"

namespace dcgan::test {
namespace {

constexpr char kReturns[] = "def forward(self, x: Tensor, return_features: bool = False) -> Tensor:\n";
constexpr char kTakes[] = "def forward(self, x: Tensor) -> Tensor:\n";
/// As NVIDIA's Inception begins.
constexpr char kAsTensorFlow[] =
    "    x = torch.upsample_bilinear2d(torch.replication_pad2d(x, [0, 1, 0, 1]), [300, 300], True)\n"
    "    x = x[:, :, :299, :299]\n";
/// 2,048 features that know where they come from.
constexpr char kPooled[] = "    return torch.adaptive_avg_pool2d(x, [27, 27]).flatten(1)[:, :2048]\n";
constexpr char kPlain[] = "    return torch.cat([x.mean([2, 3]), x.square().mean([2, 3]).sqrt()], 1)\n";

/// Takes images of this side alone.
std::string of_side(const std::string& side) {
  return std::string(kTakes) + "    return x.reshape([x.size(0), 3, " + side + " * " + side + "]).mean(2)\n";
}

class FeatureFiles : public ::testing::Test {
 protected:
  FeatureFiles() { ::setenv("XDG_STATE_HOME", (place_ / "state").c_str(), 1); }
  std::string file(const std::string& source, const std::string& resize = "") const {
    torch::jit::Module module("Features");
    module.register_attribute("training", c10::BoolType::get(), false);
    if (!resize.empty()) module.register_attribute("dcgan_resize", c10::StringType::get(), resize);
    module.define(source);
    module.save((place_ / "features.pt").string());
    return (place_ / "features.pt").string();
  }
  static std::unique_ptr<FeatureNetwork> open(const std::string& path, Size size, const std::string& resize = "auto") {
    return features_named({path, resize, /*run_code=*/true}, size);
  }
  TemporaryFolder place_;
};

/// 0: what the picture has in all its channels; else in this one alone.
Image picture(int64_t width, int64_t height, int64_t channels) {
  return drawn(width, height, channels, [](int64_t x, int64_t y, int64_t c) {
    return c == 3 ? 255 : static_cast<int>((x * x * 5 + y * 11 + x * y) % 256);
  });
}

TEST_F(FeatureFiles, TakePicturesOfAnyKindByEveryResizeThatSuitsThem) {
  struct Network {
    const char* what;
    std::string source;
    std::vector<std::string> suits;  // of resizes
  };
  const Network networks[] = {
      {"of any size",
       std::string(kTakes) + kPlain,
       {"auto", "none", "32", "299", "torch-fidelity", "clean-fid", "pytorch-fid"}},
      {"of 32", of_side("32"), {"32"}},
      {"of 299", of_side("299"), {"auto", "299", "torch-fidelity", "clean-fid", "pytorch-fid"}}};
  for (const Network& network : networks) {
    const std::string path = file(network.source);
    for (const Size size : {Size{24, 16}, Size{40, 40}})
      for (const auto& resize : networks[0].suits) {
        SCOPED_TRACE(network.what + (", " + resize + ", " + to_text(size)));
        if (std::find(network.suits.begin(), network.suits.end(), resize) == network.suits.end()) {
          const auto thrown = thrown_by([&] { open(path, size, resize); });
          EXPECT_CONTAINS(thrown.what, "features.pt' fails on images [N, 3, ");
          EXPECT_CONTAINS(thrown.hint, "--resize SIDE");
          continue;
        }
        const auto opened = open(path, size, resize);
        const auto of = [&](int64_t channels) {
          return (*opened)(stacked({picture(size.width, size.height, channels)}));
        };
        const auto colour = of(3);
        EXPECT_TRUE(at::isfinite(colour).all().item<bool>());
        EXPECT_GT(colour.min().item<double>(), 50);
        EXPECT_TRUE(at::equal(of(1), colour)) << "gray is three equal channels";
        EXPECT_LT((of(4) - colour).abs().max().item<double>(), 1e-2) << "nothing shines through";
      }
  }
}

TEST_F(FeatureFiles, ThatAreNoFeatureNetworkAreRefusedWithAReason) {
  const std::string good = read_text(file(std::string(kTakes) + kPlain));
  struct Foreign {
    std::string content, says;
  };
  const std::pair<const char*, Foreign> files[] = {
      {"empty.pt", {"", "empty.pt'"}},
      {"text.pt", {"no network", "is not a TorchScript file"}},
      {"cut.pt", {good.substr(0, good.size() / 2), "cut.pt'"}},
      {"picture.png", {encode_png(Image(4, 4, 3)), "is not a TorchScript file"}},
      {"generator.pt",
       {read_text(DCGAN_TEST_GOLDENS "/exports/dcgan.pt"), "generator.pt' fails on images [N, 3, 16, 16]"}},
      {"nothing.pt", {read_text(file("def other(self, x: Tensor) -> Tensor:\n    return x\n")), "has no forward()"}},
      {"map.pt", {read_text(file(std::string(kTakes) + "    return x\n")), "gives [2, 3, 16, 16] for 2 images"}},
      {"none.pt", {read_text(file(std::string(kTakes) + "    return x.mean([2, 3])[:, :0]\n")), "gives [2, 0]"}}};
  for (const auto& [name, foreign] : files) {
    write_text(place_ / name, foreign.content);
    const auto thrown = thrown_by([&, name = name] { open((place_ / name).string(), {16, 16}); });
    EXPECT_CONTAINS(thrown.what, name);
    EXPECT_CONTAINS(thrown.what, foreign.says);
    EXPECT_FALSE(thrown.hint.empty()) << name;
  }
  const auto folder = thrown_by([&] { open((place_ / "").string(), {16, 16}); });
  EXPECT_NE(folder.exit_code, 0);
  const auto network = open(file(std::string(kTakes) + "    return (x - 300).log().mean([2, 3])\n"), {16, 16});
  const MemoryPixels pixels(discs(0, 3, 16));
  SetImages images(pixels, {0, 1, 2}, 1);
  const auto no_number = thrown_by([&] { features_of(*network, images, "features of real images", {}); });
  EXPECT_CONTAINS(no_number.what, "hold a NaN or an infinity");
  EXPECT_CONTAINS(no_number.hint, "features.pt");
}

TEST_F(FeatureFiles, SayHowTheirImagesAreResizedAndMayBeOverruled) {
  const std::string path = file(std::string(kTakes) + kPlain, "clean-fid");
  EXPECT_EQ(open(path, {16, 16})->info().resize, resizing_named("clean-fid")->text());
  EXPECT_EQ(open(path, {16, 16}, "none")->info().resize, resizing_named("none")->text());
  EXPECT_EQ(open(path, {16, 16}, "48")->info().resize, "antialiased bilinear to 48x48");
  const auto unknown = thrown_by([&] { open(file(std::string(kTakes) + kPlain, "by\nmagic"), {16, 16}); });
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_CONTAINS(unknown.what, "features.pt' asks for the resize 'by\\x0amagic'");
  EXPECT_CONTAINS(unknown.hint, "--resize");
}

TEST_F(FeatureFiles, ThatResizeAsTensorFlowDidAreKnownByWhatTheyGive) {
  const std::string half_a_pixel_off = "    x = torch.upsample_bilinear2d(x, [299, 299], False)\n";
  const std::string none = resizing_named("none")->text();
  for (const Size size : {Size{64, 64}, Size{48, 32}}) {
    EXPECT_EQ(open(file(kReturns + std::string(kAsTensorFlow) + kPooled), size)->info().resize,
              same_as_torch_fidelity_text());
    EXPECT_EQ(open(file(kReturns + std::string(kPooled)), size)->info().resize, none);
    EXPECT_EQ(open(file(kReturns + half_a_pixel_off + kPooled), size)->info().resize, none);
  }
  const auto resized = open(file(kReturns + std::string(kAsTensorFlow) + kPooled), {64, 64}, "torch-fidelity");
  EXPECT_EQ(resized->info().resize, resizing_named("torch-fidelity")->text());
}

/// Convolution and norm, as most networks have them, beside what would betray another layout of the image.
class Blocks : public FeatureFiles {
 protected:
  /// The features of the file as LibTorch runs it, before anything is changed.
  void expect_features_of_the_file_itself(const std::string& forward, bool trains = false) {
    torch::jit::Module module("Features");
    module.register_attribute("training", c10::BoolType::get(), trains);
    module.register_parameter("weight", gaussian(8, 27, 1).view({8, 3, 3, 3}) * 0.01, false);
    for (const char* name : {"gain", "bias", "mean"}) module.register_parameter(name, gaussian(8, 1, 2).view(8), false);
    module.register_buffer("var", gaussian(8, 1, 3).view(8).square() + 0.5);
    module.define(kTakes + forward);
    module.save((place_ / "features.pt").string());
    const auto pictures = stacked(discs(0, 20, 24));
    const auto ours = (*open((place_ / "features.pt").string(), {24, 24}))(pictures);
    const auto theirs = module.forward({as_colour(pictures)}).toTensor();
    EXPECT_LE((ours - theirs).abs().max().item<double>(), 1e-5 * theirs.abs().max().item<double>()) << forward;
  }
};

TEST_F(Blocks, GiveTheirFeaturesHoweverTheyAreMadeFaster) {
  const std::string normed =
      "    y = torch.batch_norm(torch.conv2d(x, self.weight, None, [2, 2]), self.gain, self.bias, self.mean, self.var, "
      "False, 0.0, 0.001, True)\n";
  for (const char* rest : {"    return torch.relu(y).mean([2, 3])\n",                          // nothing special
                           "    return y.view([y.size(0), -1])\n",                             // refuses another layout
                           "    return y.as_strided([y.size(0), 8], [y.size(1) * 121, 1])\n",  // gives others for it
                           "    return y.contiguous().view([y.size(0), -1])\n"})
    expect_features_of_the_file_itself(normed + rest);
  // Keeps something in itself: such a module cannot be frozen.
  expect_features_of_the_file_itself(normed + "    self.mean += 0.0\n    return y.mean([2, 3])\n");
}

}  // namespace
}  // namespace dcgan::test
