#include "nn/minibatch_std.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace dcgan {
namespace {

int64_t group_of(int64_t batch) {
  for (const int64_t group : {4, 3, 2})
    if (batch % group == 0) return group;
  return batch;
}

}  // namespace

at::Tensor with_minibatch_std(const at::Tensor& x, int64_t batches) {
  constexpr double kEpsilon = 1e-8;  // the root has a slope where all images are one
  const int64_t n = x.size(0) / batches, group = group_of(n), groups = n / group;
  const auto grouped =
      x.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1}).reshape({batches, group, groups, -1});
  const auto deviation = ((grouped - grouped.mean(1, true)).square().mean(1, true) + kEpsilon).sqrt().mean(3, true);
  const auto map = deviation.expand({batches, group, groups, 1}).reshape({x.size(0), 1, 1, 1});
  return at::cat({x, map.expand({-1, 1, x.size(2), x.size(3)})}, 1);
}

}  // namespace dcgan
