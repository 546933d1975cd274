#include "core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace dcgan::test::random_numbers {
namespace {

using Words = std::array<uint32_t, 4>;

// Known answers of the Random123 distribution, philox4x32 with ten rounds.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kAll = 0xffffffff;
  EXPECT_EQ(philox4x32({kAll, kAll, kAll, kAll}, {kAll, kAll}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Saved runs depend on this layout: a change would give other images for the same names.
TEST(Draw, PutsItsNameIntoCounterAndKeyAsSavedRunsExpect) {
  const Draw draw(0x1122334455667788, Purpose::kFlip, 0x99aabbccddeeff00, 0x1234);
  for (uint32_t block = 0; block < 3; ++block) {
    const Words expected = philox4x32({block, 0x12340006, 0xddeeff00, 0x99aabbcc}, {0x55667788, 0x11223344});
    for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(draw.word(4 * block + i), expected[i]);
  }
}

TEST(Draw, KeepsTheNumbersOfItsPurposes) {
  EXPECT_EQ(static_cast<int>(Purpose::kInitialWeights), 1);
  EXPECT_EQ(static_cast<int>(Purpose::kTrainingLatent), 2);
  EXPECT_EQ(static_cast<int>(Purpose::kSampleLatent), 3);
  EXPECT_EQ(static_cast<int>(Purpose::kStatisticsLatent), 4);
  EXPECT_EQ(static_cast<int>(Purpose::kImageOrder), 5);
  EXPECT_EQ(static_cast<int>(Purpose::kFlip), 6);
  EXPECT_EQ(static_cast<int>(Purpose::kAugmentation), 7);
  EXPECT_EQ(static_cast<int>(Purpose::kInstanceNoise), 8);
  EXPECT_EQ(static_cast<int>(Purpose::kPenaltyMix), 9);
  EXPECT_EQ(static_cast<int>(Purpose::kFeatureWeights), 11);
  EXPECT_EQ(static_cast<int>(Purpose::kEvaluationLatent), 12);
  EXPECT_EQ(static_cast<int>(Purpose::kEvaluationChoice), 13);
  EXPECT_EQ(static_cast<int>(Purpose::kBalancedOrder), 14);
  EXPECT_EQ(static_cast<int>(Purpose::kSpectralStart), 15);
  EXPECT_EQ(static_cast<int>(Purpose::kSurroundings), 16);
  EXPECT_EQ(static_cast<int>(Purpose::kInversionStart), 17);
  EXPECT_EQ(static_cast<int>(Purpose::kClassifierWeights), 18);
  EXPECT_EQ(static_cast<int>(Purpose::kClassifierOrder), 19);
  EXPECT_EQ(static_cast<int>(Purpose::kProbeChoice), 20);
  EXPECT_EQ(static_cast<int>(Purpose::kQuiz), 21);
}

TEST(Draw, HasAPrefixThatDoesNotDependOnItsLength) {
  const Draw draw(7, Purpose::kSampleLatent, 3);
  std::vector<float> longest(1000);
  draw.normal(longest);
  for (size_t length = 0; length < 40; ++length) {
    std::vector<float> shorter(length + 1, -99.0f);  // one more, to see that nothing is written behind
    draw.normal({shorter.data(), length});
    for (size_t i = 0; i < length; ++i) EXPECT_EQ(shorter[i], longest[i]) << length << " " << i;
    EXPECT_EQ(shorter[length], -99.0f);
  }
}

TEST(Draw, DiffersInEveryPartOfItsName) {
  std::set<Words> seen;
  size_t draws = 0;
  const auto add = [&](const Draw& draw) {
    seen.insert({draw.word(0), draw.word(1), draw.word(2), draw.word(3)});
    ++draws;
  };
  for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, ~uint64_t{0}})
    for (const auto purpose : {Purpose::kInitialWeights, Purpose::kTrainingLatent, Purpose::kFlip})
      for (const uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, ~uint64_t{0}})
        for (const uint16_t branch : {0, 1, 65535}) add(Draw(seed, purpose, index, branch));
  EXPECT_EQ(seen.size(), draws);
}

TEST(Draw, IsTheSameFromCopiesAndInAnyOrder) {
  const Draw draw(11, Purpose::kTrainingLatent, 5);
  const Draw copy = draw;
  const uint32_t late = draw.word(1000);
  EXPECT_EQ(copy.word(0), draw.word(0));
  EXPECT_EQ(copy.word(1000), late);
}

TEST(NormalDraw, HasMeanVarianceAndTailsOfTheNormalDistribution) {
  std::vector<float> values(1'000'000);
  Draw(1, Purpose::kSampleLatent, 0).normal(values);
  double sum = 0, squares = 0, cubes = 0, fourths = 0;
  int beyond1 = 0, beyond3 = 0, beyond4 = 0;
  for (const double x : values) {
    ASSERT_TRUE(std::isfinite(x));
    sum += x, squares += x * x, cubes += x * x * x, fourths += x * x * x * x;
    beyond1 += std::abs(x) > 1, beyond3 += std::abs(x) > 3, beyond4 += std::abs(x) > 4;
  }
  // Five standard deviations of each estimate.
  EXPECT_NEAR(sum / 1e6, 0, 0.005);
  EXPECT_NEAR(squares / 1e6, 1, 0.008);
  EXPECT_NEAR(cubes / 1e6, 0, 0.02);
  EXPECT_NEAR(fourths / 1e6, 3, 0.05);
  EXPECT_NEAR(beyond1, 317311, 2400);
  EXPECT_NEAR(beyond3, 2700, 260);
  EXPECT_NEAR(beyond4, 63, 40);
}

TEST(NormalDraw, HasNeighboursThatAreNotCorrelated) {
  std::vector<float> values(1'000'000);
  Draw(2, Purpose::kSampleLatent, 0).normal(values);
  for (const size_t lag : {1, 2, 3, 4}) {
    double product = 0;
    for (size_t i = lag; i < values.size(); ++i) product += double(values[i]) * values[i - lag];
    EXPECT_NEAR(product / 1e6, 0, 0.005) << lag;
  }
}

}  // namespace
}  // namespace dcgan::test::random_numbers
