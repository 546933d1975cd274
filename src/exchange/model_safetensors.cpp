#include "exchange/model_safetensors.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>
#include <type_traits>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/generator.hpp"
#include "exchange/script.hpp"
#include "formats/state_dict.hpp"
#include "nn/discriminator.hpp"

namespace dcgan {
namespace {

constexpr const char* kParts[] = {kGeneratorPart, kDiscriminatorPart, kAveragePart};
constexpr std::pair<const char*, const char*> kDataOptions[] = {{"fit", "crop"}, {"crop_at", "center"}};

const std::string* find_text(const TextPairs& pairs, const std::string& key) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& one) { return one.first == key; });
  return found == pairs.end() ? nullptr : &found->second;
}

/// Whatever the order in which a program writes them.
std::string digest_of(const NamedTensors& tensors) {
  const std::map<std::string, at::Tensor> rising(tensors.begin(), tensors.end());
  Sha256 digest;
  for (const auto& [name, tensor] : rising) {
    const auto dense = tensor.detach().cpu().contiguous();
    digest.add(name);
    digest.add(dense.const_data_ptr(), dense.nbytes());
  }
  return digest.hex();
}

bool is_short(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

/// Tensors of `part`, fitted to the network: complete, of its shapes, in its order. None where there are none.
template <class Net>
void take_part(NamedTensors& out, const NamedTensors& from, const std::string& part, const NetworkPlan& plan,
               const std::string& origin) {
  NamedTensors own;
  for (const auto& [name, tensor] : from)
    if (name.starts_with(part))
      own.emplace_back(name.substr(part.size()), is_short(tensor.scalar_type()) ? tensor.to(at::kFloat) : tensor);
  if (own.empty()) return;
  check_weights(plan, std::is_same_v<Net, GeneratorNet>, numbers_in(own), origin);
  const Net net(plan);
  const NamedTensors live = tensors_of(*net, true);
  load_into(live, own, origin + ", " + part.substr(0, part.size() - 1));
  for (const auto& [name, tensor] : live) out.emplace_back(part + name, tensor.detach().clone());
}

int64_t images_seen_of(const std::string& text, const std::string& origin) {
  const Json images = parse_json(text, origin + ", its images_seen");
  if (!images.is_number_integer() || !fits<int64_t>(images) || images < 0)
    throw Error(origin + ": its images_seen is not a whole number, or one out of range");
  return images.get<int64_t>();
}

void check_numbers(const NamedTensors& tensors, const std::string& origin) {
  try {
    check_finite(tensors);
  } catch (const NotFinite& error) {
    throw Error(origin + ": " + error.what(), "the training that saved it had failed, or another program changed it");
  }
}

/// Without its tensors being read.
TextPairs metadata_of(const fs::path& path) {
  const std::string origin = "'" + shown(path) + "'";
  const uint64_t bytes = safetensors_head_bytes(read_file(path, sizeof(uint64_t)), fs::file_size(path), origin);
  return read_safetensors_metadata(read_file(path, bytes), origin);
}

at::Tensor shortened(const std::string& name, const at::Tensor& tensor, at::ScalarType type) {
  if (!tensor.is_floating_point() || tensor.dim() < 2) return tensor;
  const at::Tensor out = tensor.detach().to(type);
  if (!at::isfinite(out).all().item<bool>())
    throw Error("'" + name + "' holds numbers that are too large for float16; nothing was written",
                "take --weights bf16, or leave it out");
  return out;
}

}  // namespace

bool is_of_model(const TextPairs& metadata) {
  const std::string* format = find_text(metadata, "format");
  return format && *format == "dcgan";
}

bool is_model_safetensors(const fs::path& path) {
  return looks_like_weights(path) && !looks_like_state_dict(path) && is_of_model(metadata_of(path));
}

ImportedModel read_model_safetensors(const fs::path& path) {
  return read_model_safetensors(read_weights(path), "'" + shown(path) + "'");
}

ImportedModel read_model_safetensors(WeightsFile file, const std::string& origin) {
  const auto metadata = [&](const char* key) {
    const std::string* text = find_text(file.metadata, key);
    if (!text) throw Error(origin + ": its metadata has no '" + key + "'");
    return *text;
  };
  ImportedModel model;
  model.plan = plan_from_json({{"network", parse_json(metadata("network"), origin + ", its network")}}, origin);
  model.images_seen = images_seen_of(metadata("images_seen"), origin);
  for (const auto& [key, usual] : kDataOptions) model.options[key] = metadata(key);
  take_part<GeneratorNet>(model.tensors, file.tensors, kGeneratorPart, model.plan, origin);
  take_part<DiscriminatorNet>(model.tensors, file.tensors, kDiscriminatorPart, model.plan, origin);
  take_part<GeneratorNet>(model.tensors, file.tensors, kAveragePart, model.plan, origin);
  if (file.tensors.size() != model.tensors.size())
    throw Error(origin + " holds tensors that belong to neither network");
  if (std::none_of(model.tensors.begin(), model.tensors.end(),
                   [](const auto& one) { return !one.first.starts_with(kDiscriminatorPart); }))
    throw Error(origin + " holds no generator");
  check_numbers(model.tensors, origin);
  if (const std::string* stored = find_text(file.metadata, "sha256"); stored && *stored != digest_of(file.tensors))
    throw Error(origin + " is damaged, or was changed by another program: its weights are not those that dcgan wrote",
                "copy it again, or export it again from its run or checkpoint");
  return model;
}

void write_model_safetensors(const fs::path& path, const ModelFile& model, const std::string& weights) {
  const bool is_small = weights != "float32";
  const Json options = value_or<Json>(model.meta(), "options", Json::object(), model.origin());
  TextPairs metadata = {{"format", "dcgan"},
                        {"dcgan", kVersionText},
                        {"network", compact(plan_to_json(model.plan()))},
                        {"images_seen", std::to_string(model.images_seen())},
                        {"value_range", "[-1, 1]"},
                        {"layout", "N x C x H x W"}};
  for (const auto& [key, usual] : kDataOptions)
    metadata.emplace_back(key, value_or<std::string>(options, key, usual, model.origin()));
  NamedTensors tensors;
  for (const std::string part : kParts)
    if (!is_small || part != kGeneratorPart || !model.has(kAveragePart)) append(tensors, part, model.read(part));
  if (is_small) {
    const at::ScalarType type = script_numbers(weights).scalar;
    for (auto& [name, tensor] : tensors) tensor = shortened(name, tensor, type);
    metadata.emplace_back("weights", type == at::kHalf ? "half" : weights);
  }
  metadata.emplace_back("sha256", digest_of(tensors));
  write_safetensors(path, tensors, metadata);
}

}  // namespace dcgan
