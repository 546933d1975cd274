// Batch normalisation over the batches of all ranks: several processes then compute what one would with all their
// images.
#pragma once

#include <torch/nn/modules/batchnorm.h>

#include "dist/group.hpp"

namespace dcgan {

/// While it lives, norms in training mode take the statistics of all ranks' batches, forward and back; all ranks must
/// then do the same passes. With nullptr, or a group of one, nothing changes. One thread's; scopes may lie in one
/// another.
class NormScope {
 public:
  explicit NormScope(Group* group);
  ~NormScope();
  NormScope(const NormScope&) = delete;
  NormScope& operator=(const NormScope&) = delete;

  /// The group that counts now; nullptr for none.
  static Group* current();

 private:
  Group* before_;
};

/// The sum over all ranks, as a differentiable operation: its gradient is the sum of all ranks' gradients, for the loss
/// that counts is the sum of theirs.
at::Tensor sum_over(Group& group, const at::Tensor& values);

/// (x - mean) / deviation of all ranks' x, [N, C, H, W] of one size each; moves the running statistics as BatchNorm2d
/// does.
at::Tensor normalised_over(Group& group, torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x);

}  // namespace dcgan
