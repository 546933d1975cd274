// What a run would cost, before it is one. No torch in this header.
#pragma once

#include <functional>

#include "plan/plan.hpp"

namespace dcgan {

/// What training under this plan would cost, from a few timed steps.
struct Estimate {
  int64_t parameters_g = 0, parameters_d = 0;
  double images_per_second = 0;
  int64_t threads = 1;    // that were timed: fewer than the plan's where other programs keep its cores busy
  bool is_rough = false;  // of one step alone, or of a smaller batch, since more would have taken too long
  int64_t checkpoint_bytes = 0;
  int64_t memory_bytes = 0;  // of this process while training, anonymous
};
/// Some seconds, whatever the networks' size and the machine's load: a step that would take long is not taken whole.
Estimate estimate(const TrainPlan& plan, const Dataset& dataset);

struct TimedSteps {
  int64_t steps = 0;
  double seconds = 0;
  bool is_rough = false;
};
/// Takes `warm` steps that do not count, then steps until three seconds are over. Where all together take longer than
/// ten it stops after the step under way, and what counts is the last one. `now` in seconds.
TimedSteps time_steps(int warm, const std::function<void()>& step, const std::function<double()>& now);

}  // namespace dcgan
