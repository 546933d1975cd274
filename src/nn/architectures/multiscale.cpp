// DCGAN's networks with an image at every size: G's images are sums over sizes, D is shown its image at each (Karras et
// al. 2020, "Analyzing and improving the image quality of StyleGAN", section 4.1; Karnewar and Wang 2020, "MSG-GAN").
// What a larger size adds begins at zero. So both networks may be trained at smaller sizes first (nn/stages), and go on
// at a larger one as the same functions.
#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

using Convolution = NetworkBuilder::Convolution;

constexpr double kSlopeBelow = 0.2;  // slope below zero: Radford et al. 2015, section 4

std::string numbered(const char* name, int64_t i) { return name + std::to_string(i); }

/// To twice the sides: resize and convolve.
Convolution up(int64_t out) {
  return {.out = out, .side = 4, .stride = 2, .padding = 1, .is_transposed = true, .kernel = KernelFrom::kWidened};
}

/// The same, from zero on.
Convolution from_zero(Convolution how) {
  how.spread = 0;
  return how;
}

}  // namespace

NetworkDescription multiscale_generator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  const auto count = static_cast<int64_t>(levels.size());
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width);
  int64_t image = 0;
  for (int64_t i = 0; i < count; ++i) {
    append_norm_relu(build, plan, numbered("norm", i));
    const int64_t h = build.last();
    const Convolution to_image = up(plan.image_channels);
    const int64_t more = build.convolve(numbered("image", i), i > 0 ? from_zero(to_image) : to_image, h);
    image = i > 0 ? build.add(build.then(LayerKind::kResizeUp, image), more) : more;
    if (i + 1 == count) break;
    build.mark_size();
    build.convolve(numbered("up", i), up(levels[static_cast<size_t>(i) + 1]), h);
  }
  build.then(LayerKind::kTanh);
  return build.take();
}

NetworkDescription multiscale_discriminator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.discriminator);
  const auto count = static_cast<int64_t>(levels.size());
  const bool is_spectral = plan.options.spectral_norm;
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  const auto down = [&](int64_t out, bool has_bias) {
    return Convolution{
        .out = out, .side = 4, .stride = 2, .padding = 1, .has_bias = has_bias, .is_spectral = is_spectral};
  };
  int64_t image = 0, h = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t channels = levels[static_cast<size_t>(count - 1 - i)];
    build.begin_block(i);
    if (i > 0) {
      const Convolution finer = down(channels, false);  // what is divided by its singular value cannot be zero
      const int64_t seen = build.convolve(numbered("down", i - 1), is_spectral ? finer : from_zero(finer), h);
      image = build.then(LayerKind::kMeans, image);
      build.mark_size();
      build.add(build.convolve(numbered("image", i), down(channels, true), image), seen);
    } else {
      build.convolve(numbered("image", i), down(channels, true), image);
    }
    build.activation(kSlopeBelow);
    h = build.last();
    build.mark_map();
  }
  append_logit(build, plan, {.name = "last", .block = count});
  return build.take();
}

}  // namespace dcgan
