// Real pictures sorted into kinds, and how often generated images show each. Two shares that agree with people's eyes
// from set to set (docs/yardstick.md), where neighbourhoods of single pictures (eval/prdc) do not: a faint pattern that
// nobody minds puts every image outside of those, and where pictures are few and differ widely smears lie within.
// Bins of k-means over real features as in Richardson and Weiss 2018, "On GANs and GMMs", section 3.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

struct Kinds {
  at::Tensor centres;  // [K, F] float32
  at::Tensor shares;   // [K] float64, of the real pictures; all together 1
};
/// By k-means (Lloyd 1982): 40 kinds, of fewer than 160 pictures a quarter as many as pictures. Features [N, F]
/// float32, N >= 2. The same features give the same kinds.
Kinds kinds_of(const at::Tensor& features);

/// Share of features [N, F] that are nearest to each centre: [K] float64.
at::Tensor shares_of(const at::Tensor& features, const at::Tensor& centres);

/// Share of the real pictures whose kind the images show at least a quarter as often as it comes.
double kinds_covered(const at::Tensor& real_shares, const at::Tensor& shares);
/// Share of the images of kinds that they show at most twice as often as these come.
double kinds_fitting(const at::Tensor& real_shares, const at::Tensor& shares);

}  // namespace dcgan
