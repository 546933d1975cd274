#include "exchange/layer_weights.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "nn/generator.hpp"
#include "nn/kernels/strided.hpp"

namespace dcgan {
namespace {

/// How far a widened kernel may be from one that was rounded to these numbers, as a share of its largest.
double rounding_of(at::ScalarType type) { return type == at::kHalf ? 0.002 : type == at::kBFloat16 ? 0.016 : 2e-6; }

int64_t numbers_of(const Layers& layers) {
  int64_t numbers = 0;
  for (const Layer& layer : layers)
    for (const auto& [part, tensor] : layer.tensors) numbers += tensor.numel();
  return numbers;
}

/// The same operation on the same values, with tensors of the same parts and shapes? What its kind has is compared,
/// which is what files keep (layer_list).
bool is_same(const Layer& a, const Layer& b) {
  const auto has_same_shape = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.sizes() == y.second.sizes();
  };
  if (a.kind != b.kind || a.from != b.from || (takes_two(a.kind) && a.other != b.other)) return false;
  if (is_convolution(a.kind) && (a.stride != b.stride || a.padding != b.padding || a.groups != b.groups)) return false;
  if (a.kind == LayerKind::kPad && (a.padding != b.padding || a.padding_after != b.padding_after)) return false;
  if ((a.kind == LayerKind::kBatchNorm || a.kind == LayerKind::kClassBatchNorm) && a.eps != b.eps) return false;
  if (a.kind == LayerKind::kLeakyRelu && a.slope != b.slope) return false;
  return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(), has_same_shape);
}

/// The weight that such a layer works with, as it is trained.
at::Tensor stored_form(const PlannedLayer& layer, const at::Tensor& weight) {
  if (layer.kind == LayerKind::kModulate) return weight / kModulationScale;
  if (layer.kernel == KernelFrom::kWeights) return weight;
  return narrowed(layer.kernel == KernelFrom::kWidenedMeans ? 4 * weight : weight);
}

bool is_close(const at::Tensor& made, const at::Tensor& given, double rounding) {
  return (made - given).abs().max().item<double>() <= rounding * given.abs().max().item<double>();
}

}  // namespace

NamedTensors weights_of_layers(const NetworkPlan& plan, const Layers& layers, at::ScalarType numbers,
                               const std::string& origin) {
  const at::NoGradGuard no_grad;
  const auto refuse = [&](size_t layer) {
    throw Error(origin + ": its layer " + std::to_string(layer) + " is not that of the network that it names",
                "export it again from its run or checkpoint");
  };
  check_weights(plan, /*is_generator=*/true, numbers_of(layers), origin);
  GeneratorNet net(plan);
  net->eval();
  NamedTensors live = tensors_of(*net, true);
  const std::map<std::string, at::Tensor> by_name(live.begin(), live.end());
  const auto& planned = net->description().layers;
  const Layers wanted = net->layers();
  if (wanted.size() != layers.size()) refuse(std::min(wanted.size(), layers.size()));
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!is_same(wanted[i], layers[i])) refuse(i);
    for (const auto& [part, tensor] : layers[i].tensors)
      by_name.at(planned[i].name + "." + part).copy_(part == "weight" ? stored_form(planned[i], tensor) : tensor);
  }
  const Layers made = net->layers();
  for (size_t i = 0; i < layers.size(); ++i)
    for (const auto& [part, tensor] : layers[i].tensors)
      if (!is_close(made[i].tensor(part), tensor, rounding_of(numbers)))
        refuse(i);  // a kernel that was never widened, or no numbers
  for (auto& [name, tensor] : live) tensor = tensor.detach();
  return live;
}

}  // namespace dcgan
