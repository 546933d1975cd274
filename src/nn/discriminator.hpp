// The discriminator of any architecture. Not here: what it is made of (nn/architectures), losses (step/losses).
#pragma once

#include "nn/described_net.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// Images [N, C, H, W] in [-1, 1] to logits [N], unbounded (no sigmoid). Several batches of one size may go through in
/// one call, one after another in `images`: BatchNorm and the minibatch deviation then treat each by itself, in their
/// order.
/// Options: spectral-norm divides every weight by its largest singular value (nn/spectral_norm); minibatch-std adds a
/// map before the last weights (nn/minibatch_std). With classes, y, int64 [N], says which each image is of, and the
/// logit gains <vector of the class, sum of the last feature maps over their pixels>: Miyato and Koyama 2018, "cGANs
/// with Projection Discriminator", section 3. Differentiable any number of times.
class DiscriminatorNetImpl : public DescribedNetImpl {
 public:
  explicit DiscriminatorNetImpl(const NetworkPlan& plan);
  /// Throws Error when classes are missing, or given to a network that has none.
  at::Tensor forward(const at::Tensor& images, int64_t batches = 1, const at::Tensor& y = {});

  /// What each layer makes of images, beside the image first: of a convolution behind its activation, of a residual
  /// block its sum, of the last block behind the ReLU; all but the last layer's logit. [N, C, H, W] each. The mode is
  /// evaluation.
  std::vector<at::Tensor> feature_maps(const at::Tensor& images);

  const NetworkPlan& plan() const { return plan_; }

 private:
  NetworkPlan plan_;
};
TORCH_MODULE(DiscriminatorNet);

}  // namespace dcgan
