// Distances between features: the nearest rows, and the mean over pairs. Squared distances are in double precision,
// computed block by block.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "eval/blocks.hpp"

namespace dcgan {

/// |x_i - y_j|^2 for two blocks of rows, float64 [rows of x, rows of y], never negative.
at::Tensor squared_distances(const at::Tensor& x, const at::Tensor& y);

/// The nearest rows of another set, nearest first. Where there are fewer, the rest is infinite and -1.
struct Neighbours {
  at::Tensor squared;  // [N, k] float64
  at::Tensor index;    // [N, k] int64
};
/// What is to be done with rows that are the same but for rounding.
enum class Same { kCount, kLeaveOut };
/// Of each row of x among the rows of y.
Neighbours nearest(const at::Tensor& x, const at::Tensor& y, int64_t k, Same same = Same::kCount);
/// Of each row among the other rows.
Neighbours nearest_others(const at::Tensor& x, int64_t k);

/// Squared distances of each row up to which another counts as the same: float32 features of one picture differ by
/// less.
at::Tensor rounding_of(const at::Tensor& features);

/// The mean distance between two rows, over all pairs. NaN for fewer than two rows. How diverse images are, beside the
/// same of real ones: near 0 when all look alike.
double mean_distance(const at::Tensor& features);

}  // namespace dcgan
