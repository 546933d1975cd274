// The loop around the step: when to log, to draw, to save and to stop.
#pragma once

#include <memory>

#include "checkpoint/run_directory.hpp"
#include "dist/group.hpp"
#include "plan/plan.hpp"
#include "telemetry/console.hpp"

namespace dcgan {

/// Trains until the plan's length is reached, or a signal arrives (then it saves and throws Stopped).
/// With `resume` goes on from the newest checkpoint; log and grids are cut back to it. Throws Error when the
/// losses stop being finite, naming the last good checkpoint. Of several ranks all call it; the first alone reads and
/// writes the run's directory, and the plan is its plan but for device and threads.
void train(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& run, bool resume, Console& console,
           const std::shared_ptr<Group>& group);

}  // namespace dcgan
