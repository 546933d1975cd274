#include "nn/generator.hpp"

#include <ATen/ops/mm.h>
#include <ATen/ops/tanh.h>

#include "nn/kernels.hpp"
#include "nn/norm_activation.hpp"
#include "nn/strided.hpp"

namespace dcgan {
namespace {
constexpr double kRelu = 0;  // no slope below zero
}

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
  if (!is_training()) return evaluate(z);
  // The first transposed convolution has an input of one pixel: a matrix product, several times as fast as such.
  const auto& first = convolutions_.front()->weight;  // [latent, C, H, W]
  const auto filters = first.permute({0, 2, 3, 1}).reshape({first.size(0), -1});
  auto x = at::mm(z.view({z.size(0), -1}), filters)
               .view({z.size(0), first.size(2), first.size(3), -1})
               .permute({0, 3, 1, 2});
  for (size_t i = 0; i < norms_.size(); ++i)
    x = stride_up(norm_activation(norms_[i], x, kRelu), convolutions_[i + 1]->weight);
  return at::tanh(x);
}

torch::Tensor GeneratorNetImpl::evaluate(const torch::Tensor& z) {
  auto x = z.view({z.size(0), plan_.options.latent, 1, 1});
  for (size_t i = 0; i < norms_.size(); ++i) x = norm_activation(norms_[i], convolutions_[i](x), kRelu);
  return at::tanh(convolutions_.back()(x));
}

}  // namespace dcgan
