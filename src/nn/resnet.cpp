#include "nn/resnet.hpp"

#include <ATen/Functions.h>

#include "nn/class_norm.hpp"
#include "nn/kernels/strided.hpp"
#include "nn/spectral_norm.hpp"

namespace dcgan {
namespace {

using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

Conv2d convolution_of(int64_t in, int64_t out, int64_t side, bool bias) {
  return Conv2d(Conv2dOptions(in, out, side).padding(side / 2).bias(bias));
}

/// A convolution of 1 x 1: a product of pixels and channels. The bias may be undefined.
at::Tensor convolve1(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto pixels = x.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
  const auto filters = weight.view({weight.size(0), -1}).t();
  return (bias.defined() ? at::addmm(bias, pixels, filters) : at::mm(pixels, filters))
      .view({x.size(0), x.size(2), x.size(3), -1})
      .permute({0, 3, 1, 2});
}

at::Tensor doubled(const at::Tensor& x) {
  return at::upsample_nearest2d(x, at::IntArrayRef{2 * x.size(2), 2 * x.size(3)});
}

}  // namespace

UpBlockImpl::UpBlockImpl(int64_t in, int64_t out, int64_t classes)
    : norms_{make_norm(in, classes), make_norm(out, classes)},
      conv0_(torch::nn::ConvTranspose2dOptions(in, out, 3).padding(1).bias(false)),
      conv1_(convolution_of(out, out, 3, false)),
      shortcut_(convolution_of(in, out, 1, false)) {
  register_module("norm0", norms_[0]), register_module("conv0", conv0_);
  register_module("norm1", norms_[1]), register_module("conv1", conv1_);
  register_module("shortcut", shortcut_);
}

at::Tensor UpBlockImpl::forward(const at::Tensor& x, const at::Tensor& y) {
  auto h = stride_up(class_norm_activation(norms_[0], x, y, 0), widened(conv0_->weight));
  h = convolve3(class_norm_activation(norms_[1], h, y, 0), conv1_->weight);
  return h + doubled(convolve1(x, shortcut_->weight, {}));  // 1 x 1 before doubling: a quarter of the work
}

void UpBlockImpl::append_to(Layers& layers, const std::string& name) const {
  using Kind = Layer::Kind;
  const int64_t x = last_value(layers);
  append_norm_activation(layers, *norms_[0], name + ".norm0", 0);
  append(layers, {.kind = Kind::kConvTranspose,
                  .name = name + ".conv0",
                  .tensors = {{"weight", widened(conv0_->weight)}},
                  .stride = 2,
                  .padding = 1});
  append_norm_activation(layers, *norms_[1], name + ".norm1", 0);
  append(layers, convolution(name + ".conv1", conv1_->weight, {}, 1, 1));
  const int64_t h = last_value(layers);
  layers.push_back(convolution(name + ".shortcut", shortcut_->weight, {}, 1, 0));
  layers.back().from = x;
  append(layers, {.kind = Kind::kUpsample});
  append(layers, {.kind = Kind::kAdd, .other = h});
}

DownBlockImpl::DownBlockImpl(int64_t in, int64_t out, bool takes_images, bool spectral_norm)
    : takes_images_(takes_images),
      spectral_norm_(spectral_norm),
      conv0_(convolution_of(in, takes_images ? out : in, 3, true)),
      conv1_(convolution_of(takes_images ? out : in, out, 3, true)),
      shortcut_(convolution_of(in, out, 1, true)) {
  register_module("conv0", conv0_), register_module("conv1", conv1_), register_module("shortcut", shortcut_);
  if (spectral_norm)
    for (auto* one : {&conv0_, &conv1_, &shortcut_}) add_spectral_norm(**one);
}

at::Tensor DownBlockImpl::weight_of(Conv2d& one) const {
  return spectral_norm_ ? spectrally_normalised(*one) : one->weight;
}

at::Tensor DownBlockImpl::forward(const at::Tensor& x) {
  const auto with_bias = [](const at::Tensor& t, Conv2d& one) { return t.add_(one->bias.view({1, -1, 1, 1})); };
  auto h = takes_images_ ? x : at::relu(x);
  h = with_bias(convolve3(h, weight_of(conv0_)), conv0_);
  h = with_bias(stride_down(at::relu_(h), widened(weight_of(conv1_)) / 4), conv1_);
  return h + convolve1(at::avg_pool2d(x, at::IntArrayRef{2, 2}), weight_of(shortcut_), shortcut_->bias);
}

void DownBlockImpl::append_to(Layers& layers, const std::string& name) {
  const int64_t x = last_value(layers);
  if (!takes_images_) append_activation(layers, 0);
  append(layers, convolution(name + ".conv0", weight_of(conv0_), conv0_->bias, 1, 1));
  append_activation(layers, 0);
  append(layers, convolution(name + ".conv1", widened(weight_of(conv1_)) / 4, conv1_->bias, 2, 1));
  const int64_t h = last_value(layers);
  layers.push_back({.kind = Layer::Kind::kMeans, .from = x});
  append(layers, convolution(name + ".shortcut", weight_of(shortcut_), shortcut_->bias, 1, 0));
  append(layers, {.kind = Layer::Kind::kAdd, .other = h});
}

}  // namespace dcgan
