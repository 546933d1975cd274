#include "train/presets.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"default", "pictures of any kind", {}},
      {"conditional", "pictures in classes, to be asked for by name", {{"conditional", "true"}}},
      {"paper",
       "section 4 of Radford et al. 2015, for comparisons",
       {{"lr", "0.0002"},
        {"batch", "128"},
        {"label-smoothing", "0"},
        {"ema-images", "0"},
        {"latent-distribution", "uniform"}}},
      {"pytorch-example",
       "PyTorch's DCGAN example, for comparisons",
       {{"lr", "0.0002"}, {"batch", "64"}, {"label-smoothing", "0"}, {"ema-images", "0"}, {"precision", "fp32"}}},
  };
  return all;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names = {"auto"};
  for (const auto& preset : presets()) names.push_back(preset.name);
  return names;
}

const Preset& preset_named(const std::string& name) {
  for (const auto& preset : presets())
    if (preset.name == name) return preset;
  throw UsageError("there is no preset '" + printable(name) + "'", "choose one of " + joined(preset_names(), ", "));
}

PresetChoice choose_preset(const PresetFacts& facts) {
  if (facts.conditional) return {"conditional", "classes are asked for"};
  return {"default", counted(facts.pictures, "picture") + " of " + to_text(facts.size) + " pixels"};
}

}  // namespace dcgan
