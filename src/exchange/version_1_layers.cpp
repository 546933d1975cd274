// Exports of version 1, which say what they are by their program alone: the operations of the three architectures that
// wrote such files, as src/nn has them, filled with the file's tensors. A frozen one names no tensor; in which order
// its program takes its constants, some of them twice, is read from the text of that program, which stays text.
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "exchange/layer_list.hpp"

namespace dcgan {
namespace {

using Kind = Layer::Kind;

constexpr int64_t kMostDoublings = 20;

/// Operations without tensors: each part is there, undefined.
class Template {
 public:
  Template(bool has_classes, std::string arch, int64_t doublings) : has_classes_(has_classes) {
    convolution(Kind::kConvTranspose, "conv0", 1, 0);
    arch == "resnet" ? residual(doublings) : plain(doublings);
    append(layers_, {.kind = Kind::kTanh});
  }
  Layers take() { return std::move(layers_); }

 private:
  void convolution(Kind kind, const std::string& name, int64_t stride, int64_t padding) {
    append(layers_, {.kind = kind, .name = name, .tensors = {{"weight", {}}}, .stride = stride, .padding = padding});
  }
  void norm(const std::string& name) {
    constexpr double kEps = 1e-5;
    Layer layer{.kind = has_classes_ ? Kind::kClassBatchNorm : Kind::kBatchNorm, .name = name};
    for (const char* part : has_classes_ ? kOfClasses : kOfAll) layer.tensors.emplace_back(part, at::Tensor());
    layer.eps = kEps;
    append(layers_, std::move(layer));
    append(layers_, {.kind = Kind::kRelu});
  }
  void plain(int64_t doublings) {
    for (int64_t i = 0; i < doublings; ++i) {
      norm("norm" + std::to_string(i));
      convolution(Kind::kConvTranspose, "conv" + std::to_string(i + 1), 2, 1);
    }
  }
  void residual(int64_t doublings) {
    for (int64_t i = 0; i < doublings; ++i) {
      const std::string name = "block" + std::to_string(i);
      const int64_t x = last_value(layers_);
      norm(name + ".norm0");
      convolution(Kind::kConvTranspose, name + ".conv0", 2, 1);
      norm(name + ".norm1");
      convolution(Kind::kConv, name + ".conv1", 1, 1);
      const int64_t h = last_value(layers_);
      convolution(Kind::kConv, name + ".shortcut", 1, 0);
      layers_.back().from = x;
      append(layers_, {.kind = Kind::kUpsample});
      append(layers_, {.kind = Kind::kAdd, .other = h});
    }
    norm("norm");
    convolution(Kind::kConv, "last", 1, 1);
  }

  /// In the order in which a program takes them.
  static constexpr const char* kOfAll[] = {"weight", "bias", "running_mean", "running_var"};
  static constexpr const char* kOfClasses[] = {"running_mean", "running_var", "class_gain", "class_bias"};
  bool has_classes_;
  Layers layers_;
};

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
    throw Error(origin + " is no generator that dcgan exported: " + why, "export it anew from its run or checkpoint");
  };
  if (arch != "dcgan" && arch != "upsample" && arch != "resnet") refuse("its architecture is unknown");
  std::vector<at::Tensor> in_order;  // of a frozen one
  if (weights.is_frozen())
    for (const size_t number : constants_in_order(program)) {
      if (!weights.constant(number).defined()) refuse("its program takes a constant that is not there");
      in_order.push_back(weights.constant(number));
    }
  const size_t count = weights.is_frozen() ? in_order.size() : weights.tensors.size();
  Layers layers;
  for (int64_t doublings = 1; doublings <= kMostDoublings && tensors_in(layers) < count; ++doublings)
    layers = Template(has_classes, arch, doublings).take();
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
