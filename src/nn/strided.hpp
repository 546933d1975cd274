// The one linear map that both networks are made of: 4 x 4, stride 2, padding 1, from a large map down to one of half
// its sides (the discriminator's convolution), and its transpose up (the generator's transposed convolution). On a CPU
// it goes round the places where LibTorch's kernels fall behind their own matrix products.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// large [N, Cl, 2H, 2W] to [N, Cs, H, W]; weight [Cs, Cl, 4, 4]. As at::conv2d(large, weight, {}, 2, 1), up to
/// rounding.
at::Tensor stride_down(const at::Tensor& large, const at::Tensor& weight);
/// small [N, Cs, H, W] to [N, Cl, 2H, 2W]; weight [Cs, Cl, 4, 4]. As at::conv_transpose2d(small, weight, {}, 2, 1).
at::Tensor stride_up(const at::Tensor& small, const at::Tensor& weight);
// Both take fp32 or bf16 and obey autocast; results are channels-last. For a number of threads and a processor they
// give the same bits each time. Differentiable once.

}  // namespace dcgan
