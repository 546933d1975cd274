// DCGAN's discriminator: Radford et al. 2015, section 3. Losses are not here (train/losses).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "nn/network.hpp"

namespace dcgan {

/// Images [N, C, H, W] in [-1, 1] to logits [N], unbounded (no sigmoid).
/// A strided convolution a doubling (4x4, stride 2, padding 1) with LeakyReLU 0.2, BatchNorm in all but the
/// first, then one convolution over the whole base. Several batches of one size may go through in one call, one after
/// another in `images`: BatchNorm then treats each by itself, in their order.
class DiscriminatorNetImpl : public torch::nn::Module {
 public:
  explicit DiscriminatorNetImpl(const NetworkPlan& plan);
  torch::Tensor forward(const torch::Tensor& images, int64_t batches = 1);

  const std::vector<torch::nn::Conv2d>& convolutions() const { return convolutions_; }
  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_; }

 private:
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;  // norms_[i] follows convolutions_[i + 1]
};
TORCH_MODULE(DiscriminatorNet);

}  // namespace dcgan
