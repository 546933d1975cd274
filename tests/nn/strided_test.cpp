#include "nn/strided.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "nn/precision.hpp"
#include "support/networks.hpp"

namespace dcgan::test::strides {
namespace {

struct Maps {
  int64_t images, height, width, small_channels, large_channels;
};
// Few channels and many, one pixel and edges on every side.
const std::vector<Maps> kMaps = {
    {2, 4, 4, 16, 3}, {3, 5, 3, 8, 1}, {2, 4, 6, 130, 128}, {1, 1, 1, 5, 4}, {4, 8, 8, 32, 64}};

struct Result {
  at::Tensor y, dx, d_weight;
};

/// Output and gradients of a weighted sum of it, in double.
template <class Map>
Result result_of(const Maps& m, bool goes_up, at::ScalarType type, const Map& map) {
  const std::vector<int64_t> small = {m.images, m.small_channels, m.height, m.width},
                             large = {m.images, m.large_channels, 2 * m.height, 2 * m.width};
  const auto x = noise(goes_up ? small : large, 1).to(type).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto weight = noise({m.small_channels, m.large_channels, 4, 4}, 2)
                          .to(type)
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .requires_grad_();
  const at::Tensor y = map(x, weight);
  EXPECT_EQ(y.sizes().vec(), goes_up ? large : small);
  const auto gradients = torch::autograd::grad({y}, {x, weight}, {noise(y.sizes().vec(), 3).to(y.scalar_type())});
  const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
  return {wide(y), wide(gradients[0]), wide(gradients[1])};
}

at::Tensor plain_down(const at::Tensor& x, const at::Tensor& w) { return at::conv2d(x, w, {}, 2, 1); }
at::Tensor plain_up(const at::Tensor& x, const at::Tensor& w) { return at::conv_transpose2d(x, w, {}, 2, 1); }

void expect_near(const Result& got, const Result& expected, double tolerance) {
  const auto check = [&](const char* what, const at::Tensor& a, const at::Tensor& b) {
    EXPECT_LE((a - b).abs().max().item<double>(), tolerance * b.abs().max().item<double>()) << what;
  };
  check("y", got.y, expected.y), check("dx", got.dx, expected.dx), check("d_weight", got.d_weight, expected.d_weight);
}

TEST(Strided, EqualsLibTorchsConvolutionsInDoubleUpToFloatRounding) {
  for (const auto& m : kMaps) {
    expect_near(result_of(m, false, at::kFloat, stride_down), result_of(m, false, at::kDouble, plain_down), 1e-5);
    expect_near(result_of(m, true, at::kFloat, stride_up), result_of(m, true, at::kDouble, plain_up), 1e-5);
  }
}

TEST(Strided, InDoubleIsLibTorchsOwn) {
  for (const auto& m : kMaps)
    expect_near(result_of(m, true, at::kDouble, stride_up), result_of(m, true, at::kDouble, plain_up), 0);
}

TEST(Strided, InBfloat16IsWithinItsEightBits) {
  for (const auto& m : kMaps) {
    expect_near(result_of(m, false, at::kBFloat16, stride_down), result_of(m, false, at::kDouble, plain_down), 0.03);
    expect_near(result_of(m, true, at::kBFloat16, stride_up), result_of(m, true, at::kDouble, plain_up), 0.03);
  }
}

TEST(Strided, ObeysAutocastAndGivesTheWeightsFp32Gradients) {
  const Maps m{2, 4, 4, 16, 3};
  const auto weight = noise({16, 3, 4, 4}, 2).requires_grad_();
  at::Tensor y;
  {
    const PrecisionScope scope(Precision::kBf16, at::kCPU);
    y = stride_up(noise({m.images, 16, 4, 4}, 1), weight);
  }
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_EQ(torch::autograd::grad({y.sum()}, {weight})[0].scalar_type(), at::kFloat);
}

TEST(Strided, ComputesNoGradientForFrozenWeights) {
  const auto x = noise({2, 3, 8, 8}, 1).requires_grad_();
  const auto weight = noise({16, 3, 4, 4}, 2);
  const auto y = stride_down(x, weight);
  EXPECT_TRUE(torch::autograd::grad({y.sum()}, {x})[0].defined());
  EXPECT_FALSE(weight.grad().defined());
}

}  // namespace
}  // namespace dcgan::test::strides
