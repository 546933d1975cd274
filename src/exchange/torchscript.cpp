#include "exchange/torchscript.hpp"

#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/script.h>

#include <sstream>
#include <stdexcept>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/kernels.hpp"
#include "nn/layers.hpp"

namespace dcgan {
namespace {

constexpr char kMetadata[] = "dcgan.json";

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
      return "torch.conv2d(" + x + ", " + own("weight") + ", None, " + pair(l.stride) + ", " + pair(l.padding) + ")";
    case Kind::kBatchNorm:
      return norm(own("weight") + ", " + own("bias"));
    case Kind::kClassBatchNorm:
      return norm("None, None") + " * " + of_class("class_gain") + " + " + of_class("class_bias");
    case Kind::kRelu:
      return "torch.relu(" + x + ")";
    case Kind::kUpsample:
      return "torch.upsample_nearest2d(" + x + ", [2 * " + x + ".size(2), 2 * " + x + ".size(3)])";
    case Kind::kAdd:
      return x + " + x" + std::to_string(l.other);
    case Kind::kTanh:
      return "torch.tanh(" + x + ")";
  }
  throw std::logic_error("a layer of no kind");
}

/// The layers in TorchScript. A source must end in a newline.
std::string forward_source(const Layers& layers, const GeneratorInfo& info, at::ScalarType type) {
  std::ostringstream s;
  s << "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    << "    assert z.dim() == 2 or z.dim() == 4, \"z must be [N, " << info.latent << "] or [N, " << info.latent
    << ", 1, 1]\"\n"
    << "    assert z.size(1) == " << info.latent << ", \"z must have " << info.latent << " numbers an image\"\n";
  if (info.classes > 0)
    s << "    assert y is not None, \"y is missing: int64 [N], the class of each image, 0 to " << info.classes - 1
      << "\"\n"
      << "    assert y.dim() == 1 and y.size(0) == z.size(0), \"y must be [N], a class an image\"\n";
  const auto as = [](at::ScalarType wanted) { return ".to(dtype=" + std::to_string(static_cast<int>(wanted)) + ")"; };
  const bool is_float = type == at::kFloat;
  s << "    x0 = z.reshape([z.size(0), " << info.latent << ", 1, 1])" << (is_float ? "" : as(type)) << "\n";
  for (size_t i = 0; i < layers.size(); ++i) s << "    x" << i + 1 << " = " << expression_of(layers[i]) << "\n";
  s << "    return x" << layers.size() << (is_float ? "" : as(at::kFloat)) << "\n";
  return s.str();
}

// dtype 0 is uint8: define() does not know the name torch.uint8.
constexpr char kImagesSource[] =
    "def images(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    "    x = self.forward(z, y)\n"
    "    return torch.clamp(torch.round((x + 1.0) * 127.5), 0, 255).to(dtype=0).permute([0, 2, 3, 1]).contiguous()\n";

/// The type that a tensor of a layer is kept in: BatchNorm's stay float32, which its kernels take beside any input.
at::ScalarType type_of(const Layer& layer, const std::string& part, at::ScalarType weights) {
  return layer.kind == Layer::Kind::kBatchNorm || Layer::is_statistic(part) ? at::kFloat : weights;
}

torch::jit::Module build(GeneratorNetImpl& net, const GeneratorInfo& info, at::ScalarType weights) {
  torch::jit::Module module("DcganGenerator");
  const Layers layers = net.layers();
  for (const Layer& layer : layers)
    for (const auto& [part, tensor] : layer.tensors) {
      const auto value = tensor.detach().to(at::kCPU, type_of(layer, part, weights), false, /*copy=*/true);
      if (Layer::is_statistic(part))
        module.register_buffer(layer.flat_name(part), value);
      else
        module.register_parameter(layer.flat_name(part), value, false);
    }
  const auto attribute = [&](const char* name, int64_t value) {
    module.register_attribute(name, c10::IntType::get(), value);
  };
  attribute("latent", info.latent), attribute("channels", info.channels), attribute("height", info.height);
  attribute("width", info.width), attribute("classes", info.classes), attribute("version", kExportVersion);
  module.register_attribute("training", c10::BoolType::get(), false);  // Python's .eval() and .training look for it
  module.define(forward_source(layers, info, weights));
  module.define(kImagesSource);
  module.eval();
  return module;
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

/// weights_digest of the layers that it was built from. LibTorch checks nothing when it reads, so a damaged file would
/// give other images without a word.
std::string weights_digest(const torch::jit::Module& module) {
  Sha256 digest;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    const auto dense = tensor.contiguous();
    digest.add(name);
    digest.add(dense.const_data_ptr(), dense.nbytes());
  };
  for (const auto& one : module.named_parameters()) add(one.name, one.value);
  for (const auto& one : module.named_buffers()) add(one.name, one.value);
  for (const auto& [name, tensor] : constants_of(module)) add(name, tensor);
  return digest.hex();
}

/// What weights are kept in, and how far images may be from the network's for it (of 2, from black to white).
struct NumberType {
  at::ScalarType scalar;
  double tolerance;
};
NumberType number_type(const std::string& name) {
  if (name == "half") return {at::kHalf, 0.02};
  if (name == "bf16") return {at::kBFloat16, 0.15};
  return {at::kFloat, 1e-5};
}

class ScriptGenerator : public Generator {
 public:
  ScriptGenerator(torch::jit::Module module, GeneratorInfo info, std::string checksum)
      : module_(std::move(module)), checksum_(std::move(checksum)) {
    info_ = std::move(info);
    settle_kernels();
  }
  std::string checksum() const override { return checksum_; }

 private:
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) override {
    return (y.defined() ? module_.forward({z, y}) : module_.forward({z})).toTensor();
  }

  torch::jit::Module module_;
  std::string checksum_;
};

torch::jit::Module load_module(const fs::path& path, Json* metadata) {
  torch::jit::ExtraFilesMap extra{{kMetadata, ""}};
  open_for_reading(path);  // for its clear error
  try {
    auto module = torch::jit::load(path.native(), at::Device(at::kCPU), extra);
    if (metadata) *metadata = extra[kMetadata].empty() ? Json() : parse_json(extra[kMetadata], shown(path));
    return module;
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // LibTorch throws more than c10::Error: its parser, its zip reader
    throw Error("'" + shown(path) + "' is no TorchScript file that this LibTorch can read",
                "was it cut off while it was copied?");
  }
}

GeneratorInfo info_from(const Json& json, const fs::path& path) {
  const std::string origin = "'" + shown(path) + "'";
  if (!json.is_object() || json.value("format", Json()) != "dcgan-generator")
    throw Error(origin + " is TorchScript, but no generator that dcgan exported");
  if (required<int64_t>(json, "version", origin) > kExportVersion)
    throw Error(origin + " was exported by a newer dcgan", "use that version");
  GeneratorInfo info = {required<int64_t>(json, "latent", origin),  required<int64_t>(json, "channels", origin),
                        required<int64_t>(json, "height", origin),  required<int64_t>(json, "width", origin),
                        required<int64_t>(json, "classes", origin), required<int64_t>(json, "images_seen", origin),
                        required<bool>(json, "ema", origin),        shown(path)};
  info.has_uniform_latents = json.value("latent_distribution", "normal") == "uniform";
  info.fit = json.value("fit", info.fit),
  info.crop_at = json.value("crop_at", info.crop_at);  // older files say nothing
  if (info.classes > 0) info.class_names = required<std::vector<std::string>>(json, "class_names", origin);
  if (info.classes < 0 || info.class_names.size() != static_cast<size_t>(info.classes))
    throw Error(origin + " does not name its classes one by one");
  return info;
}

}  // namespace

void export_torchscript(GeneratorNet net, const GeneratorInfo& info, const fs::path& path,
                        const ScriptOptions& options) {
  const at::NoGradGuard no_grad;
  net->eval();
  const NumberType type = number_type(options.weights);
  torch::jit::Module module = build(*net, info, type.scalar);
  if (options.freeze)
    module = torch::jit::freeze_module(
        module, {"images", "latent", "channels", "height", "width", "classes", "version", "training"});
  Json metadata = export_metadata(info, net->plan().options.arch);
  if (options.weights != "float32") metadata["weights"] = options.weights;
  if (options.freeze) metadata["frozen"] = true;
  metadata["sha256"] = weights_digest(module);
  std::ostringstream bytes;
  module.save(bytes, {{kMetadata, compact(metadata)}});
  // The file is proved before it replaces a good one.
  std::istringstream again(bytes.str());
  auto reloaded = torch::jit::load(again, at::Device(at::kCPU));
  const auto z = at::linspace(-2, 2, 2 * info.latent).view({2, info.latent});
  std::vector<c10::IValue> inputs = {z};
  at::Tensor y;
  if (info.classes > 0) inputs.push_back(y = at::tensor({int64_t{0}, info.classes - 1}));
  const auto device = net->parameters().front().device();
  const auto expected = net(z.to(device), y.defined() ? y.to(device) : y).cpu();
  const auto got = reloaded.forward(inputs).toTensor();
  if (!at::allclose(expected, got, 1e-4, type.tolerance))
    throw Error("the exported generator gives other images than the network; nothing was written");
  write_file(path, bytes.str());
}

std::unique_ptr<Generator> open_torchscript(const fs::path& path) {
  Json metadata;
  auto module = load_module(path, &metadata);
  GeneratorInfo info = info_from(metadata, path);
  std::string checksum = weights_digest(module);
  if (required<std::string>(metadata, "sha256", "'" + shown(path) + "'") != checksum)
    throw Error("'" + shown(path) + "' is damaged: its weights have a wrong checksum",
                "export it anew, or copy it again");
  return std::make_unique<ScriptGenerator>(std::move(module), std::move(info), std::move(checksum));
}

bool looks_like_torchscript(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && read_file(path, 4) == std::string("PK\x03\x04");
}

Json torchscript_metadata(const fs::path& path) {
  Json metadata;
  load_module(path, &metadata);
  info_from(metadata, path);
  return metadata;
}

std::vector<std::pair<std::string, std::vector<int64_t>>> torchscript_parameters(const fs::path& path) {
  std::vector<std::pair<std::string, std::vector<int64_t>>> out;
  const auto module = load_module(path, nullptr);
  for (const auto& named : module.named_parameters()) out.emplace_back(named.name, named.value.sizes().vec());
  for (const auto& [name, tensor] : constants_of(module)) out.emplace_back(name, tensor.sizes().vec());
  return out;
}

}  // namespace dcgan
