#include "latent/curves.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nn/latents.hpp"
#include "support/networks.hpp"

namespace dcgan::test {
namespace {

at::Tensor drawn(int64_t index, int64_t length = 100) {
  return latents(3, Purpose::kSampleLatent, index, 1, length)[0];
}
double length_of(const at::Tensor& z) { return z.to(at::kDouble).norm().item<double>(); }

TEST(Between, BeginsAndEndsAtItsEnds) {
  for (const Curve curve : {Curve::kSpherical, Curve::kLinear}) {
    EXPECT_LT(largest_difference(between(drawn(0), drawn(1), 0, curve), drawn(0)), 1e-6);
    EXPECT_LT(largest_difference(between(drawn(0), drawn(1), 1, curve), drawn(1)), 1e-6);
  }
}

TEST(Between, TurnsByEvenAnglesOnTheSphereAndKeepsOffItsMiddle) {
  const auto x = at::tensor({2.0F, 0.0F}), y = at::tensor({0.0F, 4.0F});
  for (const double t : {0.25, 0.5, 0.9}) {
    const auto z = between(x, y, t, Curve::kSpherical);
    const double angle = t * std::numbers::pi / 2, length = 2 + 2 * t;
    EXPECT_NEAR(z[0].item<double>(), length * std::cos(angle), 1e-6);
    EXPECT_NEAR(z[1].item<double>(), length * std::sin(angle), 1e-6);
  }
  EXPECT_LT(length_of(between(drawn(0), drawn(1), 0.5, Curve::kLinear)), 8.5);  // 7.07 is to be expected of 10
  EXPECT_NEAR(length_of(between(drawn(0), drawn(1), 0.5, Curve::kSpherical)),
              (length_of(drawn(0)) + length_of(drawn(1))) / 2, 1e-4);
}

TEST(Between, GoesStraightWhereThereIsNoAngle) {
  const auto z = drawn(0);
  for (const auto& other : {2 * z, -z, at::zeros_like(z), z})
    EXPECT_LT(largest_difference(between(z, other, 0.25, Curve::kSpherical), 0.75 * z + 0.25 * other), 1e-5);
}

TEST(WithinCorners, HasTheCornersInItsCornersAndTheEdgesBetweenThem) {
  const std::array<at::Tensor, 4> corners = {drawn(0), drawn(1), drawn(2), drawn(3)};
  EXPECT_LT(largest_difference(within_corners(corners, 0, 0, Curve::kSpherical), drawn(0)), 1e-6);
  EXPECT_LT(largest_difference(within_corners(corners, 1, 0, Curve::kSpherical), drawn(1)), 1e-6);
  EXPECT_LT(largest_difference(within_corners(corners, 0, 1, Curve::kSpherical), drawn(2)), 1e-6);
  EXPECT_LT(largest_difference(within_corners(corners, 1, 1, Curve::kSpherical), drawn(3)), 1e-6);
  EXPECT_LT(largest_difference(within_corners(corners, 0.3, 0, Curve::kLinear),
                               between(drawn(0), drawn(1), 0.3, Curve::kLinear)),
            1e-6);
}

TEST(Walk, IsNormalAtEveryTime) {
  for (const double t : {0.0, 0.3, 0.5, 7.77, 1e6}) {
    const auto z = walk(5, t, 0, {4096, false}).to(at::kDouble);
    EXPECT_NEAR(z.mean().item<double>(), 0, 5 / 64.0) << t;
    EXPECT_NEAR(z.std().item<double>(), 1, 5 / 90.0) << t;
    EXPECT_NEAR(z.pow(4).mean().item<double>(), 3, 50 * 5 / 640.0) << t;
  }
}

TEST(Walk, IsUniformAtEveryTimeInAUniformSpace) {
  const auto z = walk(5, 2.4, 0, {4096, true}).to(at::kDouble);
  EXPECT_NEAR(z.mean().item<double>(), 0, 0.05);
  EXPECT_NEAR(z.pow(2).mean().item<double>(), 1 / 3.0, 0.03);
  EXPECT_LE(z.abs().max().item<double>(), 1);
}

TEST(Walk, MovesEvenlyWithoutAJumpInPlaceOrSpeed) {
  const double step = 1e-3;
  const auto at_time = [](double t) { return walk(5, t, 0, 100).to(at::kDouble); };
  for (double t = 0; t < 4; t += 0.25) {
    const double before = length_of((at_time(t + step) - at_time(t)) / step);
    const double behind = length_of((at_time(t + 2 * step) - at_time(t + step)) / step);
    EXPECT_GT(before, 5) << t;
    EXPECT_LT(before, 20) << t;
    EXPECT_NEAR(before, behind, 0.1) << t;
  }
}

TEST(Walk, ThatIsALoopComesBackAndGoesOn) {
  EXPECT_LT(largest_difference(walk(5, 0.2, 6, 100), walk(5, 6.2, 6, 100)), 1e-6);
  EXPECT_GT(largest_difference(walk(5, 0.2, 6, 100), walk(5, 3.2, 6, 100)), 0.5);
}

TEST(Truncated, KeepsWithinAndInOrder) {
  const auto z = latents(5, Purpose::kSampleLatent, 0, 50, 100);
  for (const double most : {0.3, 1.0, 2.5}) {
    const auto near = truncated(z, most, false);
    EXPECT_LE(near.abs().max().item<double>(), most);
    EXPECT_TRUE(at::equal(at::argsort(z.flatten()), at::argsort(near.flatten()))) << most;
  }
  EXPECT_TRUE(same_bits(truncated(z, INFINITY, false), z));
}

TEST(Truncated, HasTheTruncatedNormalsVariance) {
  const auto z = latents(5, Purpose::kSampleLatent, 0, 500, 100);
  // 1 - 2 c phi(c) / (2 Phi(c) - 1), for c = 1
  EXPECT_NEAR(truncated(z, 1, false).to(at::kDouble).var().item<double>(), 0.2911, 0.005);
}

TEST(Truncated, ScalesUniformLatents) {
  const auto z = latents(5, Purpose::kSampleLatent, 0, 2, LatentSpace(100, true));
  EXPECT_TRUE(same_bits(truncated(z, 0.5, true), z * 0.5));
  EXPECT_TRUE(same_bits(truncated(z, 3, true), z));
}

}  // namespace
}  // namespace dcgan::test
