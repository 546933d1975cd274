// Spectral normalisation, the minibatch deviation, and second derivatives of whole discriminators.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

#include "core/error.hpp"
#include "core/json.hpp"
#include "nn/minibatch_std.hpp"
#include "nn/precision.hpp"
#include "nn/spectral_norm.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::regularisers {
namespace {

/// What Python's torch.nn.utils.spectral_norm made (goldens/spectral_norm.py).
struct SpectralGolden {
  Json json = parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "spectral_norm.json"), "spectral_norm.json");
  at::Tensor numbers(const Json& list) const { return at::tensor(list.get<std::vector<double>>(), at::kDouble); }
  at::Tensor shaped(const Json& list) const { return numbers(list).view(json["shape"].get<std::vector<int64_t>>()); }
  torch::nn::Conv2d convolution() const {
    torch::nn::Conv2d out(torch::nn::Conv2dOptions(3, 5, {2, 4}).bias(false));
    out->to(at::kDouble);
    add_spectral_norm(*out);
    const at::NoGradGuard no_grad;
    out->weight.copy_(shaped(json["weight"]));
    out->named_buffers()["u"].copy_(numbers(json["u"]));
    return out;
  }
};

TEST(SpectralNorm, IsPythonsInThreePassesOfTrainingAndOneOfEvaluation) {
  const SpectralGolden golden;
  for (const bool channels_last : {false, true}) {
    auto one = golden.convolution();
    if (channels_last) to_channels_last(*one);
    for (const auto& expected : golden.json["passes"]) {
      const auto weight = spectrally_normalised(*one);
      EXPECT_LE(largest_difference(weight, golden.shaped(expected["normalised"])), 1e-12);
      EXPECT_LE(largest_difference(one->named_buffers()["u"], golden.numbers(expected["u"])), 1e-12);
      const auto gradient =
          torch::autograd::grad({(weight * golden.shaped(golden.json["direction"])).sum()}, {one->weight})[0];
      EXPECT_LE(largest_difference(gradient, golden.shaped(expected["gradient"])), 1e-12);
    }
    one->eval();
    const auto u = one->named_buffers()["u"].clone();
    EXPECT_LE(largest_difference(spectrally_normalised(*one), golden.shaped(golden.json["evaluated"])), 1e-12);
    EXPECT_TRUE(same_bits(one->named_buffers()["u"], u));
  }
}

TEST(SpectralNorm, LeavesNothingAboveOneAfterManyPasses) {
  auto one = SpectralGolden().convolution();
  for (int i = 0; i < 200; ++i) spectrally_normalised(*one);
  const auto values = at::linalg_svdvals(spectrally_normalised(*one).view({5, -1}));
  EXPECT_NEAR(values[0].item<double>(), 1, 1e-9);
}

TEST(SpectralNorm, OfAnEarlierPassKeepsItsOwnVectors) {
  auto one = SpectralGolden().convolution(), alone = SpectralGolden().convolution();
  const auto first = spectrally_normalised(*one).square().sum();
  spectrally_normalised(*one);
  const auto expected = torch::autograd::grad({spectrally_normalised(*alone).square().sum()}, {alone->weight})[0];
  EXPECT_TRUE(same_bits(torch::autograd::grad({first}, {one->weight})[0], expected));
}

TEST(SpectralNorm, IsComputedInFp32UnderAutocast) {
  auto one = SpectralGolden().convolution();
  one->to(at::kFloat);
  const PrecisionScope scope(Precision::kBf16, at::kCPU);
  const auto inside = spectrally_normalised(*one);
  EXPECT_EQ(inside.scalar_type(), at::kFloat);
  EXPECT_LE(std::abs(at::linalg_svdvals(inside.view({5, -1}))[0].item<double>() - 1), 0.5);
}

NetworkPlan plan_with(const std::string& arch, const std::string& norm_d, bool spectral, bool deviation,
                      int64_t classes = 0) {
  auto plan = small_plan({24, 16});
  plan.options.arch = arch, plan.options.norm_d = norm_d;
  plan.options.spectral_norm = spectral, plan.options.minibatch_std = deviation;
  plan.classes = classes;
  for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
  return plan;
}
const std::vector<NetworkPlan>& all_plans() {
  static const std::vector<NetworkPlan> plans = {
      plan_with("dcgan", "batch", false, false), plan_with("dcgan", "none", false, false),
      plan_with("upsample", "none", true, true), plan_with("dcgan", "batch", true, true, 3),
      plan_with("resnet", "auto", false, false), plan_with("resnet", "none", true, true, 3)};
  return plans;
}

DiscriminatorNet discriminator_of(const NetworkPlan& plan, at::ScalarType type = at::kFloat) {
  DiscriminatorNet net(plan);
  initialise(*net, 1, NetworkRole::kDiscriminator);
  to_channels_last(*net);
  const at::NoGradGuard no_grad;
  uint64_t number = 0;
  for (auto& one : net->named_parameters()) {  // not the initial zeros, and nothing so small that it is lost
    if (one.key().ends_with("bias")) one.value().copy_(0.1 * noise(one.value().sizes(), 500 + number++));
    if (plan.options.arch != "resnet" && one.value().dim() == 4) one.value().mul_(5);
  }
  move_to(*net, at::kCPU, type);
  return net;
}

at::Tensor classes_of(const NetworkPlan& plan, int64_t count) {
  return plan.classes == 0 ? at::Tensor() : at::arange(count, at::kLong).remainder(plan.classes);
}

/// |d D(x) / d x|^2 for six images, and its gradients by the weights.
std::vector<at::Tensor> penalty_and_gradients(const NetworkPlan& plan, at::ScalarType type) {
  auto net = discriminator_of(plan, type);
  const auto x = noise({6, 3, 16, 24}, 3).to(type).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto slope = torch::autograd::grad({net(x, 2, classes_of(plan, 6)).sum()}, {x}, {}, true, true)[0];
  const auto penalty = slope.square().sum();
  auto all = torch::autograd::grad({penalty}, net->parameters(), {}, {}, false, /*allow_unused=*/true);
  all.insert(all.begin(), penalty);
  return all;
}

TEST(Penalties, OnSlopesOfEveryDiscriminatorHaveTheGradientsOfLibTorchsOwnOperationsInDouble) {
  for (const auto& plan : all_plans()) {
    const auto got = penalty_and_gradients(plan, at::kFloat), expected = penalty_and_gradients(plan, at::kDouble);
    ASSERT_EQ(got.size(), expected.size());
    double largest = 0;
    for (size_t i = 1; i < got.size(); ++i)
      if (expected[i].defined()) largest = std::max(largest, expected[i].abs().max().item<double>());
    EXPECT_GT(largest, 1e-6) << plan.options.arch;
    EXPECT_NEAR(got[0].item<double>() / expected[0].item<double>(), 1, 1e-4);
    for (size_t i = 1; i < got.size(); ++i) {  // undefined: nothing depends on that weight, a gradient of 0
      if (!got[i].defined() && !expected[i].defined()) continue;
      const auto zero = at::zeros({});
      EXPECT_LE(largest_difference(got[i].defined() ? got[i] : zero, expected[i].defined() ? expected[i] : zero),
                1e-3 * largest)
          << plan.options.arch << " " << i;
    }
  }
}

TEST(DiscriminatorOptions, GiveOneLogitAnImageOfEachBatchByItself) {
  for (const auto& plan : all_plans()) {
    auto together = discriminator_of(plan, at::kDouble), apart = discriminator_of(plan, at::kDouble);
    together->eval(), apart->eval();  // so that no power iteration comes in between
    for (auto* net : {&together, &apart})
      for (auto norm : (*net)->norms()) norm->train();
    const auto x = noise({8, 3, 16, 24}, 3).to(at::kDouble), y = classes_of(plan, 8);
    const auto half = [&](int64_t from) {
      return apart(x.narrow(0, from, 4), 1, y.defined() ? y.narrow(0, from, 4) : y);
    };
    const auto logits = together(x, 2, y);
    EXPECT_EQ(logits.sizes().vec(), std::vector<int64_t>{8});
    EXPECT_LE(largest_difference(logits, at::cat({half(0), half(4)})), 1e-12) << plan.options.arch;
    EXPECT_GT(logits.std().item<double>(), 1e-6);
  }
}

TEST(DiscriminatorOptions, WithSpectralNormMoveEveryVectorOnceAPassAndKeepEveryWeight) {
  for (const auto& plan : all_plans()) {
    if (!plan.options.spectral_norm) continue;
    auto net = discriminator_of(plan);
    const auto tensors = tensors_of(*net, true);
    std::vector<at::Tensor> before;
    int64_t weights = 0, vectors = 0;
    for (const auto& [name, tensor] : tensors) before.push_back(tensor.detach().clone());
    net(noise({4, 3, 16, 24}, 3), 1, classes_of(plan, 4));
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto& [name, tensor] = tensors[i];
      weights += name.ends_with("weight") && tensor.dim() > 1;
      if (name.ends_with(".u")) {
        ++vectors;
        EXPECT_NEAR(tensor.norm().item<double>(), 1, 1e-5) << name;
        EXPECT_TRUE(tensor.numel() == 1 || !same_bits(tensor, before[i])) << name;
      } else if (tensor.requires_grad()) {
        EXPECT_TRUE(same_bits(tensor, before[i])) << name;
      }
    }
    EXPECT_EQ(vectors, weights);
  }
}

TEST(DiscriminatorOptions, NormNoneHasBiasesAndNoNorms) {
  const auto plan = plan_with("dcgan", "none", false, false);
  DiscriminatorNet net(plan);
  EXPECT_TRUE(net->norms().empty());
  for (const auto& one : net->convolutions()) EXPECT_TRUE(one->bias.defined());
  initialise(*net, 1, NetworkRole::kDiscriminator);
  for (const auto& one : net->convolutions()) EXPECT_EQ(one->bias.abs().max().item<float>(), 0);
}

TEST(DiscriminatorOptions, OfAResnetWithBatchNormAreRefusedByBothNames) {
  try {
    DiscriminatorNet net(plan_with("resnet", "batch", false, false));
    ADD_FAILURE() << "it was built";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("--norm-d batch"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("--arch resnet"), std::string::npos);
  }
  NetworkOptions options;
  EXPECT_TRUE(options.has_batch_norm_d());
  options.arch = "resnet";
  EXPECT_FALSE(options.has_batch_norm_d());
}

/// Written out from the paper's words, number by number.
double expected_deviation(const at::Tensor& x, const std::vector<int64_t>& group) {
  double sum = 0;
  const auto rows = x.flatten(1);
  for (int64_t i = 0; i < rows.size(1); ++i) {
    double mean = 0, square = 0;
    for (const int64_t n : group) mean += rows[n][i].item<double>() / static_cast<double>(group.size());
    for (const int64_t n : group) square += std::pow(rows[n][i].item<double>() - mean, 2);
    sum += std::sqrt(square / static_cast<double>(group.size()));
  }
  return sum / static_cast<double>(rows.size(1));
}

TEST(MinibatchStd, IsTheMeanDeviationOverGroupsOfFourOfEachBatch) {
  const auto x = noise({16, 3, 2, 2}, 1).to(at::kDouble).contiguous(at::MemoryFormat::ChannelsLast);
  const auto out = with_minibatch_std(x, 2);
  EXPECT_EQ(out.sizes().vec(), (std::vector<int64_t>{16, 4, 2, 2}));
  EXPECT_TRUE(at::equal(out.narrow(1, 0, 3), x));
  for (const auto& group :
       std::vector<std::vector<int64_t>>{{0, 2, 4, 6}, {1, 3, 5, 7}, {8, 10, 12, 14}, {9, 11, 13, 15}})
    for (const int64_t n : group)
      for (int64_t at = 0; at < 4; ++at)
        EXPECT_NEAR(out[n][3].flatten()[at].item<double>(), expected_deviation(x, group), 1e-6);
}

TEST(MinibatchStd, TakesTheLargestGroupThatDividesTheBatch) {
  const auto of = [](int64_t batch, const std::vector<int64_t>& group) {
    const auto x = noise({batch, 2, 2, 1}, 1).to(at::kDouble);
    EXPECT_NEAR(with_minibatch_std(x)[0][2][0][0].item<double>(), expected_deviation(x, group), 1e-6) << batch;
  };
  of(6, {0, 2, 4}), of(2, {0, 1}), of(10, {0, 5}), of(5, {0, 1, 2, 3, 4});
  EXPECT_NEAR(with_minibatch_std(at::ones({4, 2, 2, 2}))[0][2][0][0].item<double>(), 0, 1e-3);
}

}  // namespace
}  // namespace dcgan::test::regularisers
