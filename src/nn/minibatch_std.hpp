// Minibatch standard deviation: Karras, Aila, Laine and Lehtinen 2018, "Progressive Growing of GANs", section 3.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// x [N, C, H, W] with one more map, [N, C + 1, H, W]: the deviation of each number over a group of images, its mean
/// over all C, H and W, the same at every pixel. A group is 4 images of a batch (3 or 2 where they do not divide it,
/// else all), those whose places are a multiple of batch / group apart. x holds `batches` batches of one size, one
/// after another; each is treated by itself.
at::Tensor with_minibatch_std(const at::Tensor& x, int64_t batches = 1);

}  // namespace dcgan
