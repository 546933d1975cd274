#include "exchange/script.hpp"

#include <torch/csrc/jit/passes/freeze_module.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/zip.hpp"

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
             ", " + pair(l.stride) + ", " + pair(l.padding) + ")";
    case Kind::kBatchNorm:
      return norm(own("weight") + ", " + own("bias"));
    case Kind::kClassBatchNorm:
      return norm("None, None") + " * " + of_class("class_gain") + " + " + of_class("class_bias");
    case Kind::kRelu:
      return "torch.relu(" + x + ")";
    case Kind::kLeakyRelu:
      return "torch.leaky_relu(" + x + ", " + number_text(l.slope) + ")";
    case Kind::kUpsample:
      return "torch.upsample_nearest2d(" + x + ", [2 * " + x + ".size(2), 2 * " + x + ".size(3)])";
    case Kind::kMeans:
      return "torch.avg_pool2d(" + x + ", [2, 2])";
    case Kind::kSum:
      return "torch.sum(" + x + ", [2, 3], True)";
    case Kind::kMinibatchStd:
      return "self.minibatch_std(" + x + ")";
    case Kind::kClassDot:
      return "torch.sum(" + x + " * " + of_class("weight") + ", [1], True)";
    case Kind::kAdd:
      return x + " + x" + std::to_string(l.other);
    case Kind::kTanh:
      return "torch.tanh(" + x + ")";
  }
  throw std::logic_error("a layer of no kind");
}

/// Tensors that are constants of forward(), as all are of a frozen module, in the order of the program.
std::vector<std::pair<std::string, at::Tensor>> constants_of(const torch::jit::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const torch::jit::Node* node : module.get_method("forward").graph()->nodes())
    if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
        node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t)
      all.emplace_back("constant" + std::to_string(all.size()), node->t(c10::attr::value));
  return all;
}

/// SHA-256 of the names and numbers of its weights: weights_digest of the layers that it was built from.
std::string digest_of(const torch::jit::Module& module) {
  Sha256 digest;
  for (const auto& [name, tensor] : script_weights(module)) {
    const auto dense = tensor.contiguous();
    digest.add(name);
    digest.add(dense.const_data_ptr(), dense.nbytes());
  }
  return digest.hex();
}

[[noreturn]] void no_torchscript(const fs::path& path) {
  throw Error("'" + shown(path) + "' is no TorchScript file that this LibTorch can read",
              "was it cut off while it was copied?");
}

}  // namespace

ScriptNumbers script_numbers(const std::string& name) {
  if (name == "half") return {at::kHalf, 0.01};
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
  const auto is_std = [](const Layer& layer) { return layer.kind == Layer::Kind::kMinibatchStd; };
  if (std::any_of(layers.begin(), layers.end(), is_std)) module.define(kMinibatchStdSource);
  module.eval();
  return module;
}

std::string script_bytes(torch::jit::Module module, Json metadata, const ScriptOptions& options,
                         std::vector<std::string> methods) {
  if (options.freeze) {
    for (const auto& attribute : module.named_attributes(false))
      if (!attribute.value.isTensor()) methods.push_back(attribute.name);
    module = torch::jit::freeze_module(module, std::move(methods));
  }
  if (options.weights != "float32") metadata["weights"] = options.weights;
  if (options.freeze) metadata["frozen"] = true;
  metadata["sha256"] = digest_of(module);
  std::ostringstream bytes;
  module.save(bytes, {{kMetadata, compact(metadata)}});
  return bytes.str();
}

torch::jit::Module script_from(const std::string& bytes) {
  std::istringstream stream(bytes);
  return torch::jit::load(stream, at::Device(at::kCPU));
}

void check_script_archive(const fs::path& path, bool is_inert) {
  constexpr uint64_t kMostProgram = 64 << 20;  // bytes
  open_for_reading(path);                      // for its clear error
  if (!looks_like_zip(path)) return;
  const std::string origin = "'" + shown(path) + "'";
  const ZipFile zip = [&] {
    try {
      return ZipFile(path);
    } catch (const Error&) {
      no_torchscript(path);
    }
  }();
  uint64_t program = 0, plain = 0;
  for (const auto& entry : zip.entries()) {
    const bool is_program = entry.name.find("/code/") != std::string::npos;
    if (entry.method != 0 && !is_program)
      throw Error(origin + ": its record " + printable(entry.name) +
                      " is packed, which torch.jit.save does to none but programs",
                  "save it again with torch.jit.save");
    (entry.method == 0 ? plain : program) += entry.bytes;
    if (program > kMostProgram || plain > fs::file_size(path))
      throw Error(origin + " would unpack to more than a network can need", "save it again with torch.jit.save");
    if (is_inert && is_program && zip.read(entry).find("__setstate__") != std::string::npos)
      throw Error(origin + " has a program that runs while it is loaded; what dcgan exports has none",
                  "is it another program's file?");
  }
}

torch::jit::Module load_script(const fs::path& path, Json& metadata) {
  torch::jit::ExtraFilesMap extra{{kMetadata, ""}};
  check_script_archive(path, /*is_inert=*/true);
  torch::jit::Module module = [&] {
    try {
      return torch::jit::load(path.native(), at::Device(at::kCPU), extra);
    } catch (const std::exception&) {  // LibTorch throws more than c10::Error: its parser, its zip reader
      no_torchscript(path);
    }
  }();
  metadata = extra[kMetadata].empty() ? Json() : parse_json(extra[kMetadata], shown(path));
  const std::string origin = "'" + shown(path) + "'";
  if (metadata.is_object() && metadata.contains("sha256") &&
      required<std::string>(metadata, "sha256", origin) != digest_of(module))
    throw Error(origin + " is damaged: its weights have a wrong checksum", "export it anew, or copy it again");
  return module;
}

std::vector<std::pair<std::string, at::Tensor>> script_weights(const torch::jit::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const auto& one : module.named_parameters()) all.emplace_back(one.name, one.value);
  for (const auto& one : module.named_buffers()) all.emplace_back(one.name, one.value);
  const auto constants = constants_of(module);
  all.insert(all.end(), constants.begin(), constants.end());
  return all;
}

}  // namespace dcgan
