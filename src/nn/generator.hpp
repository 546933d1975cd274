// DCGAN's generator: Radford, Metz and Chintala 2015, "Unsupervised Representation Learning with Deep
// Convolutional Generative Adversarial Networks", section 3 and figure 1. Not here: how z is drawn (latent)
// and what other formats hold it (exchange).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "nn/network.hpp"

namespace dcgan {

/// z [N, latent] to images [N, C, H, W] in [-1, 1] (tanh).
/// A transposed convolution from 1x1 to the base, then one a doubling (4x4, stride 2, padding 1), each but
/// the last followed by BatchNorm and ReLU. No biases before BatchNorm, none in the last layer.
class GeneratorNetImpl : public torch::nn::Module {
 public:
  explicit GeneratorNetImpl(const NetworkPlan& plan);
  torch::Tensor forward(const torch::Tensor& z);

  const NetworkPlan& plan() const { return plan_; }
  const std::vector<torch::nn::ConvTranspose2d>& convolutions() const { return convolutions_; }
  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_; }

 private:
  /// In evaluation mode: the operations of an exported generator, so that an image is the same from both.
  torch::Tensor evaluate(const torch::Tensor& z);

  NetworkPlan plan_;
  std::vector<torch::nn::ConvTranspose2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
};
TORCH_MODULE(GeneratorNet);

}  // namespace dcgan
