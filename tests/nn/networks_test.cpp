#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

TEST(ParameterCounts, AreThePapersAt64Pixels) {
  EXPECT_EQ(parameter_count(*GeneratorNet(paper_plan())), 3'576'704);
  EXPECT_EQ(parameter_count(*DiscriminatorNet(paper_plan())), 2'765'568);
}

TEST(ParameterCounts, ShrinkWithTheMostChannels) {
  auto plan = paper_plan();
  plan.options.max_channels = 64;
  // latent x 64 x 16, three inner layers, the last; four norms of 64
  EXPECT_EQ(parameter_count(*GeneratorNet(plan)), 100 * 64 * 16 + 3 * 64 * 64 * 16 + 64 * 3 * 16 + 4 * 2 * 64);
  EXPECT_EQ(parameter_count(*DiscriminatorNet(plan)), 3 * 64 * 16 + 3 * 64 * 64 * 16 + 64 * 16 + 3 * 2 * 64);
}

TEST(Generator, MakesImagesOfTheSizeWithinMinusOneAndOne) {
  const at::NoGradGuard no_grad;
  for (const Size size : {Size{28, 28}, Size{32, 32}, Size{48, 48}, Size{64, 48}, Size{16, 24}, Size{128, 96}})
    for (const int64_t channels : {1, 3, 4}) {
      auto net = used_generator(small_plan(size, channels));
      const auto images = net(10 * noise({3, 8}));
      EXPECT_EQ(images.sizes().vec(), (std::vector<int64_t>{3, channels, size.height, size.width}));
      EXPECT_LE(images.abs().max().item<float>(), 1.0f);
      EXPECT_GT(images.std().item<float>(), 0.0f);
    }
}

TEST(Generator, EndsInTanh) {
  const at::NoGradGuard no_grad;
  auto net = used_generator(small_plan());
  net->convolutions().back()->weight.mul_(1e6);
  const auto images = net(noise({4, 8}));
  EXPECT_GT(images.max().item<float>(), 0.999f);
  EXPECT_LT(images.min().item<float>(), -0.999f);
  EXPECT_LE(images.abs().max().item<float>(), 1.0f);
}

TEST(Discriminator, GivesOneUnboundedLogitAnImage) {
  const at::NoGradGuard no_grad;
  for (const Size size : {Size{28, 28}, Size{48, 48}, Size{64, 48}, Size{16, 24}}) {
    DiscriminatorNet net(small_plan(size, 3));
    initialise(*net, 1, NetworkRole::kDiscriminator);
    const auto logits = net(noise({5, 3, size.height, size.width}));
    EXPECT_EQ(logits.sizes().vec(), (std::vector<int64_t>{5}));
    net->convolutions().back()->weight.mul_(1e6);  // linear in the last layer: no sigmoid, no clamp
    const auto scaled = net(noise({5, 3, size.height, size.width}));
    EXPECT_TRUE(at::allclose(scaled, logits * 1e6, 1e-3, 1e-1)) << scaled << logits;
    EXPECT_GT(scaled.abs().max().item<float>(), 1.0f);
  }
}

TEST(Structure, GeneratorHasAConvolutionADoublingBatchNormInAllButTheLastAndNoBias) {
  GeneratorNet net(small_plan({64, 48}));  // base 4 x 3, four doublings
  const auto& convolutions = net->convolutions();
  ASSERT_EQ(convolutions.size(), 5u);
  ASSERT_EQ(net->norms().size(), 4u);
  EXPECT_EQ(convolutions[0]->weight.sizes().vec(), (std::vector<int64_t>{8, 32, 3, 4}));
  EXPECT_EQ(convolutions[4]->weight.sizes().vec(), (std::vector<int64_t>{4, 3, 4, 4}));
  for (const auto& one : convolutions) EXPECT_FALSE(one->bias.defined());
  for (size_t i = 0; i < net->norms().size(); ++i)
    EXPECT_EQ(net->norms()[i]->weight.size(0), convolutions[i]->weight.size(1));
}

TEST(Structure, DiscriminatorHasNoBatchNormInTheFirstAndTheLastLayerAndNoBias) {
  DiscriminatorNet net(small_plan({64, 48}));
  const auto& convolutions = net->convolutions();
  ASSERT_EQ(convolutions.size(), 5u);
  ASSERT_EQ(net->norms().size(), 3u);
  EXPECT_EQ(convolutions[0]->weight.sizes().vec(), (std::vector<int64_t>{4, 3, 4, 4}));
  EXPECT_EQ(convolutions[4]->weight.sizes().vec(), (std::vector<int64_t>{1, 32, 3, 4}));
  for (const auto& one : convolutions) EXPECT_FALSE(one->bias.defined());
  for (size_t i = 0; i < net->norms().size(); ++i)
    EXPECT_EQ(net->norms()[i]->weight.size(0), convolutions[i + 1]->weight.size(0));
}

TEST(Structure, NamesOfParametersAreTheOnesThatCheckpointsHold) {
  const auto names = [](const torch::nn::Module& net) {
    std::vector<std::string> out;
    for (const auto& one : net.named_parameters()) out.push_back(one.key());
    return out;
  };
  EXPECT_EQ(names(*GeneratorNet(small_plan())),
            (std::vector<std::string>{"conv0.weight", "norm0.weight", "norm0.bias", "conv1.weight", "norm1.weight",
                                      "norm1.bias", "conv2.weight"}));
  EXPECT_EQ(names(*DiscriminatorNet(small_plan())),
            (std::vector<std::string>{"conv0.weight", "conv1.weight", "norm1.weight", "norm1.bias", "conv2.weight"}));
}

// The forward passes written out once more, layer by layer, in double precision.
TEST(Forward, OfTheGeneratorIsReluOfBatchNormThenTanh) {
  const at::NoGradGuard no_grad;
  auto net = used_generator(small_plan({24, 16}));
  const auto z = noise({5, 8});
  const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble).view({1, -1, 1, 1}); };
  auto x = z.to(at::kDouble).view({5, 8, 1, 1});
  for (size_t i = 0; i < net->convolutions().size(); ++i) {
    const auto weight = net->convolutions()[i]->weight.to(at::kDouble);
    x = i == 0 ? at::conv_transpose2d(x, weight) : at::conv_transpose2d(x, weight, {}, 2, 1);
    if (i == net->norms().size()) break;
    const auto& norm = net->norms()[i];
    x = (x - wide(norm->running_mean)) / (wide(norm->running_var) + 1e-5).sqrt() * wide(norm->weight) +
        wide(norm->bias);
    x = at::where(x > 0, x, at::zeros_like(x));
  }
  EXPECT_LE(largest_difference(net(z), x.tanh()), 1e-5);
}

TEST(Forward, OfTheDiscriminatorIsLeakyReluOfBatchNormWithSlopeOneFifth) {
  const at::NoGradGuard no_grad;
  DiscriminatorNet net(small_plan({24, 16}));
  initialise(*net, 1, NetworkRole::kDiscriminator);
  const auto images = noise({5, 3, 16, 24});
  auto x = images.to(at::kDouble);
  for (size_t i = 0; i < net->convolutions().size(); ++i) {
    const auto weight = net->convolutions()[i]->weight.to(at::kDouble);
    if (i + 1 == net->convolutions().size()) {
      x = at::conv2d(x, weight);
      break;
    }
    x = at::conv2d(x, weight, {}, 2, 1);
    if (i > 0) {  // in training mode: statistics of the batch
      const auto& norm = net->norms()[i - 1];
      const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble).view({1, -1, 1, 1}); };
      x = (x - wide(x.mean({0, 2, 3}))) / (wide(x.var({0, 2, 3}, false)) + 1e-5).sqrt() * wide(norm->weight) +
          wide(norm->bias);
    }
    x = at::where(x > 0, x, 0.2 * x);
  }
  EXPECT_LE(largest_difference(net(images), x.flatten()), 1e-5);
}

TEST(Forward, InChannelsLastEqualsContiguous) {
  const at::NoGradGuard no_grad;
  const auto plan = small_plan({32, 32});
  const auto compare = [](auto plain, auto last, NetworkRole role, const at::Tensor& input,
                          const at::Tensor& input_last) {
    initialise(*plain, 3, role), initialise(*last, 3, role);
    to_channels_last(*last);
    EXPECT_FALSE(plain->convolutions()[1]->weight.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_TRUE(last->convolutions()[1]->weight.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_LE(largest_difference(plain(input), last(input_last)), 1e-5);
  };
  const auto z = noise({6, 8}), images = noise({6, 3, 32, 32});
  compare(GeneratorNet(plan), GeneratorNet(plan), NetworkRole::kGenerator, z, z);
  compare(DiscriminatorNet(plan), DiscriminatorNet(plan), NetworkRole::kDiscriminator, images,
          images.contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(ChannelsLast, ChangesStridesAndNothingElse) {
  GeneratorNet net(small_plan());
  initialise(*net, 1, NetworkRole::kGenerator);
  std::vector<at::Tensor> before;
  for (const auto& p : net->parameters()) before.push_back(p.detach().clone());
  to_channels_last(*net);
  const auto after = net->parameters();
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_TRUE(same_bits(after[i], before[i])) << i;
    EXPECT_TRUE(after[i].requires_grad()) << i;
    EXPECT_TRUE(after[i].dim() != 4 || after[i].is_contiguous(at::MemoryFormat::ChannelsLast)) << i;
  }
}

/// Mean and spread of many draws, and whether they look normal: 68.27 % lie within one spread.
void expect_normal(const at::Tensor& drawn, double mean) {
  const auto x = drawn.detach().flatten().to(at::kDouble);
  const double n = static_cast<double>(x.numel()), wide = 5 / std::sqrt(n);  // five standard errors
  EXPECT_NEAR(x.mean().item<double>(), mean, 0.02 * wide);
  EXPECT_NEAR(x.std().item<double>(), 0.02, 0.02 * wide);
  EXPECT_NEAR(((x - mean).abs() < 0.02).to(at::kDouble).mean().item<double>(), 0.6827, 0.5 * wide);
}

TEST(InitialWeights, AreNormalWithSpread002AroundZeroAndBatchNormScalesAroundOne) {
  auto plan = small_plan({32, 32});
  plan.options.base_channels = {32, 32};
  plan.options.latent = 64;
  GeneratorNet g(plan);
  DiscriminatorNet d(plan);
  initialise(*g, 1, NetworkRole::kGenerator), initialise(*d, 1, NetworkRole::kDiscriminator);
  for (const auto& one : g->convolutions()) expect_normal(one->weight, 0);
  for (const auto& one : d->convolutions()) expect_normal(one->weight, 0);
  std::vector<at::Tensor> scales;
  for (const auto& one : g->norms()) {
    scales.push_back(one->weight);
    EXPECT_TRUE(at::equal(one->bias, at::zeros_like(one->bias)));
  }
  for (const auto& one : d->norms()) {
    scales.push_back(one->weight);
    EXPECT_TRUE(at::equal(one->bias, at::zeros_like(one->bias)));
  }
  expect_normal(at::cat(scales), 1);
}

std::vector<at::Tensor> drawn_weights(uint64_t seed, NetworkRole role, bool channels_last_first = false) {
  GeneratorNet net(small_plan());
  if (channels_last_first) to_channels_last(*net);
  initialise(*net, seed, role);
  return net->parameters();
}

TEST(InitialWeights, AreTheSameForASeedInAnyMemoryFormat) {
  const auto once = drawn_weights(7, NetworkRole::kGenerator), again = drawn_weights(7, NetworkRole::kGenerator);
  const auto last = drawn_weights(7, NetworkRole::kGenerator, true);
  for (size_t i = 0; i < once.size(); ++i) {
    EXPECT_TRUE(same_bits(once[i], again[i])) << i;
    EXPECT_TRUE(same_bits(once[i], last[i])) << i;
  }
}

TEST(InitialWeights, DifferBetweenSeedsRolesAndLayers) {
  const auto once = drawn_weights(7, NetworkRole::kGenerator);
  const auto seed = drawn_weights(8, NetworkRole::kGenerator), role = drawn_weights(7, NetworkRole::kDiscriminator);
  for (size_t i = 0; i < once.size(); ++i) {
    if (once[i].abs().max().item<float>() == 0) continue;  // the shifts of BatchNorm
    EXPECT_FALSE(at::equal(once[i], seed[i])) << i;
    EXPECT_FALSE(at::equal(once[i], role[i])) << i;
  }
  EXPECT_NE(once[0].flatten()[0].item<float>(), once[3].flatten()[0].item<float>());
}

}  // namespace
}  // namespace dcgan::test
