#include "plan/warm_start.hpp"

#include <algorithm>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/options.hpp"
#include "exchange/generator.hpp"
#include "exchange/torchscript.hpp"
#include "plan/presets.hpp"

namespace dcgan {
namespace {

NetworkPlan networks_of(const fs::path& model) {
  const fs::path path = checkpoint_of(model);
  if (looks_like_torchscript(path))
    throw UsageError("--init-from '" + shown(model) + "' is TorchScript: it holds one network, and nothing to train on",
                     "give the run directory, or one of its checkpoints");
  const ArchiveReader archive(path);
  const std::string origin = "the checkpoint '" + shown(path) + "'";
  check_training_version(archive.meta(), origin);
  const auto tensors = archive.list();
  if (std::none_of(tensors.begin(), tensors.end(),
                   [](const auto& one) { return one.first.starts_with("discriminator."); }))
    throw UsageError("--init-from '" + shown(model) + "' holds no discriminator: it was imported without one",
                     "import it again with both networks: dcgan import netG.pth netD.pth --out FILE.ckpt");
  return plan_from_json(archive.meta(), origin);
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

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : compact(value); }

std::string classes_text(const std::vector<std::string>& names) { return names.empty() ? "none" : cut_list(names); }

}  // namespace

Json options_of_model(const fs::path& model) { return as_options(networks_of(model)); }

void check_preset(const std::string& preset, const fs::path& model) {
  NetworkOptions options;
  const Fields fields = fields_of(options);
  std::vector<std::string> different;
  const Json there = options_of_model(model);
  for (const auto& [name, text] : preset_named(preset).options)
    if (const Field* field = find_field(fields, name)) set_from_text(*field, text, "--" + name);
  const Json here = to_json(fields);
  for (const auto& [name, text] : preset_named(preset).options)
    for (const std::string part : {"", "-g", "-d"})
      if (const std::string key = underscored(name + part); here.contains(key) && here[key] != there[key])
        different.push_back("--" + name + part + " " + text_of(here[key]) + " (there " + text_of(there[key]) + ")");
  if (!different.empty())
    throw UsageError("--preset " + preset + " and --init-from '" + shown(model) + "' conflict: the preset has " +
                         joined(different, ", "),
                     "leave --preset out, or begin without --init-from");
}

void check_same_networks(const NetworkPlan& plan, const fs::path& model) {
  const Json here = as_options(plan), there = options_of_model(model);
  std::vector<std::string> different;
  for (const auto& [key, value] : here.items())
    if (!there.contains(key) || there[key] != value)
      different.push_back("--" + dashed(key) + " " + text_of(value) + " (there " + text_of(there.value(key, Json())) +
                          ")");
  if (const auto& names = networks_of(model).class_names; names != plan.class_names)
    different.push_back("the classes: " + classes_text(plan.class_names) + " (there " + classes_text(names) + ")");
  if (!different.empty())
    throw UsageError("the weights of --init-from '" + shown(model) + "' do not fit " + joined(different, ", "),
                     "leave those options out, they are taken from there; or begin without --init-from");
}

}  // namespace dcgan
