// Networks at smaller sizes than their own.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "nn/stages.hpp"
#include "support/architectures.hpp"

namespace dcgan::test::stages {
namespace {

NetworkPlan growing_plan(int64_t classes = 0) {
  NetworkPlan plan = small_plan({24, 16});
  plan.options.arch = "multiscale", plan.classes = classes;
  for (int64_t c = 0; c < classes; ++c) plan.class_names.push_back("class " + std::to_string(c));
  return plan;
}

std::set<std::string> weights_of(const NetworkDescription& net) {
  std::set<std::string> names;
  for (const auto& layer : net.layers)
    for (const auto& weight : layer.weights()) names.insert(weight.name);
  return names;
}

at::Tensor before_tanh(const at::Tensor& images) { return at::atanh(images); }

TEST(Stages, AreThoseOfHalfTheSidesEachDownToTwiceTheBase) {
  const NetworkPlan plan = growing_plan();
  const auto g = plan.generator_stages(), d = plan.discriminator_stages();
  ASSERT_EQ(g.size(), 2U);  // 24 x 16 from a base of 6 x 4
  ASSERT_EQ(d.size(), 2U);
  const MapShape half{3, 8, 12};
  EXPECT_EQ(g[1].layers.back().out, half);
  EXPECT_EQ(d[1].inputs.front(), half);
  EXPECT_EQ(d[1].layers.back().out, (MapShape{1, 1, 1}));
}

TEST(Stages, HaveWeightsOfTheWholeNetworkAlone) {
  for (const int64_t classes : {0, 3}) {
    const NetworkPlan plan = growing_plan(classes);
    for (const auto& all : {plan.generator_stages(), plan.discriminator_stages()}) {
      const auto whole = weights_of(all[0]), part = weights_of(all[1]);
      EXPECT_TRUE(std::includes(whole.begin(), whole.end(), part.begin(), part.end()));
      EXPECT_LT(part.size(), whole.size());
    }
  }
}

TEST(Stages, OfArchitecturesThatMakeNoSmallerImagesAreOne) {
  for (const auto& plan : plans_of_every_architecture({24, 16}))
    EXPECT_EQ(plan.generator_stages().size(), plan.options.arch == "multiscale" ? 2U : 1U) << plan.options.arch;
}

TEST(Stages, AreTheSameFunctionAsTheNextOneAtItsBeginning) {
  const at::NoGradGuard no_grad;
  const NetworkPlan plan = growing_plan();
  GeneratorNet g(plan);
  DiscriminatorNet d(plan);
  initialise(*g, 1, NetworkRole::kGenerator), initialise(*d, 1, NetworkRole::kDiscriminator);
  g->train(), d->train();
  const auto z = noise({4, plan.options.latent}), x = noise({4, 3, 16, 24});
  const auto whole_images = g(z), whole_logits = d(x);
  g->use_stage(1), d->use_stage(1);
  EXPECT_LE(largest_difference(before_tanh(whole_images), resized(LayerKind::kResizeUp, before_tanh(g(z)))), 1e-5);
  EXPECT_LE(largest_difference(whole_logits, d(resized(LayerKind::kMeans, x))), 1e-5);
  EXPECT_GT(whole_logits.abs().max().item<double>(), 0.005);
  EXPECT_GT(whole_images.abs().max().item<double>(), 0.01);
}

}  // namespace
}  // namespace dcgan::test::stages
