// An architecture that is not shipped: R3GAN's blocks, Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern
// GAN Baseline", section 3 and figure 2. A file with two functions and a row, as any other of src/nn/architectures.
#pragma once

#include <cmath>

#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan::test {

constexpr double kR3Slope = 0.2;

/// A spread of weights that keeps the size of numbers.
inline double even(int64_t fan_in) { return 1 / std::sqrt(static_cast<double>(fan_in)); }

/// x + (1 x 1, LeakyReLU, grouped 3 x 3, LeakyReLU, 1 x 1). No norm; the last convolution begins at zero, the others
/// are the smaller the more blocks there are (Zhang et al. 2019, "Fixup Initialization").
inline void r3_block(NetworkBuilder& build, const std::string& name, int64_t blocks) {
  const int64_t x = build.last(), channels = build.shape().channels;
  const int64_t groups = channels % 4 == 0 ? channels / 4 : 1;
  const double depth = std::pow(static_cast<double>(blocks), -1.0 / 4);
  const auto spread = [&](int64_t fan_in) { return depth * std::sqrt(2 / static_cast<double>(fan_in)); };
  build.convolve(name + ".conv0", {.out = channels, .side = 1, .has_bias = true, .spread = spread(channels)});
  build.activation(kR3Slope);
  build.convolve(name + ".conv1", {.out = channels,
                                   .side = 3,
                                   .padding = 1,
                                   .groups = groups,
                                   .has_bias = true,
                                   .spread = spread(9 * channels / groups)});
  build.activation(kR3Slope);
  const int64_t h = build.convolve(name + ".conv2", {.out = channels, .side = 1, .spread = 0});
  build.add(x, h);
}

inline NetworkDescription r3_generator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width, even(plan.options.latent));
  const auto blocks = static_cast<int64_t>(levels.size());
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string name = "block" + std::to_string(i);
    build.then(LayerKind::kResizeUp);
    if (build.shape().channels != levels[i])
      build.convolve(name + ".resize", {.out = levels[i], .side = 1, .spread = even(build.shape().channels)});
    r3_block(build, name, blocks);
  }
  build.convolve("last", {.out = plan.image_channels, .side = 1, .spread = even(build.shape().channels)});
  build.then(LayerKind::kTanh);
  return build.take();
}

inline NetworkDescription r3_discriminator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.discriminator);
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  build.convolve("first", {.out = levels.back(), .side = 1, .has_bias = true, .spread = even(plan.image_channels)});
  for (size_t i = 0; i < levels.size(); ++i) {
    const std::string name = "block" + std::to_string(i);
    build.begin_block(static_cast<int64_t>(i));
    r3_block(build, name, static_cast<int64_t>(levels.size()));
    const int64_t next = levels[i + 1 < levels.size() ? levels.size() - 2 - i : 0];
    if (build.shape().channels != next)
      build.convolve(name + ".resize", {.out = next, .side = 1, .spread = even(build.shape().channels)});
    build.then(LayerKind::kMeans);
    build.mark_map();
  }
  append_logit(build, plan, {.name = "last"});
  return build.take();
}

inline const Architecture kR3Gan = {
    "r3gan", "residual ones without norm", "Huang et al. 2024", false, r3_generator, r3_discriminator};

}  // namespace dcgan::test
