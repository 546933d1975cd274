#include "plan/warm_start.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/platform/io/program_folder.hpp"
#include "core/text.hpp"
#include "dataset/options.hpp"
#include "exchange/generator.hpp"
#include "exchange/model_file.hpp"
#include "plan/presets.hpp"

namespace dcgan {
namespace {

/// Of the discriminator: a file without one says nothing of them.
constexpr const char* kOfDiscriminator[] = {"base_channels_d", "norm_d", "spectral_norm", "minibatch_std"};

struct Beginning {
  NetworkPlan plan;
  bool has_discriminator;
};

Beginning beginning_of(const fs::path& model) {
  const ModelFile file(checkpoint_of(model));
  return {file.plan(), file.has(kDiscriminatorPart)};
}

/// Everything that decides the networks, under the names of the options.
Json as_options(const NetworkPlan& plan) {
  NetworkOptions options = plan.options;
  Json json = to_json(fields_of(options));
  json["conditional"] = plan.classes > 0;
  json["size"] = to_text(plan.shape.size());
  json["channels"] = channels_name(plan.image_channels);
  return json;
}

/// Of a file: what must not be otherwise.
Json fixed_options(const Beginning& file) {
  Json json = as_options(file.plan);
  if (!file.has_discriminator)
    for (const char* key : kOfDiscriminator) json.erase(key);
  return json;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : compact(value); }

std::string classes_text(const std::vector<std::string>& names) { return names.empty() ? "none" : cut_list(names); }

}  // namespace

Json options_of_model(const fs::path& model) {
  const Beginning file = beginning_of(model);
  Json json = as_options(file.plan);
  if (!file.has_discriminator) json["norm_d"] = "auto";  // the new one's loss decides
  return json;
}

void check_preset(const std::string& preset, const fs::path& model) {
  NetworkOptions options;
  const Fields fields = fields_of(options);
  std::vector<std::string> different;
  const Json there = fixed_options(beginning_of(model));
  for (const auto& [name, text] : preset_named(preset).options)
    if (const Field* field = find_field(fields, name)) set_from_text(*field, text, "--" + name);
  const Json here = to_json(fields);
  for (const auto& [name, text] : preset_named(preset).options)
    for (const std::string part : {"", "-g", "-d"})
      if (const std::string key = underscored(name + part);
          here.contains(key) && !here[key].is_null() && there.contains(key) && here[key] != there[key])  // null: any
        different.push_back("--" + name + part + " " + text_of(here[key]) + " (there " + text_of(there[key]) + ")");
  if (!different.empty())
    throw UsageError("--preset " + preset + " and --init-from '" + shown(model) + "' conflict: the preset has " +
                         joined(different, ", "),
                     "leave --preset out, or begin without --init-from");
}

void check_same_networks(const NetworkPlan& plan, const fs::path& model) {
  const Beginning file = beginning_of(model);
  const Json here = as_options(plan), there = fixed_options(file);
  std::vector<std::string> different;
  for (const auto& [key, value] : there.items())
    if (here[key] != value)
      different.push_back("--" + dashed(key) + " " + text_of(here[key]) + " (there " + text_of(value) + ")");
  if (const auto& names = file.plan.class_names; names != plan.class_names)
    different.push_back("the classes: " + classes_text(plan.class_names) + " (there " + classes_text(names) + ")");
  if (!different.empty())
    throw UsageError("the weights of --init-from '" + shown(model) + "' do not fit " + joined(different, ", "),
                     "leave those options out, they are taken from there; or begin without --init-from");
}

std::optional<fs::path> shipped_beginning(const NetworkPlan& plan) {
  const auto model = shared_file("models/photos-" + to_text(plan.shape.size()) + ".safetensors");
  if (!model) return std::nullopt;
  try {
    return as_options(beginning_of(*model).plan) == as_options(plan) ? model : std::nullopt;
  } catch (const Error& error) {
    throw Error(error.what(), "it came with the program: install that again, or begin without it: --init-from none");
  }
}

void check_can_freeze(int64_t blocks, const fs::path& model) {
  if (blocks == 0 || beginning_of(model).has_discriminator) return;
  throw UsageError("--freeze-d " + std::to_string(blocks) + " and --init-from '" + shown(model) +
                       "' conflict: it holds no discriminator, and random weights are not worth keeping",
                   "leave --freeze-d out, or give a run, a checkpoint, or safetensors of both networks");
}

}  // namespace dcgan
