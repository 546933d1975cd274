// Kernels against LibTorch's unfold and fold, on every processor: which of them a step uses is decided elsewhere.
#include "nn/kernels/column_kernels.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "nn/kernels/cpu_tensors.hpp"
#include "support/networks.hpp"

namespace dcgan::test::columns {
namespace {

struct Case {
  int64_t images, height, width, channels;  // of the small map; channels of the large one
};
const std::vector<Case> kCases = {{1, 1, 1, 1}, {2, 4, 3, 3}, {3, 2, 5, 4}, {2, 4, 4, 128}};

constexpr int64_t kKernel[] = {4, 4}, kOne[] = {1, 1}, kTwo[] = {2, 2};

at::Tensor large_of(const Case& one) {
  return noise({one.images, one.channels, 2 * one.height, 2 * one.width}).contiguous(at::MemoryFormat::ChannelsLast);
}
StrideGeometry geometry_of(const Case& one) { return {one.height, one.width, one.channels}; }

/// [N, C x 16, pixels] as unfold gives it, to rows of (ky, kx, c).
at::Tensor as_rows(const at::Tensor& unfolded, const Case& one) {
  return unfolded.view({one.images, one.channels, 16, -1}).permute({0, 3, 2, 1}).reshape({-1, 16 * one.channels});
}

template <class T>
at::Tensor gathered(const at::Tensor& large, const Case& one) {
  const int64_t rows = one.images * one.height;
  const auto columns = at::empty({rows * one.width, 16 * one.channels}, large.scalar_type());
  // In two calls, as two threads share them.
  gather_columns(memory<const T>(large), memory<T>(columns), 0, rows / 2, geometry_of(one));
  gather_columns(memory<const T>(large), memory<T>(columns), rows / 2, rows - rows / 2, geometry_of(one));
  return columns;
}

TEST(GatherColumns, IsUnfoldToTheBit) {
  for (const auto& one : kCases) {
    const auto large = large_of(one);
    EXPECT_TRUE(at::equal(gathered<float>(large, one), as_rows(at::im2col(large, kKernel, kOne, kOne, kTwo), one)));
    const auto rounded = large.to(at::kBFloat16);
    EXPECT_TRUE(at::equal(gathered<Bf16>(rounded, one).to(at::kFloat),
                          as_rows(at::im2col(rounded.to(at::kFloat), kKernel, kOne, kOne, kTwo), one)));
  }
}

template <class T>
at::Tensor scattered(const at::Tensor& columns, const Case& one) {
  const auto large = at::empty({one.images, one.channels, 2 * one.height, 2 * one.width}, columns.scalar_type())
                         .contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t rows = one.images * 2 * one.height;
  scatter_columns(memory<const T>(columns), memory<T>(large), 0, rows / 2, geometry_of(one));
  scatter_columns(memory<const T>(columns), memory<T>(large), rows / 2, rows - rows / 2, geometry_of(one));
  return large;
}

TEST(ScatterColumns, IsFold) {
  for (const auto& one : kCases) {
    const auto columns = noise({one.images * one.height * one.width, 16 * one.channels});
    const auto folded = [&](const at::Tensor& rows) {
      const auto unfolded = rows.view({one.images, one.height * one.width, 16, one.channels})
                                .permute({0, 3, 2, 1})
                                .reshape({one.images, 16 * one.channels, -1});
      const int64_t side[] = {2 * one.height, 2 * one.width};
      return at::col2im(unfolded, side, kKernel, kOne, kOne, kTwo);
    };
    EXPECT_TRUE(at::allclose(scattered<float>(columns, one), folded(columns), 1e-6, 1e-6));
    // Sums are taken in float and rounded once.
    const auto rounded = columns.to(at::kBFloat16);
    const auto sum = folded(rounded.to(at::kFloat));
    EXPECT_LE((scattered<Bf16>(rounded, one).to(at::kFloat) - sum).abs().max().item<float>(),
              sum.abs().max().item<float>() / 256);
  }
}

}  // namespace
}  // namespace dcgan::test::columns
