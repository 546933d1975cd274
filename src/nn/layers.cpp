#include "nn/layers.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "nn/minibatch_std.hpp"

namespace dcgan {
namespace {

at::Tensor statistics_norm(const Layer& l, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::batch_norm(x, weight, bias, l.tensor("running_mean"), l.tensor("running_var"), false, 0.0, l.eps, true);
}

at::Tensor of_classes(const at::Tensor& table, const at::Tensor& y) {
  return table.index_select(0, y).unsqueeze(2).unsqueeze(3);
}

at::Tensor applied(const Layer& l, const at::Tensor& x, const at::Tensor& other, const at::Tensor& y) {
  using Kind = Layer::Kind;
  const std::vector<int64_t> stride(2, l.stride), padding(2, l.padding);
  switch (l.kind) {
    case Kind::kConvTranspose:
      return at::conv_transpose2d(x, l.tensor("weight"), {}, stride, padding);
    case Kind::kConv:
      return at::conv2d(x, l.tensor("weight"), l.find("bias"), stride, padding, at::IntArrayRef{1, 1}, l.groups);
    case Kind::kBatchNorm:
      return statistics_norm(l, x, l.tensor("weight"), l.tensor("bias"));
    case Kind::kClassBatchNorm:
      return statistics_norm(l, x, {}, {}) * of_classes(l.tensor("class_gain"), y) +
             of_classes(l.tensor("class_bias"), y);
    case Kind::kRelu:
      return at::relu(x);
    case Kind::kLeakyRelu:
      return at::leaky_relu(x, l.slope);
    case Kind::kRelu6:
      return at::clamp(x, 0, 6);
    case Kind::kPad:
      return padded(x, l.padding, l.padding_after);
    case Kind::kUpsample:
    case Kind::kResizeUp:
    case Kind::kMeans:
      return resized(l.kind, x);
    case Kind::kSum:
      return x.sum({2, 3}, /*keepdim=*/true);
    case Kind::kMinibatchStd:
      return with_minibatch_std(x, 1);
    case Kind::kClassDot:
      return (x * of_classes(l.tensor("weight"), y)).sum(1, /*keepdim=*/true);
    case Kind::kScale:
      return x * l.tensor("weight").view({1, -1, 1, 1});
    case Kind::kModulate:
      return modulated(x, at::mm(other.flatten(1), l.tensor("weight")));
    case Kind::kAdd:
      return x + other;
    case Kind::kConcat:
      return at::cat({x, other}, 1);
    case Kind::kTanh:
      return at::tanh(x);
  }
  throw std::logic_error("a layer of no kind");
}

/// What a layer takes.
std::vector<int64_t> values_of(const Layer& layer) {
  return takes_two(layer.kind) ? std::vector<int64_t>{layer.from, layer.other} : std::vector<int64_t>{layer.from};
}

}  // namespace

at::Tensor Layer::find(const std::string& part) const {
  for (const auto& [name_of, value] : tensors)
    if (name_of == part) return value;
  return {};
}

const at::Tensor& Layer::tensor(const std::string& part) const {
  for (const auto& [name_of, value] : tensors)
    if (name_of == part) return value;
  throw std::logic_error("layer " + name + " has no " + part);
}

std::string Layer::flat_name(const std::string& part) const {
  std::string flat = name + "_" + part;
  std::replace(flat.begin(), flat.end(), '.', '_');
  return flat;
}

void append(Layers& layers, Layer layer) {
  layer.from = last_value(layers);
  layers.push_back(std::move(layer));
}

at::Tensor resized(LayerKind kind, const at::Tensor& x) {
  const std::vector<int64_t> twice = {2 * x.size(2), 2 * x.size(3)};
  if (kind == LayerKind::kUpsample) return at::upsample_nearest2d(x, twice);
  if (kind == LayerKind::kResizeUp) return at::upsample_bilinear2d(x, twice, /*align_corners=*/false);
  return at::avg_pool2d(x, at::IntArrayRef{2, 2});
}

at::Tensor modulated(const at::Tensor& x, const at::Tensor& numbers) {
  const auto halves = numbers.view({numbers.size(0), -1, 1, 1}).chunk(2, 1);
  return (x * (1 + halves[0]) + halves[1]).to(x.scalar_type());
}

at::Tensor padded(const at::Tensor& x, int64_t before, int64_t after) {
  return at::constant_pad_nd(x, {before, after, before, after});
}

std::vector<at::Tensor> run_layers(const Layers& layers, std::vector<at::Tensor> values, const at::Tensor& y,
                                   const std::vector<int64_t>& wanted) {
  std::vector<size_t> last_use(layers.size() + values.size(), 0);
  for (size_t i = 0; i < layers.size(); ++i)
    for (const int64_t used : values_of(layers[i])) last_use[static_cast<size_t>(used)] = i;
  for (const int64_t number : wanted) last_use[static_cast<size_t>(number)] = layers.size();
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto from = static_cast<size_t>(layers[i].from), other = static_cast<size_t>(layers[i].other);
    values.push_back(applied(layers[i], values[from], values[other], y));
    for (const int64_t used : values_of(layers[i]))  // what nobody needs any more gives its memory back
      if (last_use[static_cast<size_t>(used)] == i) values[static_cast<size_t>(used)].reset();
  }
  std::vector<at::Tensor> out;
  for (const int64_t number : wanted) out.push_back(values[static_cast<size_t>(number)]);
  return out;
}

at::Tensor run_layers(const Layers& layers, const at::Tensor& input, const at::Tensor& y) {
  return run_layers(layers, input, y, {last_value(layers)}).front();
}

}  // namespace dcgan
