// DCGAN's networks (Radford, Metz and Chintala 2015, section 3 and figure 1), and the generator that resizes and
// convolves instead (Odena et al. 2016).
#include <algorithm>

#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

constexpr double kLeak = 0.2;       // slope below zero: Radford et al. 2015, section 4
constexpr int64_t kFewestFine = 8;  // feature maps at full size: with two, both can be zero everywhere

std::string numbered(const char* name, size_t i) { return name + std::to_string(i); }

/// A transposed convolution from one pixel to the base, then one a doubling, each but the last followed by BatchNorm
/// and ReLU. No biases. `fine`: feature maps at the full size, which a convolution more makes the image of; 0: none.
NetworkDescription generator(const NetworkPlan& plan, const NetworkBuilder::Convolution& up, int64_t fine = 0) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width);
  for (size_t i = 0; i < levels.size(); ++i) {
    append_norm_relu(build, plan, numbered("norm", i));
    NetworkBuilder::Convolution one = up;
    one.out = i + 1 < levels.size() ? levels[i + 1] : fine > 0 ? fine : plan.image_channels;
    build.convolve(numbered("conv", i + 1), one);
  }
  if (fine > 0) {
    append_norm_relu(build, plan, numbered("norm", levels.size()));
    build.convolve(numbered("conv", levels.size() + 1), {.out = plan.image_channels, .side = 3, .padding = 1});
  }
  build.then(LayerKind::kTanh);
  return build.take();
}

}  // namespace

NetworkDescription strided_generator(const NetworkPlan& plan) {
  return generator(plan, {.side = 4, .stride = 2, .padding = 1, .is_transposed = true});
}

/// From the base on nearest neighbours to twice the sides and a 3 x 3 convolution, as one strided map; the weight is
/// that of a transposed convolution of stride 1, [in, out, 3, 3], the kernel turned by half a circle.
NetworkDescription upsampling_generator(const NetworkPlan& plan) {
  return generator(plan, {.side = 4, .stride = 2, .padding = 1, .is_transposed = true, .kernel = KernelFrom::kWidened});
}

NetworkDescription fine_generator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  return generator(plan, {.side = 4, .stride = 2, .padding = 1, .is_transposed = true, .kernel = KernelFrom::kWidened},
                   std::max(kFewestFine, levels.back() / 2));
}

/// A strided convolution a doubling (4 x 4, stride 2, padding 1) with LeakyReLU, BatchNorm in all but the first
/// (without it biases in all), then one convolution over the whole base.
NetworkDescription strided_discriminator(const NetworkPlan& plan) {
  const auto base_first = plan.channels(plan.options.base_channels.discriminator);
  const std::vector<int64_t> levels(base_first.rbegin(), base_first.rend());
  const bool has_norm = plan.options.has_batch_norm_d();
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  for (size_t i = 0; i < levels.size(); ++i) {
    build.begin_block(static_cast<int64_t>(i));
    build.convolve(numbered("conv", i), {.out = levels[i],
                                         .side = 4,
                                         .stride = 2,
                                         .padding = 1,
                                         .has_bias = !has_norm,
                                         .is_spectral = plan.options.spectral_norm});
    if (i > 0 && has_norm) build.norm(numbered("norm", i), 0);
    build.activation(kLeak);
    build.mark_map();
  }
  append_logit(
      build, plan,
      {.name = numbered("conv", levels.size()), .has_bias = !has_norm, .block = static_cast<int64_t>(levels.size())});
  return build.take();
}

}  // namespace dcgan
