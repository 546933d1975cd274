#include "toy/toy.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

ToyState last_of(ToyOptions options) { return train_toy(options, 1, 8).back(); }

TEST(Toy, WithPenaltiesCoversEveryModeAndDEndsAtAHalf) {
  ToyOptions options;
  options.objective.r1 = options.objective.r2 = 0.1, options.steps = 1600;
  const ToyState end = last_of(options);
  EXPECT_EQ(end.modes, 8);
  EXPECT_GT(end.at_modes, 0.5);
  EXPECT_NEAR(end.d_real, 0.5, 0.03);
  EXPECT_NEAR(end.d_fake, 0.5, 0.03);
  EXPECT_NEAR(end.d_map.mean().item<double>(), 0.5, 0.1);
}

TEST(Toy, OfAGeneratorThatStandsStillTheMinimaxGradientIsASmallPartOfTheNonSaturatingOne) {
  const auto gradient = [](const char* loss) {
    ToyOptions options;
    options.objective.loss = loss, options.learning_rate.generator = 0, options.steps = 600;
    return last_of(options).grad_norm_g;
  };
  EXPECT_GT(gradient("bce"), 10 * gradient("minimax"));
}

TEST(Toy, OfAGeneratorThatIsTooFastForDLosesModes) {
  ToyOptions options;
  options.learning_rate = {0.003, 0.0001}, options.steps = 800;
  EXPECT_LE(last_of(options).modes, 2);
}

TEST(Toy, RepeatsBitForBitWithEveryLoss) {
  for (const char* loss : {"bce", "minimax", "lsgan", "hinge", "wgan-gp", "relativistic"}) {
    ToyOptions options;
    options.objective.loss = loss, options.steps = 10, options.batch = 32;
    const ToyState one = last_of(options), other = last_of(options);
    EXPECT_TRUE(at::equal(one.generated, other.generated)) << loss;
    EXPECT_TRUE(at::equal(one.d_map, other.d_map)) << loss;
    options.seed = 1;
    EXPECT_FALSE(at::equal(one.generated, last_of(options).generated)) << loss;
  }
}

TEST(Toy, DataLieAtTheirModes) {
  for (const auto& [mixture, modes] : {std::pair{"ring", 8}, {"grid", 9}, {"line", 3}, {"ring", 1}}) {
    ToyOptions options;
    options.mixture = mixture, options.modes = modes;
    const auto data = toy_data(options, 0, 4000), centres = toy_centres(options);
    const auto [distance, mode] = at::cdist(data, centres).min(1);
    EXPECT_NEAR(distance.square().mean().item<double>(), 2 * 0.05 * 0.05, 0.0004) << mixture;
    EXPECT_GT(at::bincount(mode, {}, modes).min().item<int64_t>(), 4000 / modes * 8 / 10) << mixture;
    EXPECT_TRUE(at::equal(data.slice(0, 7), toy_data(options, 7, 3993))) << mixture;
  }
}

TEST(Toy, LooksAfterAStepOnceHoweverManyLooksAreAskedFor) {
  ToyOptions options;
  options.batch = 32;
  const auto looks_at = [&](int64_t steps, int64_t looks) {
    options.steps = steps;
    std::vector<int64_t> at;
    for (const auto& state : train_toy(options, looks, 8)) at.push_back(state.step);
    return at;
  };
  EXPECT_EQ(looks_at(3, 5), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(looks_at(5, 3), (std::vector<int64_t>{0, 1, 3, 5}));
}

TEST(Toy, TakesItsStepsInThousands) {
  ToyOptions options;
  set_all(fields_of(options), {{"steps", "2.5k"}});
  EXPECT_EQ(options.steps, 2500);
}

TEST(Toy, AGridNeedsASquareNumberOfModes) {
  ToyOptions options;
  options.mixture = "grid", options.modes = 8;
  EXPECT_NE(usage_error([&] { train_toy(options, 1, 8); }).find("--modes 9"), std::string::npos);
}

}  // namespace
}  // namespace dcgan::test
