#include "exchange/torchscript.hpp"

#include <sstream>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/metadata.hpp"
#include "exchange/script.hpp"
#include "nn/kernels.hpp"

namespace dcgan {
namespace {

/// The layers in TorchScript. A source must end in a newline.
std::string forward_source(const Layers& layers, const GeneratorInfo& info, at::ScalarType type) {
  std::ostringstream s;
  s << "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    << "    assert z.dim() == 2 or z.dim() == 4, \"z must be [N, " << info.latent << "] or [N, " << info.latent
    << ", 1, 1]\"\n"
    << "    assert z.size(1) == " << info.latent << ", \"z must have " << info.latent << " numbers an image\"\n"
    << script_classes(info.classes, "z") << "    x0 = z.reshape([z.size(0), " << info.latent << ", 1, 1])"
    << script_cast(type) << "\n"
    << script_lines(layers, last_value(layers)) << "    return x" << last_value(layers) << script_cast(at::kFloat)
    << "\n";
  return s.str();
}

// dtype 0 is uint8: define() does not know the name torch.uint8.
constexpr char kImagesSource[] =
    "def images(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    "    x = self.forward(z, y)\n"
    "    return torch.clamp(torch.round((x + 1.0) * 127.5), 0, 255).to(dtype=0).permute([0, 2, 3, 1]).contiguous()\n";

torch::jit::Module build(GeneratorNetImpl& net, const GeneratorInfo& info, at::ScalarType weights) {
  const Layers layers = net.layers();
  auto module = script_module("DcganGenerator", layers, weights,
                              {{"latent", info.latent},
                               {"channels", info.channels},
                               {"height", info.height},
                               {"width", info.width},
                               {"classes", info.classes},
                               {"version", kExportVersion}});
  module.define(forward_source(layers, info, weights));
  module.define(kImagesSource);
  return module;
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

bool is_discriminator(const Json& metadata) {
  return metadata.is_object() && metadata.value("format", Json()) == "dcgan-discriminator";
}

void check_version(const Json& metadata, const std::string& origin) {
  if (required<int64_t>(metadata, "version", origin) > kExportVersion)
    throw Error(origin + " was exported by a newer dcgan", "use that version");
}

GeneratorInfo info_from(const Json& json, const fs::path& path) {
  const std::string origin = "'" + shown(path) + "'";
  if (is_discriminator(json))
    throw Error(origin + " is an exported discriminator: it makes no images",
                "give the run directory, or an exported generator");
  if (!json.is_object() || json.value("format", Json()) != "dcgan-generator")
    throw Error(origin + " is TorchScript, but no generator that dcgan exported");
  check_version(json, origin);
  GeneratorInfo info = {required<int64_t>(json, "latent", origin),  required<int64_t>(json, "channels", origin),
                        required<int64_t>(json, "height", origin),  required<int64_t>(json, "width", origin),
                        required<int64_t>(json, "classes", origin), required<int64_t>(json, "images_seen", origin),
                        required<bool>(json, "ema", origin),        shown(path)};
  const auto text = [&](const char* key, const std::string& otherwise) {  // older files say nothing
    return json.contains(key) ? required<std::string>(json, key, origin) : otherwise;
  };
  info.has_uniform_latents = text("latent_distribution", "normal") == "uniform";
  info.fit = text("fit", info.fit), info.crop_at = text("crop_at", info.crop_at);
  if (info.classes > 0)
    for (const auto& name : required<std::vector<std::string>>(json, "class_names", origin))
      info.class_names.push_back(printable(name));
  if (info.classes < 0 || info.class_names.size() != static_cast<size_t>(info.classes))
    throw Error(origin + " does not name its classes one by one");
  return info;
}

}  // namespace

void export_torchscript(GeneratorNet net, const GeneratorInfo& info, const fs::path& path,
                        const ScriptOptions& options) {
  const at::NoGradGuard no_grad;
  net->eval();
  const ScriptNumbers numbers = script_numbers(options.weights);
  const std::string bytes = script_bytes(build(*net, info, numbers.scalar),
                                         generator_metadata(info, net->plan().options.arch), options, {"images"});
  // The file is proved before it replaces a good one.
  const auto z = at::linspace(-2, 2, 2 * info.latent).view({2, info.latent});
  std::vector<c10::IValue> inputs = {z};
  at::Tensor y;
  if (info.classes > 0) inputs.push_back(y = at::tensor({int64_t{0}, info.classes - 1}));
  const auto device = net->parameters().front().device();
  const auto expected = net(z.to(device), y.defined() ? y.to(device) : y).cpu();
  if (!at::allclose(expected, script_from(bytes).forward(inputs).toTensor(), 1e-4, 2 * numbers.tolerance))
    throw Error("the exported generator gives other images than the network; nothing was written");
  write_file(path, bytes);
}

std::unique_ptr<Generator> open_torchscript(const fs::path& path) {
  Json metadata;
  auto module = load_script(path, metadata);
  GeneratorInfo info = info_from(metadata, path);
  return std::make_unique<ScriptGenerator>(std::move(module), std::move(info),
                                           required<std::string>(metadata, "sha256", "'" + shown(path) + "'"));
}

bool looks_like_torchscript(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && read_file(path, 4) == std::string("PK\x03\x04");
}

Json torchscript_metadata(const fs::path& path) {
  Json metadata;
  load_script(path, metadata);
  is_discriminator(metadata) ? check_version(metadata, "'" + shown(path) + "'") : void(info_from(metadata, path));
  return metadata;
}

std::vector<std::pair<std::string, std::vector<int64_t>>> torchscript_parameters(const fs::path& path) {
  Json ignored;
  std::vector<std::pair<std::string, std::vector<int64_t>>> out;
  for (const auto& [name, tensor] : script_weights(load_script(path, ignored)))
    if (!name.ends_with("running_mean") && !name.ends_with("running_var")) out.emplace_back(name, tensor.sizes().vec());
  return out;
}

}  // namespace dcgan
