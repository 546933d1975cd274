#include "exchange/layer_list.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <unordered_map>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

using Kind = Layer::Kind;

constexpr size_t kMostLayers = 10'000;

struct KindName {
  Kind kind;
  const char* name;
};
constexpr KindName kKinds[] = {{Kind::kConvTranspose, "conv_transpose"},
                               {Kind::kConv, "conv"},
                               {Kind::kBatchNorm, "batch_norm"},
                               {Kind::kClassBatchNorm, "class_batch_norm"},
                               {Kind::kRelu, "relu"},
                               {Kind::kLeakyRelu, "leaky_relu"},
                               {Kind::kRelu6, "relu6"},
                               {Kind::kPad, "pad"},
                               {Kind::kUpsample, "upsample"},
                               {Kind::kMeans, "means"},
                               {Kind::kSum, "sum"},
                               {Kind::kMinibatchStd, "minibatch_std"},
                               {Kind::kClassDot, "class_dot"},
                               {Kind::kResizeUp, "resize_up"},
                               {Kind::kScale, "scale"},
                               {Kind::kModulate, "modulate"},
                               {Kind::kAdd, "add"},
                               {Kind::kConcat, "concat"},
                               {Kind::kTanh, "tanh"}};

bool is_norm(Kind kind) { return kind == Kind::kBatchNorm || kind == Kind::kClassBatchNorm; }

/// Where a tensor of a layer is in the file: by its flat name, or as the constant that equals it.
std::string place_of(const Layer& layer, const std::string& part, const at::Tensor& tensor,
                     const NamedTensors& weights) {
  const std::string flat = layer.flat_name(part);
  for (const auto& [name, value] : weights)
    if (name == flat) return name;
  for (const auto& [name, value] : weights)
    if (name.starts_with("constant") && value.sizes() == tensor.sizes() &&
        at::equal(value, tensor.detach().to(at::kCPU, value.scalar_type())))
      return name;
  throw Error("the exported network lacks " + flat + ", or it holds no numbers; nothing was written");
}

}  // namespace

Json layers_to_json(const Layers& layers, const NamedTensors& weights) {
  Json list = Json::array();
  for (const Layer& layer : layers) {
    const auto* named =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& one) { return one.kind == layer.kind; });
    if (named == std::end(kKinds)) throw std::logic_error("a layer's kind has no name in exported files");
    Json one = {{"kind", named->name}, {"from", layer.from}};
    if (takes_two(layer.kind)) one["other"] = layer.other;
    if (!layer.tensors.empty()) {
      one["name"] = layer.name;
      for (const auto& [part, tensor] : layer.tensors) one["tensors"][part] = place_of(layer, part, tensor, weights);
    }
    if (is_convolution(layer.kind)) one["stride"] = layer.stride, one["padding"] = layer.padding;
    if (layer.groups != 1) one["groups"] = layer.groups;
    if (layer.kind == Kind::kPad) one["before"] = layer.padding, one["after"] = layer.padding_after;
    if (is_norm(layer.kind)) one["eps"] = layer.eps;
    if (layer.kind == Kind::kLeakyRelu) one["slope"] = layer.slope;
    list.push_back(std::move(one));
  }
  return list;
}

Layers layers_from_json(const Json& list, const NamedTensors& weights, const std::string& origin) {
  if (!list.is_array() || list.empty() || list.size() > kMostLayers) throw Error(origin + " has no list of layers");
  std::unordered_map<std::string, at::Tensor> by_name(weights.begin(), weights.end());
  Layers layers;
  for (const Json& one : list) {
    const std::string place = origin + ", its layer " + std::to_string(layers.size());
    if (!one.is_object()) throw Error(place + " is none");
    const auto kind = required<std::string>(one, "kind", place);
    const auto* known =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& each) { return kind == each.name; });
    if (known == std::end(kKinds)) throw Error(place + " is of an unknown kind, '" + printable(kind) + "'");
    Layer layer{.kind = known->kind, .from = required<int64_t>(one, "from", place)};
    if (takes_two(layer.kind)) layer.other = required<int64_t>(one, "other", place);
    if (is_convolution(layer.kind))
      layer.stride = required<int64_t>(one, "stride", place), layer.padding = required<int64_t>(one, "padding", place),
      layer.groups = value_or<int64_t>(one, "groups", 1, place);
    if (layer.kind == Kind::kPad)
      layer.padding = required<int64_t>(one, "before", place),
      layer.padding_after = required<int64_t>(one, "after", place);
    if (is_norm(layer.kind)) layer.eps = required<double>(one, "eps", place);
    if (layer.kind == Kind::kLeakyRelu) layer.slope = required<double>(one, "slope", place);
    if (one.contains("tensors")) {
      layer.name = required<std::string>(one, "name", place);
      const Json tensors = required<Json>(one, "tensors", place);
      if (!tensors.is_object()) throw Error(place + " has no tensors by name");
      for (const auto& [part, ignored] : tensors.items()) {
        const auto found = by_name.find(required<std::string>(tensors, part.c_str(), place));
        if (found == by_name.end()) throw Error(place + " needs a tensor '" + printable(part) + "' that is missing");
        layer.tensors.emplace_back(part, found->second);
      }
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace dcgan
