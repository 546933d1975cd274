#include "exchange/torchscript.hpp"

#include <torch/script.h>

#include <sstream>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/kernels.hpp"

namespace dcgan {
namespace {

constexpr char kMetadata[] = "dcgan.json";

/// The network's forward pass in TorchScript. define() from C++ knows aten builtins only, and its source
/// must end in a newline.
std::string forward_source(GeneratorNetImpl& net) {
  const int64_t latent = net.plan().options.latent;
  const size_t layers = net.convolutions().size();
  std::ostringstream s;
  s << "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    << "    assert z.dim() == 2 or z.dim() == 4, \"z must be [N, " << latent << "] or [N, " << latent << ", 1, 1]\"\n"
    << "    assert z.size(1) == " << latent << ", \"z must have " << latent << " numbers an image\"\n"
    << "    x = z.reshape([z.size(0), " << latent << ", 1, 1])\n";
  for (size_t i = 0; i < layers; ++i) {
    const std::string stride = i == 0 ? "[1, 1]" : "[2, 2]", padding = i == 0 ? "[0, 0]" : "[1, 1]";
    s << "    x = torch.conv_transpose2d(x, self.conv" << i << "_weight, None, " << stride << ", " << padding
      << ", [0, 0], 1, [1, 1])\n";
    if (i + 1 == layers) break;
    const std::string norm = "self.norm" + std::to_string(i) + "_";
    s << "    x = torch.batch_norm(x, " << norm << "weight, " << norm << "bias, " << norm << "running_mean, " << norm
      << "running_var, False, 0.0, " << number_text(net.norms()[i]->options.eps()) << ", True)\n"
      << "    x = torch.relu(x)\n";
  }
  s << "    return torch.tanh(x)\n";
  return s.str();
}

// dtype 0 is uint8: define() does not know the name torch.uint8.
constexpr char kImagesSource[] =
    "def images(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    "    x = self.forward(z, y)\n"
    "    return torch.clamp(torch.round((x + 1.0) * 127.5), 0, 255).to(dtype=0).permute([0, 2, 3, 1]).contiguous()\n";

Json metadata_of(const GeneratorInfo& info) {
  return {{"format", "dcgan-generator"},     {"version", kExportVersion},
          {"latent", info.latent},           {"channels", info.channels},
          {"height", info.height},           {"width", info.width},
          {"classes", info.classes},         {"value_range", {-1, 1}},
          {"images_seen", info.images_seen}, {"ema", info.ema}};
}

torch::jit::Module build(GeneratorNetImpl& net, const GeneratorInfo& info) {
  torch::jit::Module module("DcganGenerator");
  const auto flat = [](std::string name) {  // "norm0.weight" as "norm0_weight"
    for (char& c : name) c = c == '.' ? '_' : c;
    return name;
  };
  for (const auto& named : net.named_parameters())
    module.register_parameter(flat(named.key()), named.value().detach().cpu().clone(), false);
  for (const auto& named : net.named_buffers())
    if (!named.key().ends_with("num_batches_tracked"))
      module.register_buffer(flat(named.key()), named.value().cpu().clone());
  const auto attribute = [&](const char* name, int64_t value) {
    module.register_attribute(name, c10::IntType::get(), value);
  };
  attribute("latent", info.latent), attribute("channels", info.channels), attribute("height", info.height);
  attribute("width", info.width), attribute("classes", info.classes), attribute("version", kExportVersion);
  module.register_attribute("training", c10::BoolType::get(), false);  // Python's .eval() and .training look for it
  module.define(forward_source(net));
  module.define(kImagesSource);
  module.eval();
  return module;
}

/// SHA-256 over every weight and statistic. LibTorch checks nothing when it reads, so a damaged file would give
/// other images without a word.
std::string weights_digest(const torch::jit::Module& module) {
  Sha256 digest;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    const auto dense = tensor.contiguous();
    digest.add(name);
    digest.add(dense.const_data_ptr(), dense.nbytes());
  };
  for (const auto& one : module.named_parameters()) add(one.name, one.value);
  for (const auto& one : module.named_buffers()) add(one.name, one.value);
  return digest.hex();
}

class ScriptGenerator : public Generator {
 public:
  ScriptGenerator(torch::jit::Module module, GeneratorInfo info) : module_(std::move(module)) {
    info_ = std::move(info);
    settle_kernels();
  }
  at::Tensor operator()(const at::Tensor& z) override {
    const at::NoGradGuard no_grad;
    return module_.forward({z}).toTensor();
  }

 private:
  torch::jit::Module module_;
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
  return {required<int64_t>(json, "latent", origin),  required<int64_t>(json, "channels", origin),
          required<int64_t>(json, "height", origin),  required<int64_t>(json, "width", origin),
          required<int64_t>(json, "classes", origin), required<int64_t>(json, "images_seen", origin),
          required<bool>(json, "ema", origin),        shown(path)};
}

}  // namespace

void export_torchscript(GeneratorNet net, const GeneratorInfo& info, const fs::path& path) {
  const at::NoGradGuard no_grad;
  net->eval();
  const torch::jit::Module module = build(*net, info);
  Json metadata = metadata_of(info);
  metadata["sha256"] = weights_digest(module);
  std::ostringstream bytes;
  module.save(bytes, {{kMetadata, compact(metadata)}});
  // The file is proved before it replaces a good one.
  std::istringstream again(bytes.str());
  auto reloaded = torch::jit::load(again, at::Device(at::kCPU));
  const auto z = at::linspace(-2, 2, 2 * info.latent).view({2, info.latent});
  const auto expected = net(z.to(net->parameters().front().device())).cpu();
  const auto got = reloaded.forward({z}).toTensor();
  if (!at::allclose(expected, got, 1e-4, 1e-5))
    throw Error("the exported generator gives other images than the network; nothing was written");
  write_file(path, bytes.str());
}

std::unique_ptr<Generator> open_torchscript(const fs::path& path) {
  Json metadata;
  auto module = load_module(path, &metadata);
  GeneratorInfo info = info_from(metadata, path);
  if (required<std::string>(metadata, "sha256", "'" + shown(path) + "'") != weights_digest(module))
    throw Error("'" + shown(path) + "' is damaged: its weights have a wrong checksum",
                "export it anew, or copy it again");
  return std::make_unique<ScriptGenerator>(std::move(module), std::move(info));
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
  for (const auto& named : load_module(path, nullptr).named_parameters())
    out.emplace_back(named.name, named.value.sizes().vec());
  return out;
}

}  // namespace dcgan
