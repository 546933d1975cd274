#include "nn/discriminator.hpp"

#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/mv.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "nn/kernels.hpp"
#include "nn/norm_activation.hpp"
#include "nn/strided.hpp"

namespace dcgan {
namespace {
constexpr double kLeak = 0.2;  // Radford et al. 2015, section 4
}

DiscriminatorNetImpl::DiscriminatorNetImpl(const NetworkPlan& plan) {
  settle_kernels();
  using torch::nn::BatchNorm2d;
  using torch::nn::Conv2d;
  using Options = torch::nn::Conv2dOptions;
  auto levels = plan.channels(plan.options.base_channels.discriminator);  // base first
  int64_t in = plan.image_channels;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    convolutions_.push_back(Conv2d(Options(in, *level, 4).stride(2).padding(1).bias(false)));
    if (level != levels.rbegin()) norms_.push_back(BatchNorm2d(*level));
    in = *level;
  }
  const auto& base = plan.shape.base;
  convolutions_.push_back(Conv2d(Options(in, 1, {base.height, base.width}).bias(false)));
  for (size_t i = 0; i < convolutions_.size(); ++i) {
    register_module("conv" + std::to_string(i), convolutions_[i]);
    if (i > 0 && i <= norms_.size()) register_module("norm" + std::to_string(i), norms_[i - 1]);
  }
}

torch::Tensor DiscriminatorNetImpl::forward(const torch::Tensor& images, int64_t batches) {
  auto x = stride_down(images, convolutions_.front()->weight);
  at::leaky_relu_(x, kLeak);
  for (size_t i = 0; i < norms_.size(); ++i)
    x = norm_activation(norms_[i], stride_down(x, convolutions_[i + 1]->weight), kLeak, batches);
  // The last convolution covers all of its input with one filter: a dot product an image, in the weights' own numbers
  // whatever the precision (CUDA's autocast would take bf16 for it).
  const auto flat = [](const torch::Tensor& t) { return t.permute({0, 2, 3, 1}).reshape({t.size(0), -1}); };
  const auto& weight = convolutions_.back()->weight;
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  return at::mv(flat(x.to(weight.scalar_type())), flat(weight).view({-1}));
}

}  // namespace dcgan
