// What a run would cost, before it is one. No torch in this header.
#pragma once

#include "train/plan.hpp"

namespace dcgan {

/// What training under this plan would cost, from a few timed steps.
struct Estimate {
  int64_t parameters_g = 0, parameters_d = 0;
  double images_per_second = 0;
  int64_t checkpoint_bytes = 0;
  int64_t memory_bytes = 0;  // of this process while training, anonymous
};
Estimate estimate(const TrainPlan& plan, const Dataset& dataset);

}  // namespace dcgan
