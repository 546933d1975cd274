#include "nn/described_net.hpp"

#include <ATen/Functions.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <optional>
#include <stdexcept>

#include "nn/class_norm.hpp"
#include "nn/kernels/settle.hpp"
#include "nn/kernels/strided.hpp"
#include "nn/minibatch_std.hpp"
#include "nn/spectral_norm.hpp"

namespace dcgan {
namespace {

using Kind = LayerKind;

/// Rows of an image's numbers, pixel by pixel; a view of channels-last memory.
at::Tensor flat(const at::Tensor& t) { return t.permute({0, 2, 3, 1}).reshape({t.size(0), -1}); }

/// A transposed convolution of one pixel is a matrix product, several times as fast as such. weight [in, C, H, W].
at::Tensor unfolded(const at::Tensor& x, const at::Tensor& weight) {
  const auto filters = weight.permute({0, 2, 3, 1}).reshape({weight.size(0), -1});
  return at::mm(x.reshape({x.size(0), -1}), filters)
      .view({x.size(0), weight.size(2), weight.size(3), -1})
      .permute({0, 3, 1, 2});
}

bool has_kernel(const PlannedLayer& l, int64_t side, int64_t stride, int64_t padding) {
  return l.kernel_height == side && l.kernel_width == side && l.stride == stride && l.padding == padding &&
         l.groups == 1;
}

/// One number an image, made of a whole map.
bool is_logit(const PlannedLayer& l) {
  return l.kind == Kind::kConv && l.out.numbers() == 1 && l.kernel_height == l.in.height &&
         l.kernel_width == l.in.width && l.padding == 0;
}

/// Which layer takes each value last; a value that nobody takes is the result.
std::vector<size_t> last_uses(const NetworkDescription& net) {
  std::vector<size_t> last(net.inputs.size() + net.layers.size(), SIZE_MAX);
  for (size_t i = 0; i < net.layers.size(); ++i) {
    last[static_cast<size_t>(net.layers[i].from)] = i;
    if (net.layers[i].takes_two()) last[static_cast<size_t>(net.layers[i].other)] = i;
  }
  return last;
}

/// Where the operation ends that a norm begins: behind its modulation and its activation, where nobody else takes what
/// is between.
size_t end_of_norm(const NetworkDescription& net, size_t norm, const std::vector<size_t>& last) {
  size_t end = norm + 1;
  const auto goes_on = [&] {
    const size_t value = net.inputs.size() + end - 1;
    return end < net.layers.size() && end != net.head && net.layers[end].from == static_cast<int64_t>(value) &&
           last[value] == end;
  };
  if (goes_on() && net.layers[end].kind == Kind::kModulate) ++end;
  return goes_on() && net.layers[end].is_activation() ? end + 1 : norm + 1;
}

}  // namespace

LayerWeightsImpl::LayerWeightsImpl(const PlannedLayer& layer) {
  for (const auto& one : layer.weights()) {
    const bool is_bias = one.name.ends_with(".bias");
    auto& tensor = is_bias ? bias : weight;
    tensor = register_parameter(is_bias ? "bias" : "weight", at::empty(one.shape));
  }
  if (layer.is_spectral) add_spectral_norm(*this);
}

DescribedNetImpl::DescribedNetImpl(std::vector<NetworkDescription> stages) : stages_(std::move(stages)) {
  settle_kernels();
  for (const auto& stage : stages_)
    for (const auto& layer : stage.layers)
      if (!layer.name.empty()) add_weights(layer);
  use_stage(0);
}

torch::nn::Module& DescribedNetImpl::folder_of(const std::string& name) {
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return *this;
  auto& folder = folders_[name.substr(0, dot)];
  if (!folder) folder = register_module(name.substr(0, dot), std::make_shared<torch::nn::Module>());
  return *folder;
}

void DescribedNetImpl::add_weights(const PlannedLayer& layer) {
  const std::string own = layer.name.substr(layer.name.find('.') + 1);
  if (layer.is_norm()) {
    if (const auto known = norms_.find(layer.name); known != norms_.end()) {
      if (known->second->running_mean.size(0) != layer.out.channels)
        throw std::logic_error("two layers need '" + layer.name + "' in two shapes");
      return;
    }
    norms_.emplace(layer.name, make_norm(layer.out.channels, layer.classes));
    folder_of(layer.name).register_module(own, norms_.at(layer.name).ptr());
    return;
  }
  if (const auto known = weights_.find(layer.name); known != weights_.end()) {
    if (known->second->weight.sizes() != at::IntArrayRef(layer.weights().front().shape) ||
        known->second->bias.defined() != layer.has_bias)
      throw std::logic_error("two layers need '" + layer.name + "' in two shapes");
    return;
  }
  weights_.emplace(layer.name, LayerWeights(layer));
  folder_of(layer.name).register_module(own, weights_.at(layer.name).ptr());
}

std::vector<PlannedWeight> DescribedNetImpl::planned_weights() const {
  std::unordered_map<std::string, PlannedWeight> by_name;
  for (const auto& stage : stages_)
    for (const auto& layer : stage.layers)
      for (const auto& weight : layer.weights()) by_name.emplace(weight.name, weight);
  std::vector<PlannedWeight> all;
  for (const auto& named : named_parameters()) all.push_back(by_name.at(named.key()));
  return all;
}

size_t DescribedNetImpl::last_stage_of(const std::string& weight) const {
  size_t last = 0;
  for (size_t stage = 1; stage < stages_.size(); ++stage)
    for (const auto& layer : stages_[stage].layers)
      for (const auto& one : layer.weights())
        if (one.name == weight) last = stage;
  return last;
}

void DescribedNetImpl::use_stage(size_t stage) {
  stage_ = stage;
  convolutions_.clear(), norms_in_use_.clear();
  for (const auto& layer : description().layers) {
    if (layer.is_convolution()) convolutions_.push_back(weights_of(layer));
    if (layer.is_norm()) norms_in_use_.push_back(norms_.at(layer.name));
  }
}

at::Tensor DescribedNetImpl::weight_of(const PlannedLayer& layer) const {
  LayerWeights weights = weights_of(layer);
  return layer.is_spectral ? spectrally_normalised(*weights) : weights->weight;
}

at::Tensor DescribedNetImpl::kernel_of(const PlannedLayer& layer) const {
  const at::Tensor weight = weight_of(layer);
  if (layer.kind == Kind::kModulate) return weight * kModulationScale;
  switch (layer.kernel) {
    case KernelFrom::kWeights:
      return weight;
    case KernelFrom::kWidened:
      return widened(weight);
    case KernelFrom::kWidenedMeans:
      return widened(weight) / 4;
  }
  throw std::logic_error("a kernel of no kind");
}

at::Tensor DescribedNetImpl::convolved(const PlannedLayer& l, const at::Tensor& x) const {
  const at::Tensor& bias = weights_of(l)->bias;
  const std::vector<int64_t> stride(2, l.stride), padding(2, l.padding);
  if (l.kind == Kind::kConvTranspose) {
    if (l.in.pixels() == 1 && l.stride == 1 && l.padding == 0) return unfolded(x, kernel_of(l));
    if (has_kernel(l, 4, 2, 1)) return stride_up(x, kernel_of(l));
    return at::conv_transpose2d(x, kernel_of(l), {}, stride, padding);
  }
  if (is_logit(l)) {
    const auto logits = at::mv(flat(x), flat(kernel_of(l)).view({-1}));
    return (bias.defined() ? logits + bias : logits).view({-1, 1, 1, 1});
  }
  if (has_kernel(l, 1, 1, 0)) return convolve1(x, weight_of(l), bias);
  const bool is_plain = has_kernel(l, 3, 1, 1);
  if (!is_plain && !has_kernel(l, 4, 2, 1))
    return at::conv2d(x, kernel_of(l), bias, stride, padding, at::IntArrayRef{1, 1}, l.groups);
  at::Tensor out = is_plain ? convolve3(x, kernel_of(l)) : stride_down(x, kernel_of(l));
  if (!bias.defined()) return out;
  // In one type: a sum of two is computed beside and converted back, element by element.
  return out.add_(bias.to(out.scalar_type()).view({1, -1, 1, 1}));
}

at::Tensor DescribedNetImpl::numbers_of(const PlannedLayer& l, const at::Tensor& by) const {
  return at::mm(by.flatten(1), kernel_of(l));
}

at::Tensor DescribedNetImpl::passed(const PlannedLayer& l, at::Tensor x, const at::Tensor& other, const at::Tensor& y,
                                    int64_t batches, bool in_place) const {
  switch (l.kind) {
    case Kind::kConv:
    case Kind::kConvTranspose:
      return convolved(l, x);
    case Kind::kBatchNorm:
    case Kind::kClassBatchNorm:
      return class_norm_activation(norms_.at(l.name), x, y, /*slope=*/1, batches);
    case Kind::kRelu:
      return in_place ? at::relu_(x) : at::relu(x);
    case Kind::kLeakyRelu:
      return in_place ? at::leaky_relu_(x, l.slope) : at::leaky_relu(x, l.slope);
    case Kind::kRelu6:
      return in_place ? at::clamp_(x, 0, 6) : at::clamp(x, 0, 6);
    case Kind::kPad:
      return padded(x, l.padding, l.padding_after);
    case Kind::kUpsample:
    case Kind::kResizeUp:
    case Kind::kMeans:
      return resized(l.kind, x);
    case Kind::kSum:
      return x.sum({2, 3}, /*keepdim=*/true);
    case Kind::kMinibatchStd:
      return with_minibatch_std(x, batches);
    case Kind::kClassDot:
      return (weight_of(l).index_select(0, y) * x.flatten(1)).sum(1).view({-1, 1, 1, 1});
    case Kind::kScale:
      return x * weights_of(l)->weight.view({1, -1, 1, 1});
    case Kind::kModulate:
      return modulated(x, numbers_of(l, other));
    case Kind::kAdd:
      return x + other;
    case Kind::kConcat:
      return at::cat({x, other}, 1);
    case Kind::kTanh:
      return at::tanh(x);
  }
  throw std::logic_error("a layer of no kind");
}

at::Tensor DescribedNetImpl::run(std::vector<at::Tensor> values, const at::Tensor& y, int64_t batches) {
  const NetworkDescription& net = description();
  const std::vector<size_t> last = last_uses(net);
  const auto taken = [&](int64_t value, size_t by) {  // what nobody needs any more gives its memory back
    auto& kept = values[static_cast<size_t>(value)];
    return last[static_cast<size_t>(value)] == by ? std::move(kept) : kept;
  };
  std::optional<c10::impl::ExcludeDispatchKeyGuard> no_autocast;
  for (size_t i = 0; i < net.layers.size(); ++i) {
    if (i == net.head) {
      // What is left is a dot product or two an image, in the weights' own numbers whatever the precision (CUDA's
      // autocast would take bf16 for it).
      no_autocast.emplace(c10::autocast_dispatch_keyset);
      values.back() = values.back().to(weights_.begin()->second->weight.scalar_type());
    }
    const PlannedLayer& l = net.layers[i];
    if (const size_t end = l.is_norm() ? end_of_norm(net, i, last) : i + 1; end > i + 1) {
      const PlannedLayer& modulation = net.layers[i + 1];
      const bool is_modulated = modulation.kind == Kind::kModulate;
      const at::Tensor numbers =
          is_modulated ? numbers_of(modulation, values[static_cast<size_t>(modulation.other)]) : at::Tensor();
      auto made =
          class_norm_activation(norms_.at(l.name), taken(l.from, i), y, net.layers[end - 1].slope, batches, numbers);
      for (; i + 1 < end; ++i) values.emplace_back();  // they are one operation
      values.push_back(std::move(made));
      continue;
    }
    const PlannedLayer* before = net.made_by(l.from);
    // What a convolution of several taps has made has memory of its own; a product of 1 x 1 is a view.
    const bool in_place = before && before->kind == Kind::kConv && before->kernel_height > 1 &&
                          last[static_cast<size_t>(l.from)] == i && net.uses_of(l.from) == 1;
    const at::Tensor other = l.takes_two() ? values[static_cast<size_t>(l.other)] : at::Tensor();
    if (l.takes_two() && l.other != l.from) taken(l.other, i);
    values.push_back(passed(l, taken(l.from, i), other, y, batches, in_place));
  }
  return values.back();
}

Layers DescribedNetImpl::layers(size_t count) const {
  Layers all;
  for (const auto& l : description().layers) {
    if (all.size() == count) break;
    Layer one{.kind = l.kind, .from = l.from, .other = l.other, .name = l.name};
    one.stride = l.stride, one.padding = l.padding, one.padding_after = l.padding_after, one.groups = l.groups;
    one.eps = l.eps, one.slope = l.slope;
    if (l.is_norm()) {
      one.tensors = norm_tensors(*norms_.at(l.name));
    } else if (!l.name.empty()) {
      one.tensors = {{"weight", kernel_of(l)}};
      if (l.has_bias) one.tensors.emplace_back("bias", weights_of(l)->bias);
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace dcgan
