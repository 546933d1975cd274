// Losses on logits, in fp32 whatever the networks compute in. A loss is a few functions, each of which reads as its
// formula, and a row of the table that `--loss` chooses from. Penalties on gradients are not here (step/penalties).
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "step/loss_names.hpp"

namespace dcgan {

/// What the discriminator minimises: the sum of both.
struct DiscriminatorLoss {
  at::Tensor real, fake;  // scalars
};

/// A way to play the game. Logits are [N], unbounded; real and generated ones are as many.
struct Loss {
  std::string name;    // of the option
  std::string source;  // paper and section
  /// `smoothing` in [0, 1): how far below 1 D's target for real images lies, where the loss has a target.
  DiscriminatorLoss (*discriminator)(const at::Tensor& real, const at::Tensor& fake, double smoothing);
  /// A scalar. `real` is not looked at (and may be undefined) unless `generator_sees_real`.
  at::Tensor (*generator)(const at::Tensor& real, const at::Tensor& fake);
  /// D(x) as a figure between 0 and 1; [N]. `others` are the logits of the other side of each pair: not looked at (and
  /// maybe undefined) unless `generator_sees_real`.
  at::Tensor (*probability)(const at::Tensor& logits, const at::Tensor& others);
  bool has_probability = false;  // that figure is what D believes; otherwise it is for people only
  bool has_targets = false;      // so that label smoothing means something
  bool compares = false;         // logits mean something beside one another only: pairs instead of a threshold
  bool generator_sees_real = false;
  double threshold = 0;        // a logit above it says "real"
  double default_penalty = 0;  // weight of the gradient penalty that belongs to the loss
};

/// One of loss_names().
const Loss& loss_named(const std::string& name);

/// Of D on real images: mean of -(1 - s) log D(x) - s log(1 - D(x)), D(x) = sigmoid(logits).
/// Goodfellow et al. 2014, section 3; one-sided label smoothing: Salimans et al. 2016, section 3.4.
at::Tensor real_bce(const at::Tensor& logits, double smoothing);
/// Of D on generated images: mean of -log(1 - D(G(z))). Goodfellow et al. 2014, section 3.
at::Tensor fake_bce(const at::Tensor& logits);
/// Non-saturating, of G: mean of -log D(G(z)). Goodfellow et al. 2014, section 3.
at::Tensor generator_bce(const at::Tensor& logits);

}  // namespace dcgan
