#include "nn/kernels/strided.hpp"

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

using Map = at::Tensor (*)(const at::Tensor&, const at::Tensor&);
at::Tensor plain3(const at::Tensor& x, const at::Tensor& w) { return at::conv2d(x, w, {}, 1, 1); }

TEST(Convolve3, EqualsLibTorchsConvolutionInDoubleUpToFloatRounding) {
  for (const int64_t channels : {1, 3, 16, 40}) {
    const auto result = [&](Map map, at::ScalarType type) {
      const auto x = noise({2, channels, 5, 6}, 1).to(type).requires_grad_();
      const auto w = noise({7, channels, 3, 3}, 2).to(type).requires_grad_();
      const auto y = map(x, w);
      const auto gradients = torch::autograd::grad({y}, {x, w}, {noise({2, 7, 5, 6}, 3).to(type)});
      const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
      return Result{wide(y), wide(gradients[0]), wide(gradients[1])};
    };
    expect_near(result(convolve3, at::kFloat), result(plain3, at::kDouble), 1e-5);
  }
}

/// The penalty |d y / d x|^2 of a small discriminator, and its gradients by the weights: second derivatives. The sum of
/// their squares, and its gradients: third.
std::vector<at::Tensor> penalty_gradients(at::ScalarType type, Map down, Map up, Map same) {
  const auto made = [&](at::IntArrayRef shape, uint64_t index) {
    return (0.3 * noise(shape, index)).to(type).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  };
  const auto x = made({2, 3, 8, 8}, 1);
  const std::vector<at::Tensor> w = {made({8, 3, 4, 4}, 2), made({6, 8, 3, 3}, 3), made({6, 5, 4, 4}, 4)};
  const auto bend = [](const at::Tensor& t) { return t + 0.5 * t.square(); };
  const auto y = bend(up(bend(same(bend(down(x, w[0])), w[1])), w[2])).sum();
  const auto slope = torch::autograd::grad({y}, {x}, {}, true, true)[0];
  const auto second = torch::autograd::grad({slope.square().sum()}, w, {}, true, true);
  at::Tensor sum = at::zeros({}, type);
  for (const auto& one : second) sum = sum + one.square().sum();
  auto all = torch::autograd::grad({sum}, w);
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

TEST(Strided, HasTheSecondAndThirdDerivativesOfLibTorchsConvolutions) {
  const auto got = penalty_gradients(at::kFloat, stride_down, stride_up, convolve3);
  const auto expected = penalty_gradients(at::kDouble, plain_down, plain_up, plain3);
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-4 * expected[i].abs().max().item<double>()) << i;
}

TEST(Widened, KernelDoublesByNearestNeighboursAndConvolvesAtOnce) {
  for (const int64_t out : {3, 24}) {
    const auto results = [&](at::ScalarType type, bool at_once) {
      const auto x = noise({2, 16, 4, 6}, 1).to(type).requires_grad_();
      const auto w = noise({16, out, 3, 3}, 2).to(type).requires_grad_();
      const auto kernel = w.flip({2, 3}).transpose(0, 1);  // a transposed convolution is one with the kernel turned
      const auto y = at_once ? stride_up(x, widened(w))
                             : at::conv2d(at::upsample_nearest2d(x, at::IntArrayRef{8, 12}), kernel, {}, 1, 1);
      const auto gradients = torch::autograd::grad({y}, {x, w}, {noise({2, out, 8, 12}, 3).to(type)});
      const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
      return Result{wide(y), wide(gradients[0]), wide(gradients[1])};
    };
    expect_near(results(at::kFloat, true), results(at::kDouble, false), 1e-5);
    expect_near(results(at::kDouble, true), results(at::kDouble, false), 1e-12);
  }
}

TEST(Widened, KernelConvolvesAndHalvesByMeansAtOnce) {
  const auto results = [&](at::ScalarType type, bool at_once) {
    const auto x = noise({2, 3, 8, 12}, 1).to(type).requires_grad_();
    const auto w = noise({16, 3, 3, 3}, 2).to(type).requires_grad_();
    const auto y =
        at_once ? stride_down(x, widened(w) / 4) : at::avg_pool2d(at::conv2d(x, w, {}, 1, 1), at::IntArrayRef{2, 2});
    const auto gradients = torch::autograd::grad({y}, {x, w}, {noise({2, 16, 4, 6}, 3).to(type)});
    const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
    return Result{wide(y), wide(gradients[0]), wide(gradients[1])};
  };
  expect_near(results(at::kFloat, true), results(at::kDouble, false), 1e-5);
}

TEST(Widened, KernelsAreNarrowedToWhatTheyWereMadeOf) {
  const auto w = noise({4, 5, 3, 3}, 2);
  EXPECT_LE(largest_difference(narrowed(widened(w)), w), 2e-6);
  EXPECT_LE(largest_difference(narrowed(widened(w).to(at::kHalf)), w), 0.01);
  const auto whole = at::arange(4 * 5 * 9, at::kFloat).view({4, 5, 3, 3});  // sums without rounding
  EXPECT_TRUE(same_bits(narrowed(widened(whole)), whole));
}

TEST(Widened, KernelIsSummedInFp32UnderAutocast) {
  const auto w = noise({4, 5, 3, 3}, 2);
  const PrecisionScope scope(Precision::kBf16, at::kCPU);
  EXPECT_LE(largest_difference(widened(w).sum(), 4 * w.to(at::kDouble).sum()), 1e-4);
  EXPECT_EQ(widened(w).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace dcgan::test::strides
