#include "exchange/torchscript.hpp"

#include <optional>
#include <sstream>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "exchange/layer_list.hpp"
#include "exchange/metadata.hpp"
#include "exchange/script.hpp"
#include "nn/kernels/settle.hpp"

namespace dcgan {
namespace {

/// The layers in TorchScript. A source must end in a newline.
std::string forward_source(const Layers& layers, const GeneratorInfo& info, at::ScalarType type) {
  std::ostringstream s;
  s << "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    << "    assert z.dim() == 2 or z.dim() == 4, \"z must be [N, " << info.latent << "] or [N, " << info.latent
    << ", 1, 1]\"\n"
    << "    assert z.size(1) == " << info.latent << ", \"z must have " << info.latent << " numbers an image\"\n"
    << script_classes(info.classes, "z") << "    x0 = z.reshape([z.size(0), " << info.input.channels << ", "
    << info.input.height << ", " << info.input.width << "])" << script_cast(type) << "\n"
    << script_lines(layers, last_value(layers)) << "    return x" << last_value(layers) << script_cast(at::kFloat)
    << "\n";
  return s.str();
}

// dtype 0 is uint8: define() does not know the name torch.uint8.
constexpr char kImagesSource[] =
    "def images(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
    "    x = self.forward(z, y)\n"
    "    return torch.clamp(torch.round((x + 1.0) * 127.5), 0, 255).to(dtype=0).permute([0, 2, 3, 1]).contiguous()\n";

torch::jit::Module build(const Layers& layers, const GeneratorInfo& info, at::ScalarType weights) {
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

/// An export of ours: its layers, evaluated as the network itself is.
class LayersGenerator : public Generator {
 public:
  LayersGenerator(Layers layers, at::ScalarType type, GeneratorInfo info, std::string checksum)
      : layers_(std::move(layers)), type_(type), checksum_(std::move(checksum)) {
    info_ = std::move(info);
    settle_kernels();
  }
  std::string checksum() const override { return checksum_; }

 private:
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) override {
    const MapShape& in = info_.input;
    return run_layers(layers_, z.reshape({z.size(0), in.channels, in.height, in.width}).to(type_), y).to(at::kFloat);
  }

  Layers layers_;
  at::ScalarType type_;
  std::string checksum_;
};

/// A program of another, which the user has agreed to run.
class ProgramGenerator : public Generator {
 public:
  ProgramGenerator(torch::jit::Module module, GeneratorInfo info, std::string checksum)
      : module_(std::move(module)), checksum_(std::move(checksum)) {
    info_ = std::move(info);
    settle_kernels();
  }
  std::string checksum() const override { return checksum_; }

 private:
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) override {
    const std::string what = info_.origin + " is run as a program, and ";
    at::Tensor made;
    try {
      made = (y.defined() ? module_.forward({z, y}) : module_.forward({z})).toTensor();
    } catch (const std::exception&) {  // LibTorch throws more than c10::Error
      throw Error(what + "fails on latents " + shape_text(z.sizes().vec()), "it does not do what it says of itself");
    }
    if (made.scalar_type() != at::kFloat ||
        made.sizes() != at::IntArrayRef{z.size(0), info_.channels, info_.height, info_.width})
      throw Error(what + "makes no images of the shape that it says", "it does not do what it says of itself");
    return made;
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

/// Nothing to read of what the file is: says who has written it.
[[noreturn]] void no_export(const ScriptFile& file) {
  if (was_ours(file))
    throw Error(
        file.origin + " was changed by another program: dcgan wrote it, and what it said of itself is gone",
        "keep dcgan.json when it is saved again (_extra_files of torch.jit.load and torch.jit.save), or export it "
        "again");
  throw Error(
      file.origin + " is TorchScript, but not a generator that dcgan exported",
      "it is somebody else's program: to use it dcgan would have to run its code, which --run-code allows, and to "
      "know what it takes, which it does not say (dcgan.json)");
}

GeneratorInfo info_from(const ScriptFile& file, const fs::path& path) {
  const Json& json = file.metadata;
  const std::string& origin = file.origin;
  if (is_discriminator(json))
    throw Error(origin + " is an exported discriminator: it makes no images",
                "give the run directory, or an exported generator");
  if (!json.is_object() || json.value("format", Json()) != "dcgan-generator") no_export(file);
  check_version(json, origin);
  GeneratorInfo info = {required<int64_t>(json, "latent", origin),  required<int64_t>(json, "channels", origin),
                        required<int64_t>(json, "height", origin),  required<int64_t>(json, "width", origin),
                        required<int64_t>(json, "classes", origin), required<int64_t>(json, "images_seen", origin),
                        required<bool>(json, "ema", origin),        shown(path)};
  const auto text = [&](const char* key, const std::string& otherwise) {  // older files say nothing
    return json.contains(key) ? required<std::string>(json, key, origin) : otherwise;
  };
  info.has_uniform_latents = text("latent_distribution", "normal") == "uniform";
  if (json.contains("input")) {
    const auto sides = required<std::vector<int64_t>>(json, "input", origin);
    if (sides.size() == 3) info.input = {sides[0], sides[1], sides[2]};
    const bool is_sane = std::all_of(sides.begin(), sides.end(), [&](int64_t n) { return n > 0 && n <= info.latent; });
    if (sides.size() != 3 || !is_sane || element_count(sides).value_or(-1) != info.latent)
      throw Error(origin + " lays its latents out in a way that does not fit them", "export it again");
  }
  info.fit = text("fit", info.fit), info.crop_at = text("crop_at", info.crop_at);
  if (info.classes > 0)
    for (const auto& name : required<std::vector<std::string>>(json, "class_names", origin))
      info.class_names.push_back(printable(name));
  if (info.classes < 0 || info.class_names.size() != static_cast<size_t>(info.classes))
    throw Error(origin + " does not name its classes one by one");
  return info;
}

at::ScalarType numbers_of(const Json& metadata, const std::string& origin) {
  if (!metadata.contains("weights")) return at::kFloat;
  const auto name = required<std::string>(metadata, "weights", origin);
  if (name != "half" && name != "bf16") throw Error(origin + " has weights of an unknown kind", "export it again");
  return script_numbers(name).scalar;
}

/// The layers of an export of ours, checked. Throws Error when the file does not hold what it says.
Layers layers_of(const ScriptFile& file, const ScriptWeights& weights, const GeneratorInfo& info) {
  const std::string& origin = file.origin;
  Layers layers;
  if (required<int64_t>(file.metadata, "version", origin) == 1) {
    const std::string program = weights.is_frozen() ? file.archive.read(weights.module.source) : "";
    const auto arch = required<std::string>(file.metadata, "arch", origin);
    layers = layers_of_version_1(arch, info.classes > 0, weights, program, origin);
  } else {
    layers = layers_from_json(required<Json>(file.metadata, "layers", origin), weights.tensors, origin);
  }
  check_layers(layers, info, numbers_of(file.metadata, origin), origin);
  return layers;
}

/// The operations, of data alone; none and `why` for a file that says what it does not hold.
std::optional<Layers> find_layers(const ScriptFile& file, const GeneratorInfo& info, std::string& why) {
  ScriptWeights weights;
  try {
    weights = read_script_weights(file);
  } catch (const Error& error) {
    why = error.what();
    return {};
  }
  check_script_digest(file, weights.tensors);
  try {
    return layers_of(file, weights, info);
  } catch (const Error& error) {
    why = error.what();
    return {};
  }
}

/// The same as a generator; nullptr where there are none.
std::unique_ptr<Generator> generator_of(const ScriptFile& file, const GeneratorInfo& info, std::string& why) {
  auto layers = find_layers(file, info, why);
  if (!layers) return nullptr;
  try {
    auto checksum = required<std::string>(file.metadata, "sha256", file.origin);
    return std::make_unique<LayersGenerator>(std::move(*layers), numbers_of(file.metadata, file.origin), info,
                                             std::move(checksum));
  } catch (const Error& error) {
    why = error.what();
    return nullptr;
  }
}

}  // namespace

void export_torchscript(const GeneratorOperations& generator, const fs::path& path, const ScriptOptions& options) {
  const at::NoGradGuard no_grad;
  const GeneratorInfo& info = generator.info;
  const ScriptNumbers numbers = script_numbers(options.weights);
  Json metadata = generator_metadata(info, generator.arch, kExportVersion);
  if (!generator.network.is_null()) metadata["network"] = generator.network;
  const std::string bytes = script_bytes(build(generator.layers, info, numbers.scalar), generator.layers,
                                         std::move(metadata), options, {"images"});
  // The file is proved before it replaces a good one: as a program for others, as data for dcgan.
  const auto z = at::linspace(-2, 2, 2 * info.latent).view({2, info.latent});
  std::vector<c10::IValue> inputs = {z};
  at::Tensor y;
  if (info.classes > 0) inputs.push_back(y = at::tensor({int64_t{0}, info.classes - 1}));
  const at::Tensor expected = generator.images(z, y).cpu();
  std::string why;
  const auto read = generator_of(script_file_of(bytes, "the export"), info, why);
  if (!read) throw Error("the exported generator cannot be read back (" + why + "); nothing was written");
  for (const auto& images : {script_from(bytes).forward(inputs).toTensor(), (*read)(z, y)})
    if (!at::allclose(expected, images, 1e-4, 2 * numbers.tolerance))
      throw Error("the exported generator gives other images than the network; nothing was written");
  write_file(path, bytes);
}

std::unique_ptr<Generator> open_torchscript(const fs::path& path, bool run_code) {
  const ScriptFile file = read_script_file(path);
  GeneratorInfo info = info_from(file, path);
  std::string why;
  if (auto generator = generator_of(file, info, why)) return generator;
  auto module = load_program(*file.bytes, file.origin, run_code, why);
  return std::make_unique<ProgramGenerator>(std::move(module), std::move(info), sha256_hex(*file.bytes));
}

GeneratorOperations read_torchscript(const fs::path& path) {
  const at::NoGradGuard no_grad;
  const ScriptFile file = read_script_file(path);
  GeneratorInfo info = info_from(file, path);
  std::string why;
  auto layers = find_layers(file, info, why);
  if (!layers)
    throw UsageError(file.origin + " is a program of another, and this needs the network itself (" + why + ")",
                     "give a run directory, a checkpoint, or what `dcgan export` wrote");
  for (Layer& layer : *layers)
    for (auto& [part, tensor] : layer.tensors) tensor = tensor.to(at::kFloat);
  const std::string& origin = file.origin;
  Json network = value_or<Json>(file.metadata, "network", Json(), origin);
  return {.layers = std::move(*layers),
          .info = std::move(info),
          .arch = required<std::string>(file.metadata, "arch", origin),
          .numbers = numbers_of(file.metadata, origin),
          .network = std::move(network)};
}

bool looks_like_torchscript(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && read_file(path, 4) == std::string("PK\x03\x04");
}

Json torchscript_metadata(const fs::path& path) {
  const ScriptFile file = read_script_file(path);
  is_discriminator(file.metadata) ? check_version(file.metadata, file.origin) : void(info_from(file, path));
  check_script_digest(file, read_script_weights(file).tensors);
  return file.metadata;
}

std::string torchscript_obstacle(const fs::path& path) {
  const ScriptFile file = read_script_file(path);
  std::string why;
  if (!is_discriminator(file.metadata)) generator_of(file, info_from(file, path), why);
  return why;
}

std::vector<std::pair<std::string, std::vector<int64_t>>> torchscript_parameters(const fs::path& path) {
  std::vector<std::pair<std::string, std::vector<int64_t>>> out;
  for (const auto& [name, tensor] : read_script_weights(read_script_file(path)).tensors)
    if (!name.ends_with("running_mean") && !name.ends_with("running_var")) out.emplace_back(name, tensor.sizes().vec());
  return out;
}

}  // namespace dcgan
