#include "step/losses.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>

namespace dcgan::test {
namespace {

using LossFunction = std::function<at::Tensor(const at::Tensor&)>;

at::Tensor logit(double value, at::ScalarType type = at::kDouble) { return at::full({1}, value, type); }
double value_at(const LossFunction& loss, double l) { return loss(logit(l)).item<double>(); }

LossFunction real_smoothed_by(double smoothing) {
  return [smoothing](const at::Tensor& logits) { return real_bce(logits, smoothing); };
}
const LossFunction kReal = real_smoothed_by(0), kFake = fake_bce, kGenerator = generator_bce;
const LossFunction kAll[] = {kReal, real_smoothed_by(0.1), kFake, kGenerator};

TEST(Losses, EqualTheirClosedForms) {
  const std::vector<double> values = {-3, -0.5, 0, 1, 4};
  double real = 0, smoothed = 0, fake = 0;
  for (const double l : values) {
    const double d = 1 / (1 + std::exp(-l));
    smoothed -= (0.9 * std::log(d) + 0.1 * std::log(1 - d)) / 5;
    real -= std::log(d) / 5;
    fake -= std::log(1 - d) / 5;
  }
  const auto logits = at::tensor(values, at::kDouble);
  EXPECT_NEAR(kReal(logits).item<double>(), real, 1e-12);
  EXPECT_NEAR(real_bce(logits, 0.1).item<double>(), smoothed, 1e-12);
  EXPECT_NEAR(fake_bce(logits).item<double>(), fake, 1e-12);
  EXPECT_NEAR(generator_bce(logits).item<double>(), real, 1e-12);  // non-saturating: the real loss on fakes
}

TEST(Losses, AreFiniteAndExactWhereSigmoidIsZeroOrOneInFloat32) {
  for (const float l : {200.0f, 1e4f, 1e30f}) {
    EXPECT_EQ(kReal(logit(-l, at::kFloat)).item<float>(), l);
    EXPECT_EQ(fake_bce(logit(l, at::kFloat)).item<float>(), l);
    EXPECT_EQ(real_bce(logit(l, at::kFloat), 0.25).item<float>(), 0.25f * l);
    EXPECT_EQ(generator_bce(logit(-l, at::kFloat)).item<float>(), l);
    EXPECT_EQ(kReal(logit(l, at::kFloat)).item<float>(), 0.0f);
    EXPECT_EQ(fake_bce(logit(-l, at::kFloat)).item<float>(), 0.0f);
    EXPECT_EQ(generator_bce(logit(l, at::kFloat)).item<float>(), 0.0f);
  }
}

// Goodfellow et al. 2014, proposition 1: for fixed densities p (real) and q (fake) at a point, D* = p / (p + q).
TEST(Losses, OfTheDiscriminatorAreLeastAtRealOverRealPlusFake) {
  for (const auto& [p, q] : std::vector<std::pair<double, double>>{{0.5, 0.5}, {0.9, 0.1}, {0.2, 0.7}, {1e-3, 0.4}}) {
    auto l = logit(std::log(p / q)).requires_grad_(true);
    const auto at_optimum = p * kReal(l) + q * fake_bce(l);
    EXPECT_NEAR(at::sigmoid(l).item<double>(), p / (p + q), 1e-12);
    EXPECT_NEAR(torch::autograd::grad({at_optimum}, {l})[0].item<double>(), 0, 1e-12);
    for (const double step : {-1.0, -0.01, 0.01, 1.0}) {
      const double beside =
          p * value_at(kReal, std::log(p / q) + step) + q * value_at(fake_bce, std::log(p / q) + step);
      EXPECT_GT(beside, at_optimum.item<double>()) << p << " against " << q << ", " << step << " off";
    }
  }
}

// Salimans et al. 2016, section 3.4: with the target alpha for real images and 0 for fakes, D* = alpha p / (p + q).
TEST(Losses, SmoothedForRealImagesAloneScaleTheBestDiscriminator) {
  const double p = 0.9, q = 0.1, smoothing = 0.1, best = (1 - smoothing) * p / (p + q);
  auto l = logit(std::log(best / (1 - best))).requires_grad_(true);
  const auto loss = p * real_bce(l, smoothing) + q * fake_bce(l);
  EXPECT_NEAR(torch::autograd::grad({loss}, {l})[0].item<double>(), 0, 1e-12);
}

TEST(Losses, OfADiscriminatorThatCannotTellAreTwoLogTwo) {
  EXPECT_NEAR(value_at(kReal, 0) + value_at(fake_bce, 0), 2 * std::log(2.0), 1e-15);
}

TEST(Losses, GradientsEqualNumericalOnes) {
  constexpr double kStep = 1e-6;
  for (const LossFunction& loss : kAll) {
    auto logits = at::tensor(std::vector<double>{-30, -2.5, -0.1, 0.3, 2, 25}, at::kDouble).requires_grad_(true);
    const auto gradient = torch::autograd::grad({loss(logits)}, {logits})[0];
    for (int64_t i = 0; i < logits.numel(); ++i) {
      auto up = logits.detach().clone(), down = logits.detach().clone();
      up[i] += kStep, down[i] -= kStep;
      const double numerical = (loss(up) - loss(down)).item<double>() / (2 * kStep);
      EXPECT_NEAR(gradient[i].item<double>(), numerical, 1e-8) << "logit " << i;
    }
  }
}

TEST(Losses, OfTheGeneratorPullFullyWhereTheDiscriminatorIsSure) {
  for (const double l : {-10.0, -40.0, -1e3}) {
    auto logits = logit(l, at::kFloat).requires_grad_(true);
    // The saturating loss, mean of log(1 - D), would give -sigmoid(l): under 5e-5 here.
    EXPECT_NEAR(torch::autograd::grad({generator_bce(logits)}, {logits})[0].item<float>(), -1.0f, 1e-4f);
  }
}

TEST(Losses, AreMeansSoThatTheBatchSizeDoesNotScaleThem) {
  const auto logits = at::tensor(std::vector<double>{-1, 0.5, 3}, at::kDouble);
  for (const LossFunction& loss : kAll)
    EXPECT_NEAR(loss(logits.repeat({4})).item<double>(), loss(logits).item<double>(), 1e-14);
}

}  // namespace
}  // namespace dcgan::test
