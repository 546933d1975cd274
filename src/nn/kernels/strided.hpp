// The linear maps that both networks are made of. Most of all 4 x 4, stride 2, padding 1, from a large map down to one
// of half its sides (the discriminator's convolution), and its transpose up (the generator's transposed convolution).
// On a CPU it goes round the places where LibTorch's kernels fall behind their own matrix products.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// large [N, Cl, 2H, 2W] to [N, Cs, H, W]; weight [Cs, Cl, 4, 4]. As at::conv2d(large, weight, {}, 2, 1), up to
/// rounding.
at::Tensor stride_down(const at::Tensor& large, const at::Tensor& weight);
/// small [N, Cs, H, W] to [N, Cl, 2H, 2W]; weight [Cs, Cl, 4, 4]. As at::conv_transpose2d(small, weight, {}, 2, 1).
at::Tensor stride_up(const at::Tensor& small, const at::Tensor& weight);
/// x [N, Ci, H, W] to [N, Co, H, W]; weight [Co, Ci, 3, 3]. As at::conv2d(x, weight, {}, 1, 1).
at::Tensor convolve3(const at::Tensor& x, const at::Tensor& weight);
/// x [N, Ci, H, W] to [N, Co, H, W]; weight [Co, Ci, 1, 1], bias [Co] or undefined: a product of pixels and channels.
at::Tensor convolve1(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);
// All take fp32 or bf16 and obey autocast; results are channels-last. For a number of threads and a processor they give
// the same bits each time. Differentiable any number of times, by maps of the same kind: for penalties on gradients.

/// weight [A, B, 3, 3] summed over the four shifts of a 2 x 2 box: [A, B, 4, 4], channels-last, in the weight's numbers
/// under autocast too. Makes one strided map, of fewer multiplications, out of two:
///   nearest neighbours to twice the sides, then conv_transpose2d(weight, stride 1, padding 1) = stride_up(x, widened);
///   conv2d(weight, stride 1, padding 1), then means of 2 x 2 pixels = stride_down(x, widened / 4).
at::Tensor widened(const at::Tensor& weight);
/// The way back: float32 weights [A, B, 3, 3] on the CPU whose widened() comes closest to this kernel [A, B, 4, 4]: for
/// one that was widened, what it was made of, to the rounding of its numbers.
at::Tensor narrowed(const at::Tensor& kernel);

}  // namespace dcgan
