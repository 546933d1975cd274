#include "dataset/order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace dcgan::test::orders {
namespace {

std::vector<int64_t> all_of(const Permutation& permutation, int64_t count) {
  std::vector<int64_t> all;
  for (int64_t place = 0; place < count; ++place) all.push_back(permutation(place));
  return all;
}

TEST(Permutation, VisitsEveryImageOnceAnEpoch) {
  for (const int64_t count : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 64, 65, 100, 1000, 4095, 4096, 4097, 20'000})
    for (const int64_t epoch : {int64_t{0}, int64_t{1}, int64_t{1} << 40}) {
      std::vector<int64_t> seen = all_of(Permutation(count, 42, epoch), count);
      std::sort(seen.begin(), seen.end());
      std::vector<int64_t> expected(static_cast<size_t>(count));
      std::iota(expected.begin(), expected.end(), 0);
      EXPECT_EQ(seen, expected) << count << " in epoch " << epoch;
    }
}

TEST(Permutation, DiffersBetweenEpochsAndSeeds) {
  std::set<std::vector<int64_t>> seen;
  for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, ~uint64_t{0}})
    for (const int64_t epoch : {int64_t{0}, int64_t{1}, int64_t{2}, int64_t{1} << 33})
      seen.insert(all_of(Permutation(1000, seed, epoch), 1000));
  EXPECT_EQ(seen.size(), 16u);
}

TEST(Permutation, IsTheSameForTheSameSeedAndEpoch) {
  EXPECT_EQ(all_of(Permutation(1000, 3, 4), 1000), all_of(Permutation(1000, 3, 4), 1000));
}

TEST(Permutation, PutsEveryImageAtEveryPlaceAboutEquallyOften) {
  for (const int64_t count : {3, 10, 16}) {  // below, between and at powers of two
    constexpr int kEpochs = 8000;
    std::vector<int> table(static_cast<size_t>(count * count));
    for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
      const Permutation permutation(count, 5, epoch);
      for (int64_t place = 0; place < count; ++place) ++table[static_cast<size_t>(place * count + permutation(place))];
    }
    const double expected = double(kEpochs) / static_cast<double>(count);
    double chi = 0;
    for (const int n : table) chi += (n - expected) * (n - expected) / expected;
    const double freedom = static_cast<double>((count - 1) * (count - 1));
    EXPECT_LT(chi, freedom + 5 * std::sqrt(2 * freedom)) << count;
  }
}

TEST(Permutation, DoesNotKeepNeighboursTogether) {
  int together = 0;
  const std::vector<int64_t> order = all_of(Permutation(10'000, 1, 0), 10'000);
  for (size_t i = 1; i < order.size(); ++i) together += std::abs(order[i] - order[i - 1]) == 1;
  EXPECT_LT(together, 14);  // two are expected
}

TEST(Permutation, ReachesSetsOfManyImages) {
  const int64_t count = (int64_t{1} << 40) - 12345;
  const Permutation permutation(count, 1, 0);
  std::set<int64_t> seen;
  int64_t beyond_32_bits = 0;
  for (int64_t place = 0; place < 1000; ++place) {
    const int64_t image = permutation(count - 1 - place);
    ASSERT_GE(image, 0);
    ASSERT_LT(image, count);
    seen.insert(image);
    beyond_32_bits += image > (int64_t{1} << 32);
  }
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_GT(beyond_32_bits, 900);
}

}  // namespace
}  // namespace dcgan::test::orders
