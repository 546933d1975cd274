#include "eval/memorised.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace dcgan {

namespace {

/// The farthest of those there are: a set may have fewer than five other pictures.
at::Tensor farthest(const at::Tensor& squared) {
  return at::where(squared.isinf(), at::zeros_like(squared), squared).amax(1);
}

}  // namespace

at::Tensor neighbourhoods(const at::Tensor& real, const at::Tensor& radii) {
  const at::NoGradGuard no_grad;
  auto out = farthest(radii);
  // Most pictures are there once, and their neighbourhood is known.
  const auto repeated = (radii.select(1, 0) <= rounding_of(real)).nonzero().flatten();
  if (repeated.size(0) > 0) {
    const auto others = nearest(real.index_select(0, repeated), real, kNeighbourhood, Same::kLeaveOut);
    out.index_copy_(0, repeated, farthest(others.squared));
  }
  return out;
}

Closeness closeness(const at::Tensor& generated, const at::Tensor& real, const at::Tensor& real_neighbourhoods) {
  const at::NoGradGuard no_grad;
  const Neighbours near = nearest(generated, real, 1);
  Closeness out{{}, near.index.select(1, 0).contiguous()};
  const auto scale = real_neighbourhoods.index_select(0, out.index);
  const auto distance = near.squared.select(1, 0);
  const auto same = distance <= rounding_of(generated);
  out.ratio = at::where(same, at::zeros_like(distance), (distance / scale).sqrt());
  return out;
}

double Closeness::memorised_share() const { return (ratio < kMemorisedRatio).to(at::kDouble).mean().item<double>(); }

}  // namespace dcgan
