// The one road from what was asked for to what a run does: flags -> facts of the data -> levels -> checks -> plan. Each
// question is asked once; of several ranks all come to the first one's plan. No torch.
#pragma once

#include <functional>
#include <string>

#include "plan/plan.hpp"
#include "plan/run_place.hpp"

namespace dcgan {

/// Opens DATA, decoded by so many threads, and shows how far it is.
using OpenData = std::function<Dataset(const std::string& path, const DataOptions& options, int64_t threads)>;

/// Nothing is left to decide, and the pictures are open.
struct PlannedRun {
  TrainPlan plan;  // its remarks say what was chosen, or what a run that goes on has otherwise than before
  Dataset dataset;
  AllOptions asked;  // the preset with flags and config over it, nothing resolved
};

/// Of a run that begins: preset, networks of --init-from, --config and flags, against the data and this machine. Throws
/// UsageError, before a picture is read where that can be told, for what conflicts, cannot be or changes nothing.
PlannedRun plan_new_run(const TrainCommand& command, const Given& flags, const RunPlace& place, Ranks& ranks,
                        const OpenData& open);

/// Of a run that goes on: its own options, and of --config and flags what may change. Throws UsageError for what may
/// not, and for data that are not the run's own.
PlannedRun plan_to_go_on(const TrainCommand& command, const Given& flags, const RunPlace& place, Ranks& ranks,
                         const OpenData& open);

}  // namespace dcgan
