// What both kinds of batch normalisation share on a CPU: the statistics of a batch, read once.
#pragma once

#include <torch/nn/modules/batchnorm.h>

#include <functional>
#include <vector>

namespace dcgan {

/// A channels-last tensor's memory as rows of channels.
struct Rows {
  int64_t rows, channels;
  explicit Rows(const at::Tensor& x) : rows(x.numel() / x.size(1)), channels(x.size(1)) {}
};

inline float* floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

/// Two sums a channel, each part's added up in the order of the parts: add(first row, count, sums, other sums).
std::vector<double> summed(const Rows& r, const std::function<void(int64_t, int64_t, double*, double*)>& add);

struct Moments {
  at::Tensor mean, inverse_deviation;  // float, [C]
};

/// Of the batch x, [N, C, H, W], channels-last, fp32 or bf16; moves the norm's running statistics.
Moments batch_moments(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x);

/// Batch number `i` of `batches` that follow one another in memory.
inline at::Tensor batch_of(const at::Tensor& all, int64_t i, int64_t batches) {
  const int64_t n = all.size(0) / batches;
  return all.narrow(0, i * n, n);
}

}  // namespace dcgan
