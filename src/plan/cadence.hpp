// How often a run measures itself, where nobody said. No torch.
#pragma once

#include <cstdint>

#include "nn/network.hpp"

namespace dcgan {

/// Images between two evaluations of `samples` images each, so that they take about a twentieth of the time. From
/// shapes alone: a clock would make two runs of the same options differ.
int64_t usual_eval_every(const NetworkPlan& network, int64_t samples, bool on_cpu);

}  // namespace dcgan
