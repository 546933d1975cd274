#include "exchange/import.hpp"

#include <algorithm>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/generator.hpp"

namespace dcgan {
namespace {

constexpr const char* kParts[] = {"generator.", "discriminator.", "ema."};
constexpr const char* kDataOptions[] = {"fit", "crop_at"};

const std::string* find_text(const TextPairs& pairs, const std::string& key) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& one) { return one.first == key; });
  return found == pairs.end() ? nullptr : &found->second;
}

std::string place_of(const fs::path& path) { return "'" + shown(path) + "'"; }

/// Tensors of `part`, fitted to the network: complete, of its shapes, in its order.
template <class Net>
void take_part(NamedTensors& out, const NamedTensors& from, const std::string& part, const NetworkPlan& plan,
               const std::string& origin) {
  NamedTensors own;
  for (const auto& [name, tensor] : from)
    if (name.starts_with(part)) own.emplace_back(name.substr(part.size()), tensor);
  check_weights(plan, std::is_same_v<Net, GeneratorNet>, numbers_in(own), origin);
  const Net net(plan);
  const NamedTensors live = tensors_of(*net, true);
  load_into(live, own, origin + ", " + part.substr(0, part.size() - 1));
  for (const auto& [name, tensor] : live) out.emplace_back(part + name, tensor.detach().clone());
}

ImportedModel read_ours(WeightsFile file, const fs::path& path) {
  const std::string origin = place_of(path);
  const auto metadata = [&](const char* key) {
    const std::string* text = find_text(file.metadata, key);
    if (!text) throw Error(origin + ": its metadata has no '" + key + "'");
    return *text;
  };
  ImportedModel model;
  model.plan = plan_from_json({{"network", parse_json(metadata("network"), origin + ", its network")}}, origin);
  const Json images = parse_json(metadata("images_seen"), origin + ", its images_seen");
  if (!images.is_number_integer() || !fits<int64_t>(images) || images < 0)
    throw Error(origin + ": its images_seen is no whole number, or one out of range");
  model.images_seen = images.get<int64_t>();
  for (const char* key : kDataOptions) model.options[key] = metadata(key);
  take_part<GeneratorNet>(model.tensors, file.tensors, "generator.", model.plan, origin);
  if (std::any_of(file.tensors.begin(), file.tensors.end(),
                  [](const auto& one) { return one.first.starts_with("discriminator."); }))
    take_part<DiscriminatorNet>(model.tensors, file.tensors, "discriminator.", model.plan, origin);
  take_part<GeneratorNet>(model.tensors, file.tensors, "ema.", model.plan, origin);
  if (file.tensors.size() != model.tensors.size())
    throw Error(origin + " holds tensors that belong to neither network");
  return model;
}

ImportedModel from_networks(const ForeignNetworks& networks) {
  ImportedModel model;
  model.plan = networks.plan;
  append(model.tensors, "generator.", networks.generator);
  append(model.tensors, "discriminator.", networks.discriminator);
  append(model.tensors, "ema.", networks.generator);
  model.options = {{"fit", "crop"}, {"crop_at", "center"}};
  return model;
}

}  // namespace

bool ImportedModel::has_discriminator() const {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const auto& one) { return one.first.starts_with("discriminator."); });
}

ImportedModel read_model(const std::vector<fs::path>& files) {
  NamedTensors networks[3];  // by example_network
  std::vector<std::string> places;
  for (const auto& path : files) {
    WeightsFile file = read_weights(path);
    const std::string* format = find_text(file.metadata, "format");
    if (format && *format == "dcgan") {
      if (files.size() > 1)
        throw UsageError(place_of(path) + " holds a whole model; no other file can be imported with it");
      return read_ours(std::move(file), path);
    }
    const int kind = example_network(file.tensors);
    if (kind == 0)
      throw Error(place_of(path) + " holds " + counted(static_cast<int64_t>(file.tensors.size()), "tensor") +
                      ", the first of them '" + printable(file.tensors.empty() ? "" : file.tensors.front().first) +
                      "', and not the networks of PyTorch's DCGAN example",
                  "import the example's netG and netD, whose tensors are called main.0.weight and so on, or "
                  "safetensors of `dcgan export`");
    if (!networks[kind].empty())
      throw UsageError(place_of(path) + " is a second " + (kind == 1 ? "generator" : "discriminator"),
                       "give one netG and one netD");
    networks[kind] = std::move(file.tensors);
    places.push_back(place_of(path));
  }
  if (networks[1].empty())
    throw UsageError(joined(places, ", ") + " is a discriminator alone", "give the generator (netG) too");
  return from_networks(from_example(networks[1], networks[2], joined(places, " and ")));
}

void write_checkpoint(const fs::path& path, const ImportedModel& model) {
  const Json meta = {{"training_version", kTrainingVersion},
                     {"dcgan", kVersionText},
                     {"images", model.images_seen},
                     {"network", plan_to_json(model.plan)},
                     {"options", model.options}};
  write_archive(path, meta, model.tensors);
}

void write_model_safetensors(const fs::path& path, const fs::path& checkpoint) {
  const ArchiveReader archive(checkpoint);
  const std::string origin = "the checkpoint '" + shown(checkpoint) + "'";
  const Json options = value_or<Json>(archive.meta(), "options", Json::object(), origin);
  TextPairs metadata = {{"format", "dcgan"},
                        {"dcgan", kVersionText},
                        {"network", compact(plan_to_json(plan_from_json(archive.meta(), origin)))},
                        {"images_seen", std::to_string(required<int64_t>(archive.meta(), "images", origin))},
                        {"value_range", "[-1, 1]"},
                        {"layout", "N x C x H x W"}};
  for (const char* key : kDataOptions)
    metadata.emplace_back(key,
                          value_or<std::string>(options, key, std::string(key) == "fit" ? "crop" : "center", origin));
  NamedTensors tensors;
  for (const char* part : kParts) append(tensors, part, archive.read_all(part));
  write_safetensors(path, tensors, metadata);
}

}  // namespace dcgan
