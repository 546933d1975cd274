// Losses on logits, in fp32. One function a loss; each reads as its formula.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// Discriminator on real images: mean of -(1 - s) log D(x) - s log(1 - D(x)), D(x) = sigmoid(logits), s the
/// smoothing in [0, 1): D's target for real images is 1 - s. `logits` is [N], unbounded.
/// Goodfellow et al. 2014, section 3; one-sided label smoothing: Salimans et al. 2016, section 3.4.
at::Tensor real_bce(const at::Tensor& logits, double smoothing);
/// Discriminator on generated images: mean of -log(1 - D(G(z))). Goodfellow et al. 2014, section 3.
at::Tensor fake_bce(const at::Tensor& logits);
/// Non-saturating generator loss: mean of -log D(G(z)). Goodfellow et al. 2014, section 3.
at::Tensor generator_bce(const at::Tensor& logits);

}  // namespace dcgan
