// Batch normalisation and the activation behind it as one operation: on a CPU they are bound by memory, and apart they
// walk through it almost twice as often.
#pragma once

#include <torch/nn/modules/batchnorm.h>

namespace dcgan {

/// max(t, 0) + slope min(t, 0) of t = norm(x): ReLU for slope 0, LeakyReLU else. x is [N, C, H, W], fp32 or bf16; the
/// result has its type. x holds `batches` batches of one size, one after another: in training mode each has statistics
/// of its own and moves the running ones in its turn, as torch::nn::BatchNorm2d does it (Ioffe and Szegedy 2015,
/// algorithm 1). Equal to the two modules up to rounding; for one number of threads and one processor it gives the same
/// bits each time. Differentiable any number of times; a backward pass that is itself recorded takes plain operations.
at::Tensor norm_activation(torch::nn::BatchNorm2d& norm, const at::Tensor& x, double slope, int64_t batches = 1);

}  // namespace dcgan
