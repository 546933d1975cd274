#include "eval/memorised.hpp"

#include <gtest/gtest.h>

#include "eval/comparison.hpp"
#include "golden.hpp"

namespace dcgan::test {
namespace {

Closeness close_to(const at::Tensor& generated, const at::Tensor& real) {
  return closeness(generated, real, neighbourhoods(real, nearest_others(real, kNeighbourhood).squared));
}

TEST(Memorised, FindsCopiesWithALittleNoiseAndWhatTheyAreCopiesOf) {
  const auto real = gaussian(300, 24, 1);
  const auto copies = real.slice(0, 40, 60) + 0.05 * gaussian(20, 24, 2);
  const auto found = close_to(at::cat({copies, gaussian(80, 24, 3)}), real);
  EXPECT_DOUBLE_EQ(found.memorised_share(), 0.2);
  for (int64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(found.index[i].item<int64_t>(), 40 + i);
    EXPECT_LT(found.ratio[i].item<double>(), 0.2);
  }
}

TEST(Memorised, FindsNoRealImageThatIsNew) {
  EXPECT_EQ(close_to(gaussian(300, 24, 2), gaussian(300, 24, 1)).memorised_share(), 0);
}

TEST(Memorised, ExactCopiesHaveRatioZero) {
  const auto real = gaussian(50, 24, 1);
  EXPECT_EQ(close_to(real.slice(0, 0, 5), real).ratio.max().item<double>(), 0);
}

TEST(Memorised, FindsCopiesWhereTheRealSetRepeatsItself) {
  // Every picture ten times, exactly: the nearest other real image says nothing any more.
  const auto once = gaussian(60, 24, 1);
  const auto real = once.repeat({10, 1});
  EXPECT_EQ(close_to(once + 0.05 * gaussian(60, 24, 2), real).memorised_share(), 1);
  EXPECT_EQ(close_to(once, real).memorised_share(), 1);
  EXPECT_EQ(close_to(gaussian(60, 24, 3), real).memorised_share(), 0);
}

TEST(Memorised, FindsCopiesWhereRealImagesHaveFourThatAreNearlyEqual) {
  const auto once = gaussian(60, 24, 1);
  std::vector<at::Tensor> versions;
  for (uint64_t i = 0; i < 5; ++i) versions.push_back(once + 0.02 * gaussian(60, 24, 10 + i));
  EXPECT_EQ(close_to(once + 0.05 * gaussian(60, 24, 2), at::cat(versions)).memorised_share(), 1);
}

TEST(Memorised, OfASetOfOnePictureOnlyTheCopyCounts) {
  const auto real = gaussian(1, 24, 1).repeat({6, 1});
  const auto found = close_to(at::cat({real.slice(0, 0, 1), gaussian(1, 24, 2)}), real);
  EXPECT_EQ(found.memorised_share(), 0.5);
}

TEST(Neighbours, AreThoseOfAWholeSort) {
  const auto x = formula_features(0, 1100, 5), y = formula_features(1, 1060, 5);  // more than one block
  const auto all = (x.to(at::kDouble).unsqueeze(1) - y.to(at::kDouble).unsqueeze(0)).square().sum(2);
  const auto [sorted, order] = all.sort(1);
  const auto found = nearest(x, y, 4);
  EXPECT_LE(largest_difference(found.squared, sorted.slice(1, 0, 4)), 1e-12);
  EXPECT_TRUE(at::equal(found.index, order.slice(1, 0, 4)));
}

TEST(Neighbours, OfASetAreOthers) {
  const auto x = formula_features(0, 1100, 5);
  const auto found = nearest_others(x, 1).index.select(1, 0);
  EXPECT_TRUE((found != at::arange(1100)).all().item<bool>());
  EXPECT_TRUE((found >= 0).all().item<bool>());
}

TEST(Neighbours, ThatAreNotThereAreInfinitelyFar) {
  const auto found = nearest_others(formula_features(0, 3, 5), 5);
  EXPECT_TRUE(found.squared.slice(1, 2, 5).isinf().all().item<bool>());
  EXPECT_TRUE((found.index.slice(1, 2, 5) == -1).all().item<bool>());
}

}  // namespace
}  // namespace dcgan::test
