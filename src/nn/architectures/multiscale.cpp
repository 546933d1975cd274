// Residual networks without norm, with an image at every size: R3GAN's blocks (Huang et al. 2024, "The GAN is dead;
// long live the GAN! A Modern GAN Baseline", section 3) between strided convolutions, and images that are sums over
// sizes (Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", section 4.1; Karnewar and Wang
// 2020, "MSG-GAN"). What a larger size adds begins at zero. So both networks may be trained at smaller sizes first
// (nn/stages), and go on at a larger one as the same functions. No norm brings a layer's numbers back to size, so its
// weights take steps in proportion to their first deviation: an equalised learning rate.
#include <cmath>

#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

using Convolution = NetworkBuilder::Convolution;

constexpr double kSlope = 0.2;
constexpr double kFirstImages = 0.2;  // deviation of the first images, far from where tanh is flat

/// Deviation of weights that keeps the size of numbers, behind an activation.
double even(int64_t fan_in) { return std::sqrt(2 / ((1 + kSlope * kSlope) * static_cast<double>(fan_in))); }

/// x + (1 x 1, LeakyReLU, 3 x 3, LeakyReLU, 1 x 1) with half the channels in between. The last convolution begins at
/// zero (Zhang et al. 2019, "Fixup initialization"), unless it is divided by its largest singular value.
void block(NetworkBuilder& build, const std::string& name, bool is_spectral = false) {
  const int64_t x = build.last(), channels = build.shape().channels;
  const int64_t inner = (channels + 1) / 2;
  const auto convolve = [&](const char* part, int64_t out, int64_t side, double step, double spread) {
    build.convolve(name + part, {.out = out,
                                 .side = side,
                                 .padding = side / 2,
                                 .has_bias = true,
                                 .is_spectral = is_spectral,
                                 .spread = spread,
                                 .step = step});
  };
  convolve(".conv0", inner, 1, even(channels), even(channels));
  build.activation(kSlope);
  convolve(".conv1", inner, 3, even(9 * inner), even(9 * inner));
  build.activation(kSlope);
  convolve(".conv2", channels, 1, even(inner), is_spectral ? even(inner) : 0);
  build.add(x, build.last());
}

std::string numbered(const char* name, int64_t i) { return name + std::to_string(i); }

/// To twice the sides: resize and convolve.
Convolution up(int64_t out, double step, double spread) {
  return {.out = out,
          .side = 4,
          .stride = 2,
          .padding = 1,
          .is_transposed = true,
          .kernel = KernelFrom::kWidened,
          .spread = spread,
          .step = step};
}

}  // namespace

NetworkDescription multiscale_generator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  const auto count = static_cast<int64_t>(levels.size());
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  const double of_latents = 1 / std::sqrt(static_cast<double>(plan.options.latent));
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width, of_latents, of_latents);
  int64_t image = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (plan.classes > 0)
      build.norm_activation(numbered("norm", i), plan.classes, 0);
    else
      build.activation(kSlope);
    block(build, numbered("block", i));
    const int64_t h = build.last(), channels = build.shape().channels;
    const double step = even(9 * channels);
    const int64_t more =
        build.convolve(numbered("image", i), up(plan.image_channels, step, i == 0 ? kFirstImages * step : 0), h);
    if (i > 0)
      image = build.add(build.then(LayerKind::kResizeUp, image), more);
    else
      image = more;
    if (i + 1 == count) break;
    build.mark_size();
    build.convolve(numbered("up", i), up(levels[static_cast<size_t>(i) + 1], step, step), h);
  }
  build.then(LayerKind::kTanh);
  return build.take();
}

NetworkDescription multiscale_discriminator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.discriminator);
  const auto count = static_cast<int64_t>(levels.size());
  const double of_image = even(16 * plan.image_channels);
  const bool is_spectral = plan.options.spectral_norm;
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  const auto down = [&](int64_t out, double step, double spread, bool has_bias) {
    return Convolution{.out = out,
                       .side = 4,
                       .stride = 2,
                       .padding = 1,
                       .has_bias = has_bias,
                       .is_spectral = is_spectral,
                       .spread = spread,
                       .step = step};
  };
  int64_t image = 0, h = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t channels = levels[static_cast<size_t>(count - 1 - i)];
    build.begin_block(i);
    if (i > 0) {
      const double step = even(16 * build.shape().channels);
      const int64_t finer =
          build.convolve(numbered("down", i - 1), down(channels, step, is_spectral ? step : 0, false), h);
      image = build.then(LayerKind::kMeans, image);
      build.mark_size();
      build.add(build.convolve(numbered("image", i), down(channels, of_image, of_image, true)), finer);
    } else {
      build.convolve(numbered("image", i), down(channels, of_image, of_image, true), image);
    }
    build.activation(kSlope);
    block(build, numbered("block", i), is_spectral);
    h = build.last();
    build.mark_map();
  }
  append_logit(build, plan, {.name = "last", .block = count, .step = even(build.shape().numbers())});
  return build.take();
}

}  // namespace dcgan
