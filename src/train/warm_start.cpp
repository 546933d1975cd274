#include "train/warm_start.hpp"

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/options.hpp"
#include "exchange/generator.hpp"
#include "exchange/torchscript.hpp"

namespace dcgan {
namespace {

NetworkPlan networks_of(const fs::path& model) {
  const fs::path path = checkpoint_of(model);
  if (looks_like_torchscript(path))
    throw UsageError("--init-from '" + shown(model) + "' is an exported generator: it holds no discriminator",
                     "give the run directory, or one of its checkpoints");
  return plan_from_json(ArchiveReader(path).meta(), "the checkpoint '" + shown(path) + "'");
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

}  // namespace

Json options_of_model(const fs::path& model) { return as_options(networks_of(model)); }

void check_same_networks(const NetworkPlan& plan, const fs::path& model) {
  const Json here = as_options(plan), there = options_of_model(model);
  std::vector<std::string> different;
  for (const auto& [key, value] : here.items())
    if (!there.contains(key) || there[key] != value)
      different.push_back("--" + dashed(key) + " " + text_of(value) + " (there " + text_of(there.value(key, Json())) +
                          ")");
  if (const auto& names = networks_of(model).class_names; names != plan.class_names)
    different.push_back("the classes " + joined(plan.class_names, ", ") + " (there " + joined(names, ", ") + ")");
  if (!different.empty())
    throw UsageError("the weights of --init-from '" + shown(model) + "' do not fit " + joined(different, ", "),
                     "leave those options out: they are taken from there");
}

}  // namespace dcgan
