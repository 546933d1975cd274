// Residual blocks of both networks: Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
// appendix B, figure 8 and tables 3 to 5. An up-sampling or mean of 2 x 2 pixels beside a 3 x 3 convolution is one
// strided map here (nn/strided), of less than half the multiplications.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "nn/layers.hpp"

namespace dcgan {

/// The generator's: x [N, in, H, W] to [N, out, 2H, 2W].
/// norm0, ReLU, to twice the sides, conv0 (3 x 3), norm1, ReLU, conv1 (3 x 3); beside it to twice the sides and a 1 x 1
/// convolution. conv0's weight is that of a transposed convolution of stride 1, [in, out, 3, 3].
class UpBlockImpl : public torch::nn::Module {
 public:
  UpBlockImpl(int64_t in, int64_t out, int64_t classes);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& y);
  /// Adds the same as operations of evaluation mode, on the last value of `layers`; `name` is the block's.
  void append_to(Layers& layers, const std::string& name) const;

  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_; }

 private:
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::ConvTranspose2d conv0_;
  torch::nn::Conv2d conv1_, shortcut_;
};
TORCH_MODULE(UpBlock);

/// The discriminator's: x [N, in, H, W] to [N, out, H/2, W/2]. No BatchNorm, biases in all convolutions.
/// ReLU (not on images), conv0 (3 x 3), ReLU, conv1 (3 x 3), means of 2 x 2; beside it those means and a 1 x 1
/// convolution.
class DownBlockImpl : public torch::nn::Module {
 public:
  DownBlockImpl(int64_t in, int64_t out, bool takes_images, bool spectral_norm);
  at::Tensor forward(const at::Tensor& x);
  /// Adds the same as operations of evaluation mode, on the last value of `layers`; `name` is the block's.
  void append_to(Layers& layers, const std::string& name);

 private:
  at::Tensor weight_of(torch::nn::Conv2d& one) const;

  bool takes_images_, spectral_norm_;
  torch::nn::Conv2d conv0_, conv1_, shortcut_;
};
TORCH_MODULE(DownBlock);

}  // namespace dcgan
