#include "nn/generator.hpp"

#include <ATen/ops/mm.h>
#include <ATen/ops/tanh.h>

#include "core/error.hpp"
#include "nn/class_norm.hpp"
#include "nn/kernels/settle.hpp"
#include "nn/kernels/strided.hpp"

namespace dcgan {
namespace {

constexpr double kRelu = 0;  // no slope below zero
using torch::nn::ConvTranspose2d;
using UpOptions = torch::nn::ConvTranspose2dOptions;

}  // namespace

GeneratorNetImpl::GeneratorNetImpl(const NetworkPlan& plan) : plan_(plan) {
  settle_kernels();
  const int64_t channels = plan.channels(plan.options.base_channels.generator).front();
  const auto& base = plan.shape.base;
  convolutions_.push_back(
      ConvTranspose2d(UpOptions(plan.options.latent, channels, {base.height, base.width}).bias(false)));
  plan.options.is_resnet() ? build_blocks() : build_convolutions();
}

void GeneratorNetImpl::build_convolutions() {
  const auto levels = plan_.channels(plan_.options.base_channels.generator);
  const bool resizes = plan_.options.arch == "upsample";
  for (size_t i = 1; i <= levels.size(); ++i) {
    const int64_t out = i < levels.size() ? levels[i] : plan_.image_channels;
    const auto options =
        resizes ? UpOptions(levels[i - 1], out, 3).padding(1) : UpOptions(levels[i - 1], out, 4).stride(2).padding(1);
    convolutions_.push_back(ConvTranspose2d(UpOptions(options).bias(false)));
  }
  for (const int64_t channels : levels) norms_.push_back(make_norm(channels, plan_.classes));
  for (size_t i = 0; i < convolutions_.size(); ++i) {
    register_module("conv" + std::to_string(i), convolutions_[i]);
    if (i < norms_.size()) register_module("norm" + std::to_string(i), norms_[i]);
  }
}

void GeneratorNetImpl::build_blocks() {
  const auto levels = plan_.channels(plan_.options.base_channels.generator);
  register_module("conv0", convolutions_.front());
  for (size_t i = 0; i < levels.size(); ++i) {
    blocks_.push_back(
        register_module("block" + std::to_string(i), UpBlock(levels[i == 0 ? 0 : i - 1], levels[i], plan_.classes)));
    for (const auto& norm : blocks_.back()->norms()) norms_.push_back(norm);
  }
  norms_.push_back(make_norm(levels.back(), plan_.classes));
  register_module("norm", norms_.back());
  using Options = torch::nn::Conv2dOptions;
  last_ = torch::nn::Conv2d(Options(levels.back(), plan_.image_channels, 3).padding(1).bias(false));
  register_module("last", last_);
}

torch::Tensor GeneratorNetImpl::kernel(size_t i) const {
  const auto& weight = convolutions_[i]->weight;
  return plan_.options.arch == "upsample" ? widened(weight) : weight;
}

torch::Tensor GeneratorNetImpl::forward(const torch::Tensor& z, const torch::Tensor& y) {
  if (y.defined() != (plan_.classes > 0))
    throw Error(plan_.classes > 0 ? "this generator needs a class for every image" : "this generator knows no classes");
  if (!is_training()) return run_layers(layers(), z.view({z.size(0), plan_.options.latent, 1, 1}), y);
  // The first transposed convolution has an input of one pixel: a matrix product, several times as fast as such.
  const auto& first = convolutions_.front()->weight;  // [latent, C, H, W]
  const auto filters = first.permute({0, 2, 3, 1}).reshape({first.size(0), -1});
  auto x = at::mm(z.view({z.size(0), -1}), filters)
               .view({z.size(0), first.size(2), first.size(3), -1})
               .permute({0, 3, 1, 2});
  if (last_) {
    for (auto& block : blocks_) x = block(x, y);
    return at::tanh(convolve3(class_norm_activation(norms_.back(), x, y, kRelu), last_->weight));
  }
  for (size_t i = 0; i < norms_.size(); ++i)
    x = stride_up(class_norm_activation(norms_[i], x, y, kRelu), kernel(i + 1));
  return at::tanh(x);
}

Layers GeneratorNetImpl::layers() const {
  using Kind = Layer::Kind;
  Layers all;
  append(all, {.kind = Kind::kConvTranspose, .name = "conv0", .tensors = {{"weight", convolutions_[0]->weight}}});
  if (last_) {
    for (size_t i = 0; i < blocks_.size(); ++i) blocks_[i]->append_to(all, "block" + std::to_string(i));
    append_norm_activation(all, *norms_.back(), "norm", kRelu);
    append(all, convolution("last", last_->weight, {}, 1, 1));
  } else {
    for (size_t i = 0; i < norms_.size(); ++i) {
      append_norm_activation(all, *norms_[i], "norm" + std::to_string(i), kRelu);
      append(all, {.kind = Kind::kConvTranspose,
                   .name = "conv" + std::to_string(i + 1),
                   .tensors = {{"weight", kernel(i + 1)}},
                   .stride = 2,
                   .padding = 1});
    }
  }
  append(all, {.kind = Kind::kTanh});
  return all;
}

}  // namespace dcgan
