// The discriminator: DCGAN's (Radford et al. 2015, section 3), or SNGAN's residual one (nn/resnet). Losses are not here
// (train/losses).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "nn/network.hpp"
#include "nn/resnet.hpp"

namespace dcgan {

/// The vector of each class in the projection discriminator, weight [classes, C].
class ClassVectorsImpl : public torch::nn::Module {
 public:
  ClassVectorsImpl(int64_t classes, int64_t channels);
  torch::Tensor weight;
};
TORCH_MODULE(ClassVectors);

/// Images [N, C, H, W] in [-1, 1] to logits [N], unbounded (no sigmoid). Several batches of one size may go through in
/// one call, one after another in `images`: BatchNorm and the minibatch deviation then treat each by itself, in their
/// order.
/// dcgan, upsample: a strided convolution a doubling (4x4, stride 2, padding 1) with LeakyReLU 0.2, BatchNorm in all
/// but the first (norm-d none: in none, and biases in all), then one convolution over the whole base. resnet: a
/// residual block a doubling, ReLU, the sum over the base's pixels, one weight a channel, biases. Options:
/// spectral-norm divides every weight by its largest singular value (nn/spectral_norm); minibatch-std adds a map before
/// the last weights (nn/minibatch_std). With classes, y, int64 [N], says which each image is of, and the logit gains
/// <vector of the class, sum of the last feature maps over their pixels>: Miyato and Koyama 2018, "cGANs with
/// Projection Discriminator", section 3. Differentiable any number of times.
class DiscriminatorNetImpl : public torch::nn::Module {
 public:
  explicit DiscriminatorNetImpl(const NetworkPlan& plan);
  /// Throws Error when classes are missing, or given to a network that has none.
  torch::Tensor forward(const torch::Tensor& images, int64_t batches = 1, const torch::Tensor& y = {});

  /// The same in evaluation mode, of one batch, as operations from images to logits [N, 1, 1, 1]; of spectrally
  /// normalised weights the quotients. `maps`, if there is one, gets the numbers of the feature maps. The mode is
  /// evaluation: in training spectral norms would move.
  Layers layers(std::vector<int64_t>* maps = nullptr);

  /// What each layer makes of images, beside the image first: of a convolution behind its activation, of a residual
  /// block its sum, of the last block behind the ReLU; all but the last layer's logit. [N, C, H, W] each. The mode is
  /// evaluation.
  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images);

  const NetworkPlan& plan() const { return plan_; }
  /// Beside the image first; the last one has a single filter. Of a resnet that alone.
  const std::vector<torch::nn::Conv2d>& convolutions() const { return convolutions_; }
  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_; }

 private:
  void build_convolutions(const std::vector<int64_t>& levels, int64_t in);
  void build_blocks(const std::vector<int64_t>& levels, int64_t in);
  /// Feature maps [N, C, base] of images.
  torch::Tensor features(const torch::Tensor& images, int64_t batches);
  /// The same as operations.
  void append_features(Layers& layers, std::vector<int64_t>& maps);
  template <class Holder>
  torch::Tensor weight_of(Holder& module) const;

  NetworkPlan plan_;
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;  // norms_[i] follows convolutions_[i + 1]
  std::vector<DownBlock> blocks_;              // of a resnet
  ClassVectors class_vectors_{nullptr};
};
TORCH_MODULE(DiscriminatorNet);

}  // namespace dcgan
