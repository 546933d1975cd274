// Kernel inception distance: the squared maximum mean discrepancy between two sets of features under the kernel
// k(x, y) = (x.y / F + 1)^3, unbiased (so it may be slightly negative). Binkowski et al. 2018, "Demystifying MMD GANs",
// section 4. Features are [N, F] float32 or float64; sums are in double precision.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "eval/measured.hpp"

namespace dcgan {

/// For every row of x the sum of k(x, other) over all other rows: [N] float64.
at::Tensor kernel_rows(const at::Tensor& x);

/// An estimate from all images of both sides. Its standard error is that of the two-sample jackknife (Arvesen 1969):
/// every image of either side left out once. Where both sides are of one distribution it is too large by about 40 %;
/// where they are far apart it is right from some hundreds of images on, and with 80 images too small by 7 %. NaN when
/// a side has only two images. `y_rows`: kernel_rows(y) where it is at hand. Memory: blocks of a few megabytes. Throws
/// Error for fewer than two rows.
Measured kid(const at::Tensor& x, const at::Tensor& y, const at::Tensor& y_rows = {});

/// As other programs do it: the mean of KID over random subsets of both sides, drawn without replacement by
/// (seed, kEvaluationChoice, number of the subset).
struct KidSubsets {
  double mean = 0;
  double deviation = 0;  // between subsets; says how much a subset's figure varies, not how well the mean is known
  int64_t subsets = 0, size = 0;
};
KidSubsets kid_over_subsets(const at::Tensor& x, const at::Tensor& y, uint64_t seed, int64_t subsets = 100,
                            int64_t most = 1000);

}  // namespace dcgan
