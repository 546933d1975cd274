#include "nn/discriminator.hpp"

#include <ATen/Functions.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "core/error.hpp"
#include "nn/class_norm.hpp"
#include "nn/kernels/norm_activation.hpp"
#include "nn/kernels/settle.hpp"
#include "nn/kernels/strided.hpp"
#include "nn/minibatch_std.hpp"
#include "nn/spectral_norm.hpp"

namespace dcgan {
namespace {

constexpr double kLeak = 0.2;  // Radford et al. 2015, section 4
using torch::nn::Conv2d;
using DownOptions = torch::nn::Conv2dOptions;

/// Rows of an image's numbers, pixel by pixel; a view of channels-last memory.
at::Tensor flat(const at::Tensor& t) { return t.permute({0, 2, 3, 1}).reshape({t.size(0), -1}); }

}  // namespace

ClassVectorsImpl::ClassVectorsImpl(int64_t classes, int64_t channels) {
  weight = register_parameter("weight", at::empty({classes, channels}));
}

DiscriminatorNetImpl::DiscriminatorNetImpl(const NetworkPlan& plan) : plan_(plan) {
  settle_kernels();
  const bool has_batch_norm = plan.options.has_batch_norm_d();
  const auto base_first = plan.channels(plan.options.base_channels.discriminator);
  const std::vector<int64_t> levels(base_first.rbegin(), base_first.rend());
  const bool is_resnet = plan.options.is_resnet();
  is_resnet ? build_blocks(levels, plan.image_channels) : build_convolutions(levels, plan.image_channels);
  const Size base = is_resnet ? Size{1, 1} : plan.shape.base;
  const int64_t in = levels.back() + (plan.options.minibatch_std ? 1 : 0);
  convolutions_.push_back(Conv2d(DownOptions(in, 1, {base.height, base.width}).bias(!has_batch_norm)));
  for (size_t i = 0; i < convolutions_.size(); ++i) {
    register_module(is_resnet ? "last" : "conv" + std::to_string(i), convolutions_[i]);
    if (plan.options.spectral_norm) add_spectral_norm(*convolutions_[i]);
    if (i > 0 && i <= norms_.size()) register_module("norm" + std::to_string(i), norms_[i - 1]);
  }
  if (plan.classes == 0) return;
  class_vectors_ = register_module("class_vectors", ClassVectors(plan.classes, levels.back()));
  if (plan.options.spectral_norm) add_spectral_norm(*class_vectors_);
}

void DiscriminatorNetImpl::build_convolutions(const std::vector<int64_t>& levels, int64_t in) {
  const bool has_batch_norm = plan_.options.has_batch_norm_d();
  for (size_t i = 0; i < levels.size(); in = levels[i++]) {
    convolutions_.push_back(Conv2d(DownOptions(in, levels[i], 4).stride(2).padding(1).bias(!has_batch_norm)));
    if (i > 0 && has_batch_norm) norms_.push_back(torch::nn::BatchNorm2d(levels[i]));
  }
}

void DiscriminatorNetImpl::build_blocks(const std::vector<int64_t>& levels, int64_t in) {
  for (size_t i = 0; i < levels.size(); in = levels[i++])
    blocks_.push_back(
        register_module("block" + std::to_string(i), DownBlock(in, levels[i], i == 0, plan_.options.spectral_norm)));
}

template <class Holder>
torch::Tensor DiscriminatorNetImpl::weight_of(Holder& module) const {
  return plan_.options.spectral_norm ? spectrally_normalised(*module) : module->weight;
}

torch::Tensor DiscriminatorNetImpl::features(const torch::Tensor& images, int64_t batches) {
  auto x = images;
  if (!blocks_.empty()) {
    for (auto& block : blocks_) x = block(x);
    return at::relu(x);
  }
  for (size_t i = 0; i + 1 < convolutions_.size(); ++i) {
    auto& one = convolutions_[i];
    x = stride_down(x, weight_of(one));
    if (one->bias.defined()) x.add_(one->bias.view({1, -1, 1, 1}));
    if (i > 0 && !norms_.empty())
      x = norm_activation(norms_[i - 1], x, kLeak, batches);
    else
      at::leaky_relu_(x, kLeak);
  }
  return x;
}

void DiscriminatorNetImpl::append_features(Layers& layers, std::vector<int64_t>& maps) {
  for (size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i]->append_to(layers, "block" + std::to_string(i));
    if (i + 1 == blocks_.size()) append_activation(layers, 0);
    maps.push_back(last_value(layers));
  }
  for (size_t i = 0; i + 1 < convolutions_.size(); ++i) {
    auto& one = convolutions_[i];
    append(layers, convolution("conv" + std::to_string(i), weight_of(one), one->bias, 2, 1));
    if (i > 0 && !norms_.empty())
      append_norm_activation(layers, *norms_[i - 1], "norm" + std::to_string(i), kLeak);
    else
      append_activation(layers, kLeak);
    maps.push_back(last_value(layers));
  }
}

Layers DiscriminatorNetImpl::layers(std::vector<int64_t>* maps) {
  using Kind = Layer::Kind;
  Layers all;
  std::vector<int64_t> own_maps;
  append_features(all, maps ? *maps : own_maps);
  const bool has_classes = plan_.classes > 0;
  const int64_t last_map = last_value(all);
  if (has_classes) {
    append(all, {.kind = Kind::kSum});
    append(all, {.kind = Kind::kClassDot, .name = "class_vectors", .tensors = {{"weight", weight_of(class_vectors_)}}});
  }
  const int64_t of_class = last_value(all);
  int64_t x = last_map;
  const auto then = [&](Kind kind) {
    all.push_back({.kind = kind, .from = x});
    x = last_value(all);
  };
  if (plan_.options.minibatch_std) then(Kind::kMinibatchStd);
  if (!blocks_.empty()) then(Kind::kSum);
  auto& last = convolutions_.back();
  const std::string name = blocks_.empty() ? "conv" + std::to_string(convolutions_.size() - 1) : "last";
  all.push_back(convolution(name, weight_of(last), last->bias, 1, 0));
  all.back().from = x;
  if (has_classes) append(all, {.kind = Kind::kAdd, .other = of_class});
  return all;
}

std::vector<torch::Tensor> DiscriminatorNetImpl::feature_maps(const torch::Tensor& images) {
  Layers all;
  std::vector<int64_t> maps;
  append_features(all, maps);
  return run_layers(all, images, {}, maps);
}

torch::Tensor DiscriminatorNetImpl::forward(const torch::Tensor& images, int64_t batches, const torch::Tensor& y) {
  if (y.defined() != (plan_.classes > 0))
    throw Error(plan_.classes > 0 ? "this discriminator needs a class for every image"
                                  : "this discriminator knows no classes");
  auto x = features(images, batches);
  // What is left is a dot product or two an image, in the weights' own numbers whatever the precision (CUDA's autocast
  // would take bf16 for it).
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  auto& last = convolutions_.back();
  x = x.to(last->weight.scalar_type());
  at::Tensor sums;  // over pixels, [N, C]
  if (plan_.classes > 0) sums = x.sum({2, 3});
  if (plan_.options.minibatch_std) x = with_minibatch_std(x, batches);
  if (!blocks_.empty()) x = x.sum({2, 3}, /*keepdim=*/true);
  auto logits = at::mv(flat(x), flat(weight_of(last)).view({-1}));
  if (last->bias.defined()) logits = logits + last->bias;
  if (plan_.classes > 0) logits = logits + (weight_of(class_vectors_).index_select(0, y) * sums).sum(1);
  return logits;
}

}  // namespace dcgan
