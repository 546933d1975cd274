// A network's weights out of its operations: the way back from an exported generator to one that can be trained.
#pragma once

#include <string>

#include "nn/layers.hpp"
#include "nn/named_tensors.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// Weights and statistics of the generator of `plan` by their names, from operations in float32 that check_layers took.
/// Kernels of 4 x 4 become the 3 x 3 ones that they were widened from, to the rounding of `numbers`, in which the file
/// keeps them. Counters of batches, which no operation holds, are 0. Throws Error naming `origin` where the operations
/// are another network's.
NamedTensors weights_of_layers(const NetworkPlan& plan, const Layers& layers, at::ScalarType numbers,
                               const std::string& origin);

}  // namespace dcgan
