// DCGAN's networks (Radford, Metz and Chintala 2015, section 3 and figure 1), and the generator that resizes and
// convolves instead (Odena et al. 2016).
#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

constexpr double kRelu = 0, kLeak = 0.2;  // slopes below zero: Radford et al. 2015, section 4

std::string numbered(const char* name, size_t i) { return name + std::to_string(i); }

/// A transposed convolution from one pixel to the base, then one a doubling, each but the last followed by BatchNorm
/// and ReLU. No biases.
NetworkDescription generator(const NetworkPlan& plan, const NetworkBuilder::Convolution& up) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width);
  for (size_t i = 0; i < levels.size(); ++i) {
    build.norm_activation(numbered("norm", i), plan.classes, kRelu);
    NetworkBuilder::Convolution one = up;
    one.out = i + 1 < levels.size() ? levels[i + 1] : plan.image_channels;
    build.convolve(numbered("conv", i + 1), one);
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
    if (i > 0 && has_norm)
      build.norm_activation(numbered("norm", i), 0, kLeak);
    else
      build.activation(kLeak);
    build.mark_map();
  }
  append_logit(
      build, plan,
      {.name = numbered("conv", levels.size()), .has_bias = !has_norm, .block = static_cast<int64_t>(levels.size())});
  return build.take();
}

}  // namespace dcgan
