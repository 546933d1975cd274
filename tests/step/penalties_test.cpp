// Penalties against closed forms: critics whose gradient by the image is known.
#include "step/penalties.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "step/objective.hpp"
#include "support/networks.hpp"

namespace dcgan::test {
namespace {

at::Tensor images(uint64_t index) { return noise({3, 2, 4, 4}, index).to(at::kDouble); }

/// D(x) = <w, x>: its gradient is w at every image.
struct Linear {
  at::Tensor w = images(1)[0].clone().requires_grad_(true);
  at::Tensor operator()(const at::Tensor& x) const { return (x * w).sum({1, 2, 3}); }
};

/// D(x) = sum a x^2 / 2: its gradient is a x, another one for each image.
struct Quadratic {
  at::Tensor a = images(2)[0].clone().requires_grad_(true);
  at::Tensor operator()(const at::Tensor& x) const { return (0.5 * a * x.square()).sum({1, 2, 3}); }
};

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(Penalties, AreTakenImageByImage) {
  const Quadratic d;
  const auto x = images(3);
  const auto got = squared_gradient_norms(d, x);
  ASSERT_EQ(got.sizes().vec(), std::vector<int64_t>{3});
  EXPECT_LE(difference(got, (d.a * x).square().sum({1, 2, 3})), 1e-12);
  EXPECT_LE(difference(squared_gradient_norms(d, x.narrow(0, 1, 1)), got.narrow(0, 1, 1)), 1e-12);
}

TEST(Penalties, R1IsHalfTheWeightTimesTheSquaredSlopeAndSoIsItsGradient) {
  const Linear linear;
  const auto penalty = zero_centered_penalty(linear, images(3), 3);
  EXPECT_NEAR(penalty.item<double>(), 1.5 * linear.w.square().sum().item<double>(), 1e-12);
  EXPECT_LE(difference(torch::autograd::grad({penalty}, {linear.w})[0], 3 * linear.w), 1e-12);
  const Quadratic quadratic;
  const auto x = images(3);
  const auto by_a = torch::autograd::grad({zero_centered_penalty(quadratic, x, 3)}, {quadratic.a})[0];
  EXPECT_LE(difference(by_a, 3 * quadratic.a * x.square().mean(0)), 1e-12);
}

TEST(Penalties, OfWassersteinKeepTheSlopeAtOneOnTheLineBetweenRealAndFake) {
  const Linear linear;
  const auto mix = at::tensor({0.0, 0.25, 1.0}, at::kDouble);
  const auto penalty = gradient_penalty(linear, images(3), images(4), mix, 10);
  const double norm = linear.w.norm().item<double>();
  EXPECT_NEAR(penalty.item<double>(), 10 * (norm - 1) * (norm - 1), 1e-9);
  EXPECT_LE(difference(torch::autograd::grad({penalty}, {linear.w})[0], 20 * (norm - 1) / norm * linear.w), 1e-9);
  const Quadratic quadratic;
  const auto real = images(3), fake = images(4), m = mix.view({3, 1, 1, 1});
  const auto between = m * real + (1 - m) * fake;
  const auto norms = (quadratic.a * between).square().sum({1, 2, 3}).sqrt();
  EXPECT_NEAR(gradient_penalty(quadratic, real, fake, mix, 10).item<double>(),
              10 * (norms - 1).square().mean().item<double>(), 1e-9);
}

TEST(Penalties, HaveAFiniteSlopeWhereTheDiscriminatorIsFlat) {
  const auto w = at::zeros({2, 4, 4}, at::kDouble).requires_grad_(true);
  const auto flat = [&](const at::Tensor& x) { return (x * w).sum({1, 2, 3}); };
  const auto penalty = gradient_penalty(flat, images(3), images(4), at::full({3}, 0.5, at::kDouble), 10);
  EXPECT_TRUE(torch::autograd::grad({penalty}, {w})[0].isfinite().all().item<bool>());
}

TEST(Penalties, WeighAsMuchMoreAsTheyAreTakenMoreRarely) {
  ObjectiveOptions options;
  options.r1 = 2, options.r2 = 1, options.penalty_every = 4;
  const Objective objective(options);
  for (int64_t step = 0; step < 9; ++step) EXPECT_EQ(objective.is_lazy_turn(step), step % 4 == 0) << step;
  const Quadratic d;
  const auto real = images(3), fake = images(4);
  const double expected =
      4 * (zero_centered_penalty(d, real, 2).item<double>() + zero_centered_penalty(d, fake, 1).item<double>());
  EXPECT_NEAR(objective.penalty(d, real, fake, {}, true).item<double>(), expected, 1e-9);
}

TEST(Penalties, ThatAreOffCostNothing) {
  const Objective objective{ObjectiveOptions()};
  EXPECT_FALSE(objective.mixes());
  for (int64_t step = 0; step < 9; ++step) EXPECT_FALSE(objective.is_lazy_turn(step));
}

}  // namespace
}  // namespace dcgan::test
