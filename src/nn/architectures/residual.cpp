// SNGAN's residual networks: Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", appendix
// B, figure 8 and tables 3 to 5. An up-sampling or mean of 2 x 2 pixels beside a 3 x 3 convolution is one strided map
// here (nn/kernels/strided), of less than half the multiplications. In the blocks, whose shortcuts no norm scales up
// again, first weights are Glorot's, as the authors take them.
#include "nn/architectures.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

using Convolution = NetworkBuilder::Convolution;

Convolution plain(int64_t in, int64_t out, int64_t side) {
  return {.out = out, .side = side, .padding = side / 2, .spread = NetworkBuilder::glorot(in, out, side)};
}

/// norm0, ReLU, to twice the sides, conv0 (3 x 3), norm1, ReLU, conv1 (3 x 3); beside it a 1 x 1 convolution and to
/// twice the sides: in this order a quarter of the work.
void up_block(NetworkBuilder& build, const NetworkPlan& plan, const std::string& name, int64_t out) {
  const int64_t x = build.last(), in = build.shape().channels;
  append_norm_relu(build, plan, name + ".norm0");
  build.convolve(name + ".conv0", {.out = out,
                                   .side = 4,
                                   .stride = 2,
                                   .padding = 1,
                                   .is_transposed = true,
                                   .kernel = KernelFrom::kWidened,
                                   .spread = NetworkBuilder::glorot(in, out, 3)});
  append_norm_relu(build, plan, name + ".norm1");
  const int64_t h = build.convolve(name + ".conv1", plain(out, out, 3));
  build.convolve(name + ".shortcut", plain(in, out, 1), x);
  build.add(build.then(LayerKind::kUpsample), h);
}

/// ReLU (not on images), conv0 (3 x 3), ReLU, conv1 (3 x 3), means of 2 x 2; beside it those means and a 1 x 1
/// convolution. No BatchNorm, biases in all convolutions.
void down_block(NetworkBuilder& build, const std::string& name, int64_t out, bool is_spectral) {
  const int64_t x = build.last(), in = build.shape().channels;
  const bool takes_images = x == 0;
  const int64_t hidden = takes_images ? out : in;
  const auto with = [&](Convolution one) {
    one.has_bias = true, one.is_spectral = is_spectral;
    return one;
  };
  if (!takes_images) build.activation(0);
  build.convolve(name + ".conv0", with(plain(in, hidden, 3)));
  build.activation(0);
  const int64_t h = build.convolve(name + ".conv1", with({.out = out,
                                                          .side = 4,
                                                          .stride = 2,
                                                          .padding = 1,
                                                          .kernel = KernelFrom::kWidenedMeans,
                                                          .spread = NetworkBuilder::glorot(hidden, out, 3)}));
  build.then(LayerKind::kMeans, x);
  build.add(build.convolve(name + ".shortcut", with(plain(in, out, 1))), h);
}

}  // namespace

NetworkDescription residual_generator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  NetworkBuilder build({{plan.options.latent, 1, 1}});
  build.unfold("conv0", levels.front(), plan.shape.base.height, plan.shape.base.width);
  for (size_t i = 0; i < levels.size(); ++i) up_block(build, plan, "block" + std::to_string(i), levels[i]);
  append_norm_relu(build, plan, "norm");
  build.convolve("last", {.out = plan.image_channels, .side = 3, .padding = 1});
  build.then(LayerKind::kTanh);
  return build.take();
}

NetworkDescription residual_discriminator(const NetworkPlan& plan) {
  const auto levels = plan.channels(plan.options.base_channels.discriminator);
  NetworkBuilder build({{plan.image_channels, plan.shape.size().height, plan.shape.size().width}});
  for (size_t i = 0; i < levels.size(); ++i) {
    build.begin_block(static_cast<int64_t>(i));
    down_block(build, "block" + std::to_string(i), levels[levels.size() - 1 - i], plan.options.spectral_norm);
    if (i + 1 == levels.size()) build.activation(0);
    build.mark_map();
  }
  append_logit(build, plan, {.name = "last", .is_of_sums = true});
  return build.take();
}

}  // namespace dcgan
