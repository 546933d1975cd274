// Presets: named sets of options. What a preset says comes before an option's own default and after everything that a
// user says. No torch.
#pragma once

#include <string>
#include <vector>

#include "core/options.hpp"

namespace dcgan {

struct Preset {
  std::string name;
  std::string purpose;  // for whom, in a line
  Given options;        // names and texts as on the command line; flags are "true" or "false"
};

/// All of them, in the order of the help. `auto` is not among them: it is a choice of one.
const std::vector<Preset>& presets();
/// "auto" and all names.
std::vector<std::string> preset_names();
/// Throws UsageError for a name that is not there.
const Preset& preset_named(const std::string& name);

/// What `auto` goes by.
struct PresetFacts {
  int64_t pictures = 0;
  Size size;
  bool conditional = false, on_gpu = false;
};
struct PresetChoice {
  std::string name, why;
};
/// Few are those that a run sees so often that D may learn them by heart: fewer than 1,000 on a CPU, than 20,000 on a
/// GPU, which shows 3,000 of them a thousand times in minutes.
PresetChoice choose_preset(const PresetFacts& facts);

}  // namespace dcgan
