#include "eval/class_reader.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

/// 300 images of three classes: features around 0, 1 and 2 along one direction, with noise of this size.
std::pair<at::Tensor, at::Tensor> labelled(double noise_size, uint64_t index) {
  const auto labels = at::arange(300, at::kLong).remainder(3);
  auto features = noise_size * noise({300, 5}, index);
  for (const int64_t column : {0, 1}) features.select(1, column).add_(labels.eq(column).to(at::kFloat));
  return {features, labels};
}

TEST(ClassReader, ReadsClassesThatLieApart) {
  const auto [features, labels] = labelled(0.05, 1);
  const auto [others, truth] = labelled(0.05, 2);
  EXPECT_EQ(ClassReader(features, labels, 3).accuracy(others, truth), 1);
  EXPECT_EQ(accuracy_of_halves(features, labels, 3), 1);
}

TEST(ClassReader, OfClassesThatTheFeaturesDoNotTellReadsByChance) {
  const auto labels = at::arange(300, at::kLong).remainder(3);
  EXPECT_NEAR(accuracy_of_halves(noise({300, 5}, 3), labels, 3), 1.0 / 3, 0.1);
}

TEST(ClassReader, IsTheRidgeRegressionOfItsEquations) {
  const auto [features, labels] = labelled(0.6, 4);
  // The same by the pseudo-inverse of the system with the ridge as further rows.
  auto x = features.to(at::kDouble);
  x = (x - x.mean(0)) / (x - x.mean(0)).square().mean(0).sqrt();
  const auto a = at::cat({x, at::ones({300, 1}, at::kDouble)}, 1);
  const auto rows = at::cat({a, std::sqrt(3.0) * at::eye(6, at::kDouble)});
  const auto targets = at::cat({at::one_hot(labels, 3).to(at::kDouble), at::zeros({6, 3}, at::kDouble)});
  const auto expected = at::mm(a, at::mm(at::linalg_pinv(rows), targets)).argmax(1);
  EXPECT_TRUE(at::equal(ClassReader(features, labels, 3)(features), expected));
}

TEST(ClassReader, DoesNotMindAFeatureThatNeverChanges) {
  auto [features, labels] = labelled(0.05, 1);
  features.select(1, 4).fill_(7);
  EXPECT_EQ(accuracy_of_halves(features, labels, 3), 1);
}

}  // namespace
}  // namespace dcgan::test
