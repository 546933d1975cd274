// The generator: DCGAN's (Radford, Metz and Chintala 2015, "Unsupervised Representation Learning with Deep
// Convolutional Generative Adversarial Networks", section 3 and figure 1), the same by resizing and convolving (Odena
// et al. 2016, "Deconvolution and Checkerboard Artifacts"), or SNGAN's residual one (nn/resnet). Not here: how z is
// drawn (latent) and what other formats hold it (exchange).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "nn/layers.hpp"
#include "nn/network.hpp"
#include "nn/resnet.hpp"

namespace dcgan {

/// z [N, latent] to images [N, C, H, W] in [-1, 1] (tanh). With classes, y, int64 [N], says which each image is of, and
/// every BatchNorm's gains and biases are its class's (nn/class_norm); without it stays undefined.
/// dcgan: a transposed convolution from 1x1 to the base, then one a doubling (4x4, stride 2, padding 1), each but the
/// last followed by BatchNorm and ReLU. No biases before BatchNorm, none in the last layer.
/// upsample: from the base on nearest neighbours to twice the sides and a 3x3 convolution, whose weight is that of a
/// transposed convolution of stride 1: [in, out, 3, 3], the kernel turned by half a circle.
/// resnet: from the base on a residual block a doubling, then BatchNorm, ReLU and a 3x3 convolution.
class GeneratorNetImpl : public torch::nn::Module {
 public:
  explicit GeneratorNetImpl(const NetworkPlan& plan);
  /// Throws Error when classes are missing, or given to a network that has none.
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& y = {});
  /// What forward() does in evaluation mode, with the weights and statistics as they are now.
  Layers layers() const;

  const NetworkPlan& plan() const { return plan_; }
  /// Base first; of a resnet the first alone.
  const std::vector<torch::nn::ConvTranspose2d>& convolutions() const { return convolutions_; }
  /// All there are, in the order in which they are passed.
  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_; }
  /// Of the last convolution.
  const torch::Tensor& last_weight() const { return last_ ? last_->weight : convolutions_.back()->weight; }

 private:
  void build_convolutions();
  void build_blocks();
  /// The kernel of 4x4, stride 2 that convolution number i > 0 works by.
  torch::Tensor kernel(size_t i) const;

  NetworkPlan plan_;
  std::vector<torch::nn::ConvTranspose2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  std::vector<UpBlock> blocks_;      // of a resnet
  torch::nn::Conv2d last_{nullptr};  // of a resnet
};
TORCH_MODULE(GeneratorNet);

}  // namespace dcgan
