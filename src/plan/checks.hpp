// Options of training that cannot be together. No torch.
#pragma once

#include "plan/plan.hpp"

namespace dcgan {

/// Options of training that conflict, or say what cannot be: throws UsageError naming both, before anything
/// is decoded.
void check_training(const AllOptions& options);

/// An option that `given` on the command line would change nothing, because another one is off: throws UsageError
/// naming both. `options` is what came of all layers.
void check_useless_options(const Given& given, AllOptions options);

/// What can be checked only when data, networks and batch are known. Throws UsageError.
void check_resolved(const TrainPlan& plan);

/// Two lengths at once are an error: throws UsageError naming both.
void check_one_length(const LengthOptions& length);

}  // namespace dcgan
