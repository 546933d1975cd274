#include "eval/kinds.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "golden.hpp"

namespace dcgan::test {
namespace {

/// `each` features around each of `kinds` far places.
at::Tensor groups(int64_t kinds, int64_t each, uint64_t seed) {
  const at::Tensor places = 50 * gaussian(40, 8, 9).slice(0, 0, kinds);
  return places.repeat_interleave(each, 0) + gaussian(kinds * each, 8, seed);
}

TEST(Kinds, AreSharesOfAllPicturesAndTheSameAgain) {
  const at::Tensor real = groups(20, 16, 1);
  const Kinds kinds = kinds_of(real), again = kinds_of(real);
  EXPECT_EQ(kinds.centres.size(0), 40);
  EXPECT_NEAR(kinds.shares.sum().item<double>(), 1, 1e-12);
  EXPECT_TRUE(at::equal(kinds.centres, again.centres));
  EXPECT_TRUE(at::equal(shares_of(real, kinds.centres), kinds.shares));
  EXPECT_EQ(kinds_of(real.slice(0, 0, 100)).centres.size(0), 25) << "a quarter of few pictures";
  EXPECT_EQ(kinds_of(real.slice(0, 0, 2)).centres.size(0), 1);
}

TEST(Kinds, AreCoveredAndFittedByOtherPicturesOfTheSameKinds) {
  const Kinds kinds = kinds_of(groups(20, 64, 1));
  const at::Tensor others = shares_of(groups(20, 64, 2), kinds.centres);
  EXPECT_GT(kinds_covered(kinds.shares, others), 0.9);
  EXPECT_GT(kinds_fitting(kinds.shares, others), 0.9);
}

TEST(Kinds, ThatAreMissingAreNotCoveredAndThoseShownTooOftenDoNotFit) {
  const Kinds kinds = kinds_of(groups(20, 64, 1));
  const at::Tensor half = shares_of(groups(10, 64, 2), kinds.centres), few = shares_of(groups(3, 64, 2), kinds.centres);
  EXPECT_NEAR(kinds_covered(kinds.shares, half), 0.5, 0.1);
  EXPECT_NEAR(kinds_covered(kinds.shares, few), 0.15, 0.06);
  EXPECT_LT(kinds_fitting(kinds.shares, few), 0.1) << "seven times as often as they come";
}

TEST(Kinds, AreComparedAsTheyAreDefined) {
  const at::Tensor real = at::tensor({0.4, 0.4, 0.2}, at::kDouble), shares = at::tensor({0.1, 0.81, 0.09}, at::kDouble);
  EXPECT_NEAR(kinds_covered(real, shares), 1.0, 1e-12) << "a quarter as often is enough";
  EXPECT_NEAR(kinds_covered(real, at::tensor({0.09, 0.81, 0.1}, at::kDouble)), 0.6, 1e-12);
  EXPECT_NEAR(kinds_fitting(real, shares), 0.19, 1e-12) << "0.81 is more than twice 0.4";
  EXPECT_NEAR(kinds_fitting(real, at::tensor({0.1, 0.8, 0.1}, at::kDouble)), 1.0, 1e-12);
}

}  // namespace
}  // namespace dcgan::test
