#include "nn/kernels/norm_activation.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

/// Keyed noise around 3 with deviation 2, so that a mean has to be taken out; channels-last.
at::Tensor images(at::IntArrayRef shape, uint64_t seed = 0) {
  return (noise(shape.vec(), seed) * 2 + 3).contiguous(at::MemoryFormat::ChannelsLast);
}

struct Case {
  std::vector<int64_t> shape;
  double slope;
};
const std::vector<Case> kCases = {{{4, 64, 8, 8}, 0.2},   {{4, 128, 5, 3}, 0},    {{3, 7, 6, 6}, 0.2},
                                  {{16, 200, 4, 4}, 0.2}, {{1, 64, 40, 40}, 0.2}, {{2, 1, 2, 1}, 0}};

torch::nn::BatchNorm2d norm_of(int64_t channels) {
  torch::nn::BatchNorm2d norm(channels);
  const at::NoGradGuard no_grad;
  norm->weight.copy_(noise({channels}, 5) * 0.3 + 1);
  norm->bias.copy_(noise({channels}, 6));
  norm->running_mean.copy_(noise({channels}, 7));
  return norm;
}

struct Result {
  at::Tensor y, dx, d_weight, d_bias, running_mean, running_var, batches;
};

/// Output, gradients of a weighted sum of it, and statistics, all in double.
template <class Apply>
Result result_of(const Case& one, at::ScalarType type, const Apply& apply) {
  auto norm = norm_of(one.shape[1]);
  if (type == at::kDouble) norm->to(at::kDouble);
  const auto x = images(one.shape).to(type).requires_grad_();
  const auto weights = noise(one.shape, 9).to(type);
  const auto y = apply(norm, x, one.slope);
  EXPECT_EQ(y.scalar_type(), type);
  const auto gradients = torch::autograd::grad({y}, {x, norm->weight, norm->bias}, {weights});
  const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
  return {wide(y),
          wide(gradients[0]),
          wide(gradients[1]),
          wide(gradients[2]),
          wide(norm->running_mean),
          wide(norm->running_var),
          norm->num_batches_tracked.clone()};
}

at::Tensor together(torch::nn::BatchNorm2d& norm, const at::Tensor& x, double slope) {
  return norm_activation(norm, x, slope);
}
at::Tensor apart(torch::nn::BatchNorm2d& norm, const at::Tensor& x, double slope) {
  return at::leaky_relu(norm(x), slope);
}

void expect_near(const Result& got, const Result& expected, double tolerance) {
  const auto check = [&](const char* what, const at::Tensor& a, const at::Tensor& b) {
    EXPECT_LE((a - b).abs().max().item<double>(), tolerance * (1 + b.abs().max().item<double>())) << what;
  };
  check("y", got.y, expected.y), check("dx", got.dx, expected.dx);
  check("d_weight", got.d_weight, expected.d_weight), check("d_bias", got.d_bias, expected.d_bias);
  check("running_mean", got.running_mean, expected.running_mean);
  check("running_var", got.running_var, expected.running_var);
  EXPECT_EQ(got.batches.item<int64_t>(), expected.batches.item<int64_t>());
}

TEST(NormActivation, EqualsTheTwoModulesInDoublePrecisionUpToFloatRounding) {
  for (const auto& one : kCases)
    expect_near(result_of(one, at::kFloat, together), result_of(one, at::kDouble, apart), 3e-6);
}

TEST(NormActivation, InBfloat16IsWithinItsEightBits) {
  for (const auto& one : kCases) {
    if (one.shape[0] * one.shape[2] * one.shape[3] < 8) continue;  // of two values each is plus or minus one: no test
    // From the same rounded input, so that what differs is the operation.
    Case same = one;
    const auto rounded = [&](at::ScalarType type, const auto& apply) {
      auto norm = norm_of(one.shape[1]);
      if (type == at::kDouble) norm->to(at::kDouble);
      const auto x = images(one.shape).to(at::kBFloat16).to(type).requires_grad_();
      const auto y = apply(norm, x, same.slope);
      const auto dx = torch::autograd::grad({y}, {x}, {noise(one.shape, 9).to(at::kBFloat16).to(type)})[0];
      return std::pair(y.detach().to(at::kDouble), dx.to(at::kDouble));
    };
    const auto [y, dx] = rounded(at::kBFloat16, together);
    const auto [true_y, true_dx] = rounded(at::kDouble, apart);
    EXPECT_LE((y - true_y).abs().max().item<double>(), true_y.abs().max().item<double>() / 256);
    EXPECT_LE((dx - true_dx).abs().max().item<double>(), true_dx.abs().max().item<double>() / 256);
  }
}

TEST(NormActivation, DoesNotLoseAVarianceBesideALargeMean) {
  Case one{{8, 64, 8, 8}, 0.2};
  auto norm = norm_of(64), exact = norm_of(64);
  exact->to(at::kDouble);
  const at::NoGradGuard no_grad;
  norm->running_mean.fill_(1000), exact->running_mean.fill_(1000);
  const auto x = noise(one.shape).contiguous(at::MemoryFormat::ChannelsLast) + 1000;
  const auto got = norm_activation(norm, x, one.slope).to(at::kDouble);
  EXPECT_LE((got - apart(exact, x.to(at::kDouble), one.slope)).abs().max().item<double>(), 2e-3);
}

TEST(NormActivation, GivesTheSameBitsEachTime) {
  for (const auto& one : kCases) {
    const Result a = result_of(one, at::kFloat, together), b = result_of(one, at::kFloat, together);
    EXPECT_TRUE(at::equal(a.y, b.y) && at::equal(a.dx, b.dx) && at::equal(a.d_weight, b.d_weight));
    EXPECT_TRUE(at::equal(a.running_mean, b.running_mean) && at::equal(a.running_var, b.running_var));
  }
}

TEST(NormActivation, OfATensorInRowOrderIsTheSame) {
  auto a = norm_of(64), b = norm_of(64);
  const auto x = images({4, 64, 8, 8});
  EXPECT_TRUE(at::equal(norm_activation(a, x, 0.2), norm_activation(b, x.contiguous(), 0.2)));
}

TEST(NormActivation, WithoutMomentumAveragesOverTheBatches) {
  auto a = norm_of(8), b = norm_of(8);
  for (auto* norm : {&a, &b}) (*norm)->reset_running_stats(), (*norm)->options.momentum(std::nullopt);
  const at::NoGradGuard no_grad;
  for (uint64_t i = 0; i < 3; ++i) {
    const auto x = images({4, 8, 4, 4}, i);
    norm_activation(a, x, 0), b(x);
  }
  EXPECT_TRUE(at::allclose(a->running_mean, b->running_mean, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(a->running_var, b->running_var, 1e-5, 1e-6));
}

TEST(NormActivation, OfTwoBatchesInOneCallIsThatOfOneAfterTheOther) {
  for (const auto type : {at::kFloat, at::kDouble}) {
    auto a = norm_of(64), b = norm_of(64);
    a->to(type), b->to(type);
    const auto first = images({4, 64, 8, 8}, 1).to(type), second = images({4, 64, 8, 8}, 2).to(type) * 2;
    const auto x = at::cat({first, second}).requires_grad_();
    const auto once = norm_activation(a, x, 0.2, 2);
    const auto twice =
        at::cat({norm_activation(b, x.narrow(0, 0, 4), 0.2), norm_activation(b, x.narrow(0, 4, 4), 0.2)});
    EXPECT_TRUE(at::equal(once, twice));
    EXPECT_TRUE(at::equal(a->running_mean, b->running_mean) && at::equal(a->running_var, b->running_var));
    const auto weights = noise(x.sizes(), 3).to(type);
    const auto of_once = torch::autograd::grad({once}, {x, a->weight, a->bias}, {weights});
    const auto of_twice = torch::autograd::grad({twice}, {x, b->weight, b->bias}, {weights});
    for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(at::allclose(of_once[i], of_twice[i], 1e-5, 1e-5));
  }
}

TEST(NormActivation, HasTheSecondDerivativesOfTheTwoModules) {
  const auto penalty_gradients = [](at::ScalarType type) {
    auto norm = norm_of(7);
    norm->to(type);
    const auto x = images({4, 7, 3, 5}).to(type).requires_grad_();
    const auto y = norm_activation(norm, x, 0.2, 2);
    const auto slope = torch::autograd::grad({y.square()}, {x}, {noise(x.sizes(), 3).to(type)}, true, true)[0];
    return torch::autograd::grad({slope.square().sum()}, {x, norm->weight, norm->bias});
  };
  const auto got = penalty_gradients(at::kFloat), expected = penalty_gradients(at::kDouble);  // LibTorch's own there
  for (size_t i = 0; i < 3; ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-4 * expected[i].abs().max().item<double>()) << i;
}

TEST(NormActivation, InEvaluationUsesTheRunningStatisticsAndLeavesThem) {
  auto norm = norm_of(64);
  norm->eval();
  const auto x = images({4, 64, 8, 8}), before = norm->running_mean.clone();
  EXPECT_TRUE(at::equal(norm_activation(norm, x, 0.2), at::leaky_relu(norm(x), 0.2)));
  EXPECT_TRUE(at::equal(norm->running_mean, before));
}

TEST(NormActivation, OfWhatIsNoNumberIsNone) {
  auto norm = norm_of(64);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    auto x = images({4, 64, 8, 8}).to(type);
    x[0][3][0][0] = std::nan("");
    EXPECT_TRUE(norm_activation(norm, x, 0).isnan().any().item<bool>());
  }
}

}  // namespace
}  // namespace dcgan::test
