// Exports of version 1, which say what they are by their program alone: the operations of the architecture that
// wrote such a file, as src/nn has them, filled with the file's tensors. A frozen one names no tensor; in which order
// its program takes its constants, some of them twice, is read from the text of that program, which stays text.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "exchange/layer_list.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostDoublings = 20;

/// In the order in which a program takes them.
constexpr const char* kNormParts[] = {"weight", "bias", "running_mean", "running_var"};
constexpr const char* kClassNormParts[] = {"running_mean", "running_var", "class_gain", "class_bias"};

/// The operations of a generator without their tensors: each part is there, undefined. How wide it is says its file.
Layers without_tensors(const std::string& arch, bool has_classes, int64_t doublings) {
  NetworkPlan plan;
  plan.options.arch = arch, plan.options.latent = 1;
  plan.options.base_channels = {1, 1}, plan.options.max_channels = 1;
  plan.shape = {{1, 1}, doublings};
  plan.classes = has_classes ? 1 : 0;
  Layers layers;
  for (const PlannedLayer& planned : plan.generator().layers) {
    Layer layer{.kind = planned.kind, .from = planned.from, .other = planned.other, .name = planned.name};
    layer.stride = planned.stride, layer.padding = planned.padding, layer.eps = planned.eps;
    if (planned.is_convolution()) layer.tensors = {{"weight", {}}};
    if (planned.is_norm())
      for (const char* part : has_classes ? kClassNormParts : kNormParts)
        layer.tensors.emplace_back(part, at::Tensor());
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// The numbers of the constants that forward() takes, in the order of its text.
std::vector<size_t> constants_in_order(std::string_view program) {
  constexpr std::string_view kForward = "  def forward(", kMethod = "\n  def ", kConstant = "CONSTANTS.c";
  const size_t begin = program.find(kForward);
  if (begin == std::string_view::npos) return {};
  std::string_view text = program.substr(begin);
  text = text.substr(0, text.find(kMethod));
  std::vector<size_t> all;
  for (size_t at = 0; (at = text.find(kConstant, at)) != std::string_view::npos;) {
    at += kConstant.size();
    size_t number = 0, digits = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 7; ++at, ++digits)
      number = 10 * number + static_cast<size_t>(text[at] - '0');
    all.push_back(digits == 0 ? SIZE_MAX : number);
  }
  return all;
}

size_t tensors_in(const Layers& layers) {
  size_t count = 0;
  for (const Layer& layer : layers) count += layer.tensors.size();
  return count;
}

}  // namespace

Layers layers_of_version_1(const std::string& arch, bool has_classes, const ScriptWeights& weights,
                           const std::string& program, const std::string& origin) {
  const auto refuse = [&](const std::string& why) {
    throw Error(origin + " is not a generator that dcgan exported: " + why,
                "export it again from its run or checkpoint");
  };
  constexpr std::string_view kWriters[] = {"dcgan", "upsample", "resnet"};  // later ones write later versions
  if (std::find(std::begin(kWriters), std::end(kWriters), arch) == std::end(kWriters))
    refuse("its architecture is unknown");
  std::vector<at::Tensor> in_order;  // of a frozen one
  if (weights.is_frozen())
    for (const size_t number : constants_in_order(program)) {
      if (!weights.constant(number).defined()) refuse("its program takes a constant that is missing");
      in_order.push_back(weights.constant(number));
    }
  const size_t count = weights.is_frozen() ? in_order.size() : weights.tensors.size();
  Layers layers;
  for (int64_t doublings = 1; doublings <= kMostDoublings && tensors_in(layers) < count; ++doublings)
    layers = without_tensors(arch, has_classes, doublings);
  if (tensors_in(layers) != count) refuse("it has other weights than its architecture");
  const std::unordered_map<std::string, at::Tensor> by_name(weights.tensors.begin(), weights.tensors.end());
  size_t next = 0;
  for (Layer& layer : layers)
    for (auto& [part, tensor] : layer.tensors) {
      if (weights.is_frozen()) {
        tensor = in_order[next++];
        continue;
      }
      const auto found = by_name.find(layer.flat_name(part));
      if (found == by_name.end()) refuse("its tensor " + layer.flat_name(part) + " is missing");
      tensor = found->second;
    }
  return layers;
}

}  // namespace dcgan
