#include "nn/generator.hpp"

#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>

#include "nn/kernels.hpp"

namespace dcgan {

GeneratorNetImpl::GeneratorNetImpl(const NetworkPlan& plan) : plan_(plan) {
  settle_kernels();
  using torch::nn::BatchNorm2d;
  using torch::nn::ConvTranspose2d;
  using Options = torch::nn::ConvTranspose2dOptions;
  const auto levels = plan.channels(plan.options.base_channels.generator);
  const auto& base = plan.shape.base;
  convolutions_.push_back(
      ConvTranspose2d(Options(plan.options.latent, levels.front(), {base.height, base.width}).bias(false)));
  for (size_t i = 1; i < levels.size(); ++i)
    convolutions_.push_back(ConvTranspose2d(Options(levels[i - 1], levels[i], 4).stride(2).padding(1).bias(false)));
  convolutions_.push_back(
      ConvTranspose2d(Options(levels.back(), plan.image_channels, 4).stride(2).padding(1).bias(false)));
  for (const int64_t channels : levels) norms_.push_back(BatchNorm2d(channels));
  for (size_t i = 0; i < convolutions_.size(); ++i) {
    register_module("conv" + std::to_string(i), convolutions_[i]);
    if (i < norms_.size()) register_module("norm" + std::to_string(i), norms_[i]);
  }
}

torch::Tensor GeneratorNetImpl::forward(const torch::Tensor& z) {
  auto x = z.view({z.size(0), plan_.options.latent, 1, 1});
  for (size_t i = 0; i < norms_.size(); ++i) x = at::relu(norms_[i](convolutions_[i](x)));
  return at::tanh(convolutions_.back()(x));
}

}  // namespace dcgan
