#include "step/average.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/latents.hpp"
#include "support/networks.hpp"

namespace dcgan::test {
namespace {

TEST(AverageDecay, HalvesWhatIsLeftOverOneHalfLife) {
  constexpr int64_t kFar = 1'000'000;  // beyond the ramp-up
  EXPECT_DOUBLE_EQ(average_decay(10'000, kFar, 10'000, 0.05), 0.5);
  EXPECT_NEAR(std::pow(average_decay(16, kFar, 10'000, 0.05), 10'000 / 16.0), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(average_decay(5'000, kFar, 10'000, 0.05), std::sqrt(0.5));
}

TEST(AverageDecay, FollowsATwentiethOfTheImagesSeenAtFirst) {
  EXPECT_DOUBLE_EQ(average_decay(50, 1'000, 10'000, 0.05), 0.5);
  EXPECT_DOUBLE_EQ(average_decay(500, 10'000, 10'000, 0.05), 0.5);
  EXPECT_DOUBLE_EQ(average_decay(10'000, 200'000, 10'000, 0.05), 0.5);  // where the ramp ends
  double before = 0;
  for (int64_t seen = 64; seen < 400'000; seen += 64) {
    const double decay = average_decay(64, seen, 10'000, 0.05);
    ASSERT_GE(decay, before) << seen;
    ASSERT_LT(decay, 1.0);
    before = decay;
  }
}

TEST(AverageDecay, OfNoHalfLifeForgetsEverything) {
  EXPECT_EQ(average_decay(64, 1'000'000, 0, 0.05), 0.0);
  EXPECT_EQ(average_decay(64, 0, 10'000, 0.05), 0.0);
}

TEST(UpdateAverage, MovesTowardsTheLiveWeightsByOneMinusDecay) {
  const auto start = noise({5, 3}, 1), live = noise({5, 3}, 2);
  const auto after = [&](double decay) {
    const auto average = start.clone();
    update_average({average}, {live}, at::scalar_tensor(1 - decay));
    return average;
  };
  EXPECT_LE(largest_difference(after(0.75), start + 0.25 * (live - start)), 1e-6);
  EXPECT_TRUE(same_bits(after(0), live));
  EXPECT_TRUE(same_bits(after(1), start));
}

/// A generator in the middle of training, and other weights for its copy.
struct CopyCase {
  NetworkPlan plan = small_plan();
  GeneratorNet net = used_generator(plan);
  std::vector<at::Tensor> weights;
  CopyCase() {
    net->train();
    uint64_t i = 0;
    for (const auto& p : net->parameters()) weights.push_back(p.detach() + 0.02 * noise(p.sizes(), ++i));
  }
};

TEST(StatisticsLatents, AreUncorrelatedWithTheSpacesVarianceAndCentredBatchByBatch) {
  for (const LatentSpace& space : {LatentSpace(8), LatentSpace(100), LatentSpace(200), LatentSpace(100, true)}) {
    const auto z = statistics_latents(space, 3);
    ASSERT_EQ(z.size(1), space.length);
    ASSERT_GE(z.size(0), std::max<int64_t>(256, 2 * space.length));
    ASSERT_EQ(z.size(0) % 64, 0);
    EXPECT_LE(z.view({-1, 64, space.length}).mean(1).abs().max().item<float>(), 1e-5);
    const auto expected = at::eye(space.length) * (space.is_uniform ? 1.0 / 3 : 1.0);
    EXPECT_LE(largest_difference(z.t().mm(z) / z.size(0), expected), 1e-5) << space.length;
    EXPECT_TRUE(same_bits(z, statistics_latents(space, 3)));
    EXPECT_FALSE(same_bits(z, statistics_latents(space, 4)));
  }
}

TEST(EvaluationCopy, LeavesTheLiveNetworkUntouched) {
  CopyCase one;
  std::vector<at::Tensor> before, weights_before;
  for (const auto& p : one.net->parameters()) before.push_back(p.detach().clone());
  for (const auto& b : one.net->buffers()) before.push_back(b.clone());
  for (const auto& w : one.weights) weights_before.push_back(w.clone());
  const auto copy = evaluation_copy(*one.net, one.weights, 3);
  auto live = one.net->parameters();
  for (const auto& b : one.net->buffers()) live.push_back(b);
  ASSERT_EQ(live.size(), before.size());
  for (size_t i = 0; i < live.size(); ++i) EXPECT_TRUE(same_bits(live[i], before[i])) << i;
  for (size_t i = 0; i < one.weights.size(); ++i) EXPECT_TRUE(same_bits(one.weights[i], weights_before[i])) << i;
  EXPECT_TRUE(one.net->is_training());
  EXPECT_FALSE(copy->is_training());
}

TEST(EvaluationCopy, HoldsTheGivenWeightsInStorageOfItsOwn) {
  CopyCase one;
  const auto copy = evaluation_copy(*one.net, one.weights, 3);
  const auto parameters = copy->parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_TRUE(same_bits(parameters[i], one.weights[i])) << i;
    EXPECT_EQ(parameters[i].strides(), one.weights[i].strides()) << i;
    EXPECT_NE(parameters[i].const_data_ptr(), one.weights[i].const_data_ptr()) << i;
  }
}

TEST(EvaluationCopy, HasTheMeansOverFixedLatentsAsStatistics) {
  const at::NoGradGuard no_grad;
  CopyCase one;
  const auto copy = evaluation_copy(*one.net, one.weights, 3);
  const size_t norms = copy->norms().size();
  std::vector<at::Tensor> mean(norms), variance(norms);
  for (int64_t batch = 0; batch < 4; ++batch) {
    auto x = statistics_latents(one.plan.options.latent, 3).narrow(0, batch * 64, 64).view({64, -1, 1, 1});
    for (size_t i = 0; i < norms; ++i) {
      const auto& weight = copy->convolutions()[i]->weight;
      x = i == 0 ? at::conv_transpose2d(x, weight) : at::conv_transpose2d(x, weight, {}, 2, 1);
      const auto m = x.mean({0, 2, 3}), v = x.var({0, 2, 3}, /*unbiased=*/true),
                 biased = x.var({0, 2, 3}, /*unbiased=*/false);
      mean[i] = batch == 0 ? m : mean[i] + m;
      variance[i] = batch == 0 ? v : variance[i] + v;
      const auto wide = [](const at::Tensor& t) { return t.view({1, -1, 1, 1}); };
      const auto& norm = copy->norms()[i];
      x = at::relu((x - wide(m)) / (wide(biased) + norm->options.eps()).sqrt() * wide(norm->weight) + wide(norm->bias));
    }
  }
  for (size_t i = 0; i < norms; ++i) {
    EXPECT_TRUE(at::allclose(copy->norms()[i]->running_mean, mean[i] / 4, 1e-4, 1e-6)) << "mean of norm" << i;
    EXPECT_TRUE(at::allclose(copy->norms()[i]->running_var, variance[i] / 4, 1e-4, 1e-6)) << "variance of norm" << i;
  }
}

TEST(EvaluationCopy, KnowsTheFirstLayersDistributionExactly) {
  const at::NoGradGuard no_grad;
  CopyCase one;
  const auto copy = evaluation_copy(*one.net, one.weights, 3);
  // z ~ N(0, 1) through a linear layer: mean 0, variance the sum of squared weights, averaged over places.
  const auto variance = copy->convolutions()[0]->weight.square().sum(0).mean({1, 2});
  EXPECT_LE(copy->norms()[0]->running_mean.abs().max().item<float>(), 1e-6);
  EXPECT_TRUE(at::allclose(copy->norms()[0]->running_var, variance, 2e-3, 1e-9));
}

TEST(EvaluationCopy, OfEveryArchitectureHasTheMeansOverAllClassesInTurn) {
  const at::NoGradGuard no_grad;
  for (const std::string& arch : architecture_names())
    for (const int64_t classes : {0, 3}) {
      auto plan = small_plan();
      plan.options.arch = arch, plan.classes = classes;
      auto net = used_generator(plan);
      const auto copy = evaluation_copy(*net, net->parameters(), 3);
      net->train();
      for (auto norm : net->norms()) norm->options.momentum(1.0);  // what the last batch had
      std::vector<at::Tensor> means(net->norms().size());
      for (int64_t first = 0; first < 256; first += 64) {
        const auto y = classes > 0 ? at::arange(first, first + 64, at::kLong).remainder(classes) : at::Tensor();
        net(statistics_latents(plan.options.latent, 3).narrow(0, first, 64), y);
        for (size_t i = 0; i < means.size(); ++i)
          means[i] = first == 0 ? net->norms()[i]->running_mean.clone() : means[i] + net->norms()[i]->running_mean;
      }
      for (size_t i = 0; i < means.size(); ++i)
        EXPECT_TRUE(at::allclose(copy->norms()[i]->running_mean, means[i] / 4, 1e-4, 1e-5)) << arch << classes << i;
    }
}

TEST(EvaluationCopy, IsTheSameEachTimeAndDependsOnTheSeed) {
  CopyCase one;
  const auto first = evaluation_copy(*one.net, one.weights, 3), second = evaluation_copy(*one.net, one.weights, 3);
  const auto other = evaluation_copy(*one.net, one.weights, 4);
  for (size_t i = 0; i < first->norms().size(); ++i) {
    EXPECT_TRUE(same_bits(first->norms()[i]->running_mean, second->norms()[i]->running_mean)) << i;
    EXPECT_TRUE(same_bits(first->norms()[i]->running_var, second->norms()[i]->running_var)) << i;
    EXPECT_FALSE(same_bits(first->norms()[i]->running_mean, other->norms()[i]->running_mean)) << i;
  }
}

}  // namespace
}  // namespace dcgan::test
