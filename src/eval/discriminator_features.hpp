// What a discriminator has learned to see, as features of pictures: Radford et al. 2015, section 5.1.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/discriminator.hpp"

namespace dcgan {

/// The maps of every layer, each the maximum over a 4 x 4 grid, flattened, one after another. Images uint8 [N, H, W, C]
/// to float32 [N, F], F = 16 x all channels. An image's features do not depend on the others.
at::Tensor discriminator_features(DiscriminatorNet& net, const at::Tensor& images);

/// Logits [N], float32, of images uint8 [N, H, W, C]; y int64 [N] for one with classes, else undefined.
at::Tensor discriminator_logits(DiscriminatorNet& net, const at::Tensor& images, const at::Tensor& y);

}  // namespace dcgan
