#include "exchange/script.hpp"

#include <torch/csrc/jit/passes/freeze_module.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "exchange/layer_list.hpp"
#include "exchange/program_consent.hpp"
#include "formats/program_archive.hpp"

namespace dcgan {
namespace {

constexpr char kMetadata[] = "dcgan.json";

/// As nn/minibatch_std has it, of one batch.
constexpr char kMinibatchStdSource[] =
    "def minibatch_std(self, x: Tensor) -> Tensor:\n"
    "    n = x.size(0)\n"
    "    group = 4 if n % 4 == 0 else (3 if n % 3 == 0 else (2 if n % 2 == 0 else n))\n"
    "    grouped = x.permute([0, 2, 3, 1]).reshape([group, n // group, -1]).to(dtype=6)\n"
    "    centred = grouped - grouped.mean([0], True)\n"
    "    deviation = ((centred * centred).mean([0], True) + 1e-8).sqrt().mean([2], True)\n"
    "    map = deviation.expand([group, n // group, 1]).reshape([n, 1, 1, 1]).to(dtype=x.dtype)\n"
    "    return torch.cat([x, map.expand([-1, 1, x.size(2), x.size(3)])], 1)\n";

/// As nn/layers has it.
constexpr char kModulatedSource[] =
    "def modulated(self, x: Tensor, numbers: Tensor) -> Tensor:\n"
    "    halves = torch.chunk(numbers.view([numbers.size(0), -1, 1, 1]), 2, 1)\n"
    "    return x * (1 + halves[0]) + halves[1]\n";

/// One operation as an expression of TorchScript. define() from C++ knows aten builtins only.
std::string expression_of(const Layer& l) {
  using Kind = Layer::Kind;
  const std::string x = "x" + std::to_string(l.from);
  const auto own = [&](const std::string& part) { return "self." + l.flat_name(part); };
  const auto pair = [](int64_t n) { return "[" + std::to_string(n) + ", " + std::to_string(n) + "]"; };
  const auto norm = [&](const std::string& affine) {
    return "torch.batch_norm(" + x + ", " + affine + ", " + own("running_mean") + ", " + own("running_var") +
           ", False, 0.0, " + number_text(l.eps) + ", True)";
  };
  const auto of_class = [&](const std::string& part) {
    return "torch.index_select(" + own(part) + ", 0, y).unsqueeze(2).unsqueeze(3)";
  };
  switch (l.kind) {
    case Kind::kConvTranspose:
      return "torch.conv_transpose2d(" + x + ", " + own("weight") + ", None, " + pair(l.stride) + ", " +
             pair(l.padding) + ", [0, 0], 1, [1, 1])";
    case Kind::kConv:
      return "torch.conv2d(" + x + ", " + own("weight") + ", " + (l.find("bias").defined() ? own("bias") : "None") +
             ", " + pair(l.stride) + ", " + pair(l.padding) +
             (l.groups == 1 ? ")" : ", [1, 1], " + std::to_string(l.groups) + ")");
    case Kind::kBatchNorm:
      return norm(own("weight") + ", " + own("bias"));
    case Kind::kClassBatchNorm:
      return norm("None, None") + " * " + of_class("class_gain") + " + " + of_class("class_bias");
    case Kind::kRelu:
      return "torch.relu(" + x + ")";
    case Kind::kLeakyRelu:
      return "torch.leaky_relu(" + x + ", " + number_text(l.slope) + ")";
    case Kind::kRelu6:
      return "torch.clamp(" + x + ", 0., 6.)";
    case Kind::kPad: {
      const std::string ends = std::to_string(l.padding) + ", " + std::to_string(l.padding_after);
      return "torch.constant_pad_nd(" + x + ", [" + ends + ", " + ends + "], 0)";
    }
    case Kind::kUpsample:
      return "torch.upsample_nearest2d(" + x + ", [2 * " + x + ".size(2), 2 * " + x + ".size(3)])";
    case Kind::kResizeUp:
      return "torch.upsample_bilinear2d(" + x + ", [2 * " + x + ".size(2), 2 * " + x + ".size(3)], False)";
    case Kind::kMeans:
      return "torch.avg_pool2d(" + x + ", [2, 2])";
    case Kind::kSum:
      return "torch.sum(" + x + ", [2, 3], True)";
    case Kind::kMinibatchStd:
      return "self.minibatch_std(" + x + ")";
    case Kind::kClassDot:
      return "torch.sum(" + x + " * " + of_class("weight") + ", [1], True)";
    case Kind::kScale:
      return x + " * " + own("weight") + ".view([1, -1, 1, 1])";
    case Kind::kModulate:
      return "self.modulated(" + x + ", torch.mm(torch.flatten(x" + std::to_string(l.other) + ", 1), " + own("weight") +
             "))";
    case Kind::kConcat:
      return "torch.cat([" + x + ", x" + std::to_string(l.other) + "], 1)";
    case Kind::kAdd:
      return x + " + x" + std::to_string(l.other);
    case Kind::kTanh:
      return "torch.tanh(" + x + ")";
  }
  throw std::logic_error("a layer of no kind");
}

/// The weights as the file will hold them: parameters, then buffers; the tensors that are constants of forward(), as
/// all are of a frozen module, in the order of the program.
NamedTensors weights_of(const torch::jit::Module& module) {
  NamedTensors all;
  for (const auto& one : module.named_parameters()) all.emplace_back(one.name, one.value);
  for (const auto& one : module.named_buffers()) all.emplace_back(one.name, one.value);
  int64_t constants = 0;
  for (const torch::jit::Node* node : module.get_method("forward").graph()->nodes())
    if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
        node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t)
      all.emplace_back("constant" + std::to_string(constants++), node->t(c10::attr::value));
  return all;
}

/// The one place that hands bytes to LibTorch's loader.
torch::jit::Module loaded(const std::string& bytes) {
  std::istringstream stream(bytes);
  return torch::jit::load(stream, at::Device(at::kCPU));
}

}  // namespace

ScriptNumbers script_numbers(const std::string& name) {
  if (name == "half" || name == "float16") return {at::kHalf, 0.01};
  if (name == "bf16") return {at::kBFloat16, 0.075};
  return {at::kFloat, 5e-5};
}

std::string script_cast(at::ScalarType type) { return ".to(dtype=" + std::to_string(static_cast<int>(type)) + ")"; }

std::string script_classes(int64_t classes, const std::string& input) {
  if (classes == 0) return "";
  return "    assert y is not None, \"y is missing: int64 [N], the class of each image, 0 to " +
         std::to_string(classes - 1) + "\"\n    assert y.dim() == 1 and y.size(0) == " + input +
         ".size(0), \"y must be [N], a class an image\"\n";
}

std::string script_lines(const Layers& layers, int64_t count) {
  std::ostringstream s;
  for (int64_t i = 0; i < count; ++i)
    s << "    x" << i + 1 << " = " << expression_of(layers[static_cast<size_t>(i)]) << "\n";
  return s.str();
}

torch::jit::Module script_module(const std::string& name, const Layers& layers, at::ScalarType weights,
                                 const std::vector<std::pair<std::string, int64_t>>& facts) {
  torch::jit::Module module(name);
  for (const Layer& layer : layers)
    for (const auto& [part, tensor] : layer.tensors) {
      const bool stays = layer.kind == Layer::Kind::kBatchNorm || Layer::is_statistic(part);
      const auto value = tensor.detach().to(at::kCPU, stays ? at::kFloat : weights, false, /*copy=*/true);
      if (Layer::is_statistic(part))
        module.register_buffer(layer.flat_name(part), value);
      else
        module.register_parameter(layer.flat_name(part), value, false);
    }
  for (const auto& [key, value] : facts) module.register_attribute(key, c10::IntType::get(), value);
  module.register_attribute("training", c10::BoolType::get(), false);  // Python's .eval() and .training look for it
  const auto has = [&](Layer::Kind kind) {
    return std::any_of(layers.begin(), layers.end(), [&](const Layer& layer) { return layer.kind == kind; });
  };
  if (has(Layer::Kind::kMinibatchStd)) module.define(kMinibatchStdSource);
  if (has(Layer::Kind::kModulate)) module.define(kModulatedSource);
  module.eval();
  return module;
}

std::string script_bytes(torch::jit::Module module, const Layers& layers, Json metadata, const ScriptOptions& options,
                         std::vector<std::string> methods) {
  if (options.freeze) {
    for (const auto& attribute : module.named_attributes(false))
      if (!attribute.value.isTensor()) methods.push_back(attribute.name);
    module = torch::jit::freeze_module(module, std::move(methods));
  }
  if (options.weights != "float32") metadata["weights"] = options.weights == "float16" ? "half" : options.weights;
  if (options.freeze) metadata["frozen"] = true;
  const NamedTensors weights = weights_of(module);
  metadata["sha256"] = script_digest(weights);
  metadata["layers"] = layers_to_json(layers, weights);
  std::ostringstream bytes;
  module.save(bytes, {{kMetadata, compact(metadata)}});
  return bytes.str();
}

torch::jit::Module script_from(const std::string& bytes) { return loaded(bytes); }

torch::jit::Module load_program(const std::string& bytes, const std::string& what, bool agrees,
                                const std::string& why) {
  const ProgramArchive archive(bytes, what);
  const std::string sha256 = sha256_hex(bytes);
  if (agrees) agree_to_run(sha256, what);
  check_agreed(sha256, what, why);
  try {
    return loaded(bytes);
  } catch (const std::exception&) {  // LibTorch throws more than c10::Error: its parser, its zip reader
    throw Error(what + " is not a TorchScript file that this LibTorch can read",
                "export it with torch.jit.script or torch.jit.trace and module.save(path); a .pth of weights is none");
  }
}

}  // namespace dcgan
