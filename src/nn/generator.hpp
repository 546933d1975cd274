// The generator of any architecture. Not here: what it is made of (nn/architectures), how z is drawn (nn/latents) and
// what other formats hold it (exchange).
#pragma once

#include "nn/described_net.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// z [N, latent] to images [N, C, H, W] in [-1, 1] (tanh). With classes, y, int64 [N], says which each image is of, and
/// every BatchNorm's gains and biases are its class's (nn/class_norm); without it stays undefined.
class GeneratorNetImpl : public DescribedNetImpl {
 public:
  explicit GeneratorNetImpl(const NetworkPlan& plan);
  /// Throws Error when classes are missing, or given to a network that has none.
  at::Tensor forward(const at::Tensor& z, const at::Tensor& y = {});

  const NetworkPlan& plan() const { return plan_; }
  /// Of the last convolution.
  at::Tensor last_weight() const { return convolutions().back()->weight; }

 private:
  NetworkPlan plan_;
};
TORCH_MODULE(GeneratorNet);

}  // namespace dcgan
