#include "nn/kernels/batch_moments.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "nn/kernels/cpu_tensors.hpp"
#include "nn/kernels/norm_kernels.hpp"

namespace dcgan {

std::vector<double> summed(const Rows& r, const std::function<void(int64_t, int64_t, double*, double*)>& add) {
  const auto width = static_cast<size_t>(2 * r.channels);
  std::vector<double> all(static_cast<size_t>(at::get_num_threads()) * width);
  in_parts(r.rows, [&](int64_t part, int64_t first, int64_t count) {
    double* sums = all.data() + static_cast<size_t>(part) * width;
    add(first, count, sums, sums + r.channels);
  });
  for (size_t i = width; i < all.size(); ++i) all[i % width] += all[i];
  all.resize(width);
  return all;
}

Moments batch_moments(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x) {
  const Rows r(x);
  // Sums of x - offset: close to the mean, so that squares do not cancel. The running mean serves.
  const at::Tensor offset = norm.running_mean.clone();
  std::vector<double> sums;
  by_type(x, [&](auto type) {
    const auto* from = memory<decltype(type)>(x);
    sums = summed(r, [&](int64_t first, int64_t count, double* sum, double* squares) {
      add_moments(from + first * r.channels, count, r.channels, floats(offset), sum, squares);
    });
  });
  norm.num_batches_tracked.add_(1);
  const double momentum =
      norm.options.momentum() ? *norm.options.momentum() : 1.0 / norm.num_batches_tracked.item<double>();
  const auto n = static_cast<double>(r.rows);
  Moments out{at::empty_like(norm.running_mean), at::empty_like(norm.running_mean)};
  float *mean = floats(out.mean), *inverse = floats(out.inverse_deviation);
  float *running_mean = floats(norm.running_mean), *running_var = floats(norm.running_var);
  for (int64_t c = 0; c < r.channels; ++c) {
    const double shifted = sums[c] / n, variance = std::max(0.0, sums[r.channels + c] / n - shifted * shifted);
    const double true_mean = shifted + floats(offset)[c];
    mean[c] = static_cast<float>(true_mean);
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + norm.options.eps()));
    const double unbiased = variance * (n / std::max(1.0, n - 1));
    running_mean[c] = static_cast<float>((1 - momentum) * running_mean[c] + momentum * true_mean);
    running_var[c] = static_cast<float>((1 - momentum) * running_var[c] + momentum * unbiased);
  }
  return out;
}

}  // namespace dcgan
