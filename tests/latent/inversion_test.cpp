#include "latent/inversion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "exchange/generator.hpp"
#include "nn/latents.hpp"
#include "support/networks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

class InversionTest : public testing::Test {
 protected:
  static NetworkPlan plan(int64_t classes = 0) {
    auto plan = small_plan({24, 16});
    plan.options.norm_d = "none";
    plan.classes = classes;
    for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
    return plan;
  }
  static DiscriminatorNet discriminator() {
    DiscriminatorNet net(plan());
    initialise(*net, 1, NetworkRole::kDiscriminator);
    net->eval();
    return net;
  }
  /// The generator's own image of a latent that the search does not know.
  InversionTarget own_image(uint64_t seed = 77) const {
    const at::NoGradGuard no_grad;
    return {GeneratorNet(generator_)(latents(seed, Purpose::kSampleLatent, 0, 1, 8))[0], {}, 0};
  }
  double distance(const at::Tensor& z, const at::Tensor& picture) const {
    const at::NoGradGuard no_grad;
    return (GeneratorNet(generator_)(z.unsqueeze(0))[0] - picture).pow(2).mean().item<double>();
  }
  GeneratorNet generator_ = [] {
    auto net = used_generator(plan());
    net->eval();
    return net;
  }();
  InversionOptions options_ = [] {
    InversionOptions options;
    options.steps = 200;
    return options;
  }();
};

TEST_F(InversionTest, FindsALatentThatGivesTheGeneratorsOwnImage) {
  const auto target = own_image();
  for (const bool has_discriminator : {false, true}) {
    const auto found =
        invert(generator_, has_discriminator ? discriminator() : DiscriminatorNet(nullptr), target, options_, 5);
    EXPECT_LT(distance(found.latent, target.picture), 0.02 * distance(found.first, target.picture));
    EXPECT_EQ(found.distances.size(), 8u);
    EXPECT_EQ(found.distance, *std::min_element(found.distances.begin(), found.distances.end()));
  }
}

TEST_F(InversionTest, IsTheSameToTheBitForTheSameSeed) {
  options_.steps = 20;
  const auto latent = [&](uint64_t seed) {
    return invert(generator_, discriminator(), own_image(), options_, seed).latent;
  };
  EXPECT_TRUE(same_bits(latent(5), latent(5)));
  EXPECT_FALSE(at::equal(latent(5), latent(6)));
}

TEST_F(InversionTest, KeepsLatentsWhereLatentsAre) {
  // A picture that no generator makes pulls latents outwards.
  options_.step_size = 1;
  const InversionTarget target{noise({3, 16, 24}).sign(), {}, 0};
  const auto found = invert(generator_, DiscriminatorNet(nullptr), target, options_, 5);
  EXPECT_LE(found.latent.norm().item<double>(),
            std::sqrt(26.5));  // 99.9 % of chi-squared with 8 degrees: 26.12, nearly
  auto uniform = plan();
  uniform.options.latent_distribution = "uniform";
  auto net = used_generator(uniform);
  net->eval();
  EXPECT_LE(invert(net, DiscriminatorNet(nullptr), target, options_, 5).latent.abs().max().item<double>(), 1);
}

TEST_F(InversionTest, StaysWithinATruncation) {
  options_.truncate = 0.5;
  const auto found = invert(generator_, DiscriminatorNet(nullptr), own_image(), options_, 5);
  EXPECT_LE(found.first.abs().max().item<float>(), 0.5F);
  EXPECT_LE(found.latent.abs().max().item<float>(), 0.5F);
  EXPECT_GT(found.latent.abs().max().item<float>(), 0.4F) << "the search came to the border";
}

TEST_F(InversionTest, CompletesAHiddenPartByWhatCanBeSeen) {
  auto target = own_image();
  const auto truth = target.picture.clone();
  target.hidden = at::zeros({16, 24}, at::kBool);
  target.hidden.slice(0, 5, 11).slice(1, 8, 16).fill_(true);
  target.picture.masked_fill_(target.hidden, 1.0);  // what is hidden must not matter
  options_.prior = 0;
  const auto found = invert(generator_, DiscriminatorNet(nullptr), target, options_, 5);
  const at::NoGradGuard no_grad;
  const auto image = generator_(found.latent.unsqueeze(0))[0], start = generator_(found.first.unsqueeze(0))[0];
  const auto off = [&](const at::Tensor& made) { return ((made - truth) * target.hidden).abs().mean().item<double>(); };
  EXPECT_LT(off(image), 0.3 * off(start));
}

TEST_F(InversionTest, OfAClassUsesIt) {
  auto net = used_generator(plan(3));
  net->eval();
  const auto z = latents(77, Purpose::kSampleLatent, 0, 1, 8);
  InversionTarget target{at::Tensor(), {}, 2};
  {
    const at::NoGradGuard no_grad;
    target.picture = net(z, at::full({1}, 2, at::kLong))[0];
  }
  const auto found = invert(net, DiscriminatorNet(nullptr), target, options_, 5);
  EXPECT_LT(found.distance, 0.01);
}

TEST_F(InversionTest, SaysThatThereIsNoDiscriminatorToCompareBy) {
  options_.distance = "perceptual";
  EXPECT_CONTAINS(thrown_by([&] { invert(generator_, DiscriminatorNet(nullptr), own_image(), options_, 5); }).what,
                  "perceptual");
}

TEST(HoleWeights, AreTheShareOfHiddenPixelsAround) {
  auto hidden = at::zeros({12, 14}, at::kBool);
  hidden[6][6].fill_(true);
  const auto weights = hole_weights(hidden);
  EXPECT_EQ(weights[6][6].item<float>(), 0);  // itself hidden
  EXPECT_NEAR(weights[6][7].item<double>(), 1 / 49.0, 1e-6);
  EXPECT_NEAR(weights[3][9].item<double>(), 1 / 49.0, 1e-6);
  EXPECT_EQ(weights[6][10].item<float>(), 0);  // four away
  hidden.fill_(false);
  hidden[0][0].fill_(true);
  EXPECT_NEAR(hole_weights(hidden)[0][1].item<double>(), 1 / 20.0, 1e-6);  // 4 x 5 lie within the picture
}

}  // namespace
}  // namespace dcgan::test
