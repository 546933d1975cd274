// What there is in a run directory to go on from: for `train --resume`, behind which somebody stands, and for
// --resume-auto, behind which nobody does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkpoint/run_directory.hpp"
#include "core/json.hpp"

namespace dcgan {

/// What a checkpoint says without loading its tensors. `images` is its position.
struct CheckpointHead {
  int64_t images = 0;
  double seconds = 0;
  Json options;
  std::string data_identity;
};
CheckpointHead read_head(const fs::path& checkpoint);

/// What the first rank knows of a run and the others are told.
struct RunToResume {
  Json config;            // its config.json
  int64_t position = -1;  // images seen of its newest checkpoint; -1: it has none
};

/// Whether a run was begun there, however far it came: for telling it from a folder that is somebody's.
bool holds_run(const RunDirectory& run);

/// Throws Error when config.json or the newest checkpoint is damaged, or the two are not of one run.
RunToResume look_at_run(const RunDirectory& run);

/// The same for a restart that nobody watches. Checkpoints that are damaged or not this run's are passed over, and
/// taken out of its way, as long as there is an older one, or a best state, that is whole; a config.json that is
/// damaged is written anew from it. Remarks say so. None when the run is to begin again: it has no checkpoint, or only
/// damaged ones. Throws Error for what only a person can decide: whole checkpoints, all of another run or version.
std::optional<RunToResume> look_for_restart(const RunDirectory& run);

/// The options that a run of any version stored, with what its version did not store as that meant it. Most options of
/// now are then what they are by default. But presets change their meaning: "default" of version 0.1 is "default-0.1".
Json as_meant_then(Json stored);

/// Options that differ and that a run may not change when it goes on. One that `stored` does not have is newer than
/// the run: it may be given.
std::vector<std::string> forbidden_changes(const Json& stored, const Json& asked);
/// Of those that a run may not change: what `stored` says where "auto" is asked for, which it was resolved from.
Json resolved_before(const Json& stored, const Json& asked);

}  // namespace dcgan
