// Discriminators as TorchScript: logits, feature maps and features, of every kind of network.
#include "eval/discriminator_features.hpp"
#include "exchange/exported.hpp"
#include "support/process.hpp"

namespace dcgan::test {
namespace {

/// Every kind of discriminator that there is.
std::vector<NetworkPlan> all_plans() {
  std::vector<NetworkPlan> plans;
  for (const std::string& arch : architecture_names())
    for (const std::string norm : {"batch", "none"})
      for (const bool spectral : {false, true})
        for (const bool deviation : {false, true})
          for (const int64_t classes : {0, 3}) {
            if (!architecture_named(arch).can_norm_d && norm == "batch") continue;
            auto plan = small_plan({24, 16});
            plan.options.arch = arch, plan.options.norm_d = norm;
            plan.options.spectral_norm = spectral, plan.options.minibatch_std = deviation;
            plan.classes = classes;
            for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
            plans.push_back(plan);
          }
  return plans;
}

std::string name_of(const NetworkPlan& plan) {
  return plan.options.arch + ", norm " + plan.options.norm_d + (plan.options.spectral_norm ? ", spectral" : "") +
         (plan.options.minibatch_std ? ", deviation" : "") + ", classes " + std::to_string(plan.classes);
}

class DiscriminatorScript : public testing::Test {
 protected:
  torch::jit::Module exported(DiscriminatorNet net, const ScriptOptions& options = {}) {
    export_torchscript(net, generator_info(net->plan(), 7, true, "/home/someone/run"), file_, options);
    return torch::jit::load(file_.native());
  }
  static at::Tensor images(int64_t count) { return (noise({count, 3, 16, 24}, 5) * 0.4).clamp(-1, 1); }
  static at::Tensor classes(const NetworkPlan& plan, int64_t count) {
    return plan.classes > 0 ? at::arange(count, at::kLong).remainder(plan.classes) : at::Tensor();
  }
  static at::Tensor logits(torch::jit::Module& module, const at::Tensor& x, const at::Tensor& y) {
    return (y.defined() ? module.forward({x, y}) : module.forward({x})).toTensor();
  }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "discriminator.pt";
  const at::NoGradGuard no_grad_;
};

TEST_F(DiscriminatorScript, HasTheLogitsMapsAndFeaturesOfTheNetwork) {
  for (const auto& plan : all_plans()) {
    auto net = used_discriminator(plan);
    auto module = exported(net);
    for (const int64_t count : {1, 6, 7, 8}) {  // groups of the deviation: one, three, seven, four
      const auto x = images(count), y = classes(plan, count);
      const auto expected = net(x, 1, y), got = logits(module, x, y);
      EXPECT_EQ(got.sizes().vec(), (std::vector<int64_t>{count}));
      EXPECT_LE(largest_difference(got, expected), 1e-5 * (1 + expected.abs().max().item<double>())) << name_of(plan);
      if (count > 1) {
        EXPECT_GT(expected.std().item<double>(), 1e-3) << name_of(plan);
      }
    }
    const auto x = images(5);
    const auto maps = net->feature_maps(x);
    const auto got = module.get_method("feature_maps")({x}).toTensorVector();
    ASSERT_EQ(got.size(), maps.size());
    for (size_t i = 0; i < maps.size(); ++i) EXPECT_TRUE(same_bits(got[i], maps[i])) << name_of(plan) << ", map " << i;
  }
}

// What `dcgan features` writes of the same pictures.
TEST_F(DiscriminatorScript, FeaturesAreThoseOfTheVerb) {
  for (const auto& plan : all_plans()) {
    auto net = used_discriminator(plan);
    auto module = exported(net);
    const auto bytes = ((images(5) + 1) * 127.5).round().to(at::kByte).permute({0, 2, 3, 1}).contiguous();
    const auto x = bytes.permute({0, 3, 1, 2}).to(at::kFloat).div(127.5).sub(1);
    const auto expected = discriminator_features(net, bytes);
    const auto got = module.get_method("features")({x}).toTensor();
    EXPECT_EQ(got.size(1), module.attr("feature_count").toInt());
    EXPECT_LE(largest_difference(got, expected), 1e-5 * expected.abs().max().item<double>()) << name_of(plan);
  }
}

// The layers stand beside the training's own arithmetic: nothing else says that they are one network.
TEST_F(DiscriminatorScript, LayersAreWhatTheNetworkItselfDoes) {
  for (const auto& plan : all_plans()) {
    auto net = used_discriminator(plan);
    const auto x = images(8), y = classes(plan, 8);
    const auto expected = net(x, 1, y);
    EXPECT_LE(largest_difference(run_layers(net->layers(), x, y).view({-1}), expected),
              1e-5 * (1 + expected.abs().max().item<double>()))
        << name_of(plan);
  }
}

TEST_F(DiscriminatorScript, OfHalfAndBf16IsNearTheNetworkAndFrozenIsTheSame) {
  for (const auto& plan : all_plans()) {
    auto net = used_discriminator(plan);
    const auto x = images(8), y = classes(plan, 8);
    const auto expected = net(x, 1, y);
    const double range = 1 + expected.abs().max().item<double>();
    for (const auto& [weights, tolerance] :
         std::vector<std::pair<std::string, double>>{{"half", 0.01}, {"bf16", 0.05}}) {
      auto module = exported(net, {weights, false});
      EXPECT_LE(largest_difference(logits(module, x, y), expected), tolerance * range) << weights << name_of(plan);
      EXPECT_EQ(module.get_method("features")({x}).toTensor().scalar_type(), at::kFloat);
    }
    auto frozen = exported(net, {"float32", true});
    EXPECT_EQ(frozen.parameters().size(), 0U);
    EXPECT_EQ(frozen.attr("height").toInt(), 16);
    EXPECT_LE(largest_difference(logits(frozen, x, y), expected), 1e-5 * range) << name_of(plan);
    EXPECT_GT(torchscript_parameters(file_).size(), 4U);
  }
}

TEST_F(DiscriminatorScript, SaysWhatItIsAndHoldsNothingOfTheUsersPaths) {
  auto plan = all_plans().back();
  auto module = exported(used_discriminator(plan));
  const Json told = torchscript_metadata(file_);
  EXPECT_EQ(told["format"], "dcgan-discriminator");
  EXPECT_EQ(told["class_names"], Json({"class 0", "class 1", "class 2"}));
  EXPECT_EQ(told["images_seen"], 7);
  for (const char* key : {"channels", "height", "width", "classes", "version", "feature_count"})
    EXPECT_EQ(told[key], module.attr(key).toInt()) << key;
  EXPECT_FALSE(told.contains("latent") || told.contains("ema"));
  EXPECT_FALSE(contains(read_text(file_), "someone"));
}

TEST_F(DiscriminatorScript, IsRefusedWhereAGeneratorIsWanted) {
  exported(used_discriminator(small_plan({24, 16})));
  EXPECT_CONTAINS(thrown_by([&] { open_torchscript(file_); }).what, "makes no images");
}

TEST_F(DiscriminatorScript, SaysWhatItWantsOfImagesAndClasses) {
  auto plan = small_plan({24, 16});
  plan.classes = 2, plan.class_names = {"a", "b"};
  auto module = exported(used_discriminator(plan));
  const auto said_of = [&](const std::vector<c10::IValue>& inputs) -> std::string {
    try {
      module.forward(inputs);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "nothing";
  };
  const auto y = at::zeros({2}, at::kLong);
  for (const auto& x : {at::zeros({2, 3, 24, 16}), at::zeros({2, 1, 16, 24}), at::zeros({3, 16, 24})})
    EXPECT_CONTAINS(said_of({x, at::zeros({x.size(0)}, at::kLong)}), "x must be [N, 3, 16, 24]");
  EXPECT_CONTAINS(said_of({images(2)}), "y is missing");
  EXPECT_CONTAINS(said_of({images(3), y}), "a class an image");
  EXPECT_EQ(said_of({images(2), y}), "nothing");
}

TEST_F(DiscriminatorScript, OfANetworkThatGivesNanIsRefusedAndNothingIsWritten) {
  auto net = used_discriminator(small_plan({24, 16}));
  net->convolutions()[0]->weight.mutable_data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_CONTAINS(thrown_by([&] { exported(net); }).what, "nothing was written");
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(DiscriminatorScript, DamagedIsAnError) {
  auto net = used_discriminator(small_plan({24, 16}));
  exported(net);
  std::string bytes = read_text(file_);
  const auto weight = net->convolutions()[1]->weight.detach();
  const size_t at = bytes.find(std::string(static_cast<const char*>(weight.const_data_ptr()), 64));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 2] ^= 4;
  write_file(file_, bytes);
  EXPECT_CONTAINS(thrown_by([&] { torchscript_metadata(file_); }).what, "damaged");
}

}  // namespace
}  // namespace dcgan::test
