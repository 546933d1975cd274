// Beginning a run with the weights of another model: what it takes over, and what must match. MODEL is what ModelFile
// reads. Where it holds a generator alone, the discriminator is the run's own.
#pragma once

#include <optional>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// Options that give the networks of MODEL: its network options, size and channels. Throws Error or UsageError when it
/// is none or cannot be read.
Json options_of_model(const fs::path& model);

/// Throws UsageError naming what the preset's networks have otherwise than those of MODEL, which win: the run would not
/// be what the preset's name says.
void check_preset(const std::string& preset, const fs::path& model);

/// Throws UsageError naming every option in which `plan` differs from the networks of MODEL.
void check_same_networks(const NetworkPlan& plan, const fs::path& model);

/// The model of photographs that ships, models/photos-SIZE.safetensors, where its networks are these: what few pictures
/// begin with. Throws Error when it is damaged.
std::optional<fs::path> shipped_beginning(const NetworkPlan& plan);

/// Throws UsageError where blocks of the discriminator are to keep their weights (--freeze-d) and MODEL has none.
void check_can_freeze(int64_t blocks, const fs::path& model);

}  // namespace dcgan
