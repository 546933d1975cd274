// An architecture that is not shipped: a U-Net without norm (Ronneberger et al. 2015, "U-Net: Convolutional Networks
// for Biomedical Image Segmentation", figure 1), from a picture to a picture of any size. As a generator its latent is
// a picture of noise. A file with two functions and a row, as any other of src/nn/architectures.
#pragma once

#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan::test {

constexpr int64_t kUnetLevels = 2;

/// What goes in plus a correction that begins at zero.
inline NetworkDescription unet_generator(const NetworkPlan& plan) {
  constexpr double kLeak = 0.2, kSpread = 0.1;
  const int64_t base = plan.options.base_channels.generator.value();
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  std::vector<int64_t> skips;
  build.convolve("first", {.out = base, .side = 3, .padding = 1, .has_bias = true, .spread = kSpread});
  for (int64_t i = 0; i < kUnetLevels; ++i) {
    skips.push_back(build.activation(kLeak));
    build.convolve("down" + std::to_string(i),
                   {.out = base << (i + 1), .side = 4, .stride = 2, .padding = 1, .has_bias = true, .spread = kSpread});
  }
  build.activation(kLeak);
  for (int64_t i = kUnetLevels - 1; i >= 0; --i) {
    build.then(LayerKind::kUpsample);
    build.concatenate(build.last(), skips[static_cast<size_t>(i)]);
    build.convolve("up" + std::to_string(i),
                   {.out = base << i, .side = 3, .padding = 1, .has_bias = true, .spread = kSpread});
    build.activation(kLeak);
  }
  build.convolve("last", {.out = plan.image_channels, .side = 3, .padding = 1, .spread = kSpread});
  build.scale("correction");
  build.add(build.last(), 0);
  build.then(LayerKind::kTanh);
  return build.take();
}

inline const Architecture kUnet = {"unet", "a U-Net without norm", "Ronneberger et al. 2015",
                                   true,   unet_generator,         strided_discriminator};

}  // namespace dcgan::test
