// How the numbers of tensors are spread, as TensorBoard draws it.
#pragma once

#include "nn/named_tensors.hpp"
#include "telemetry/event_file.hpp"

namespace dcgan {

/// Of its finite numbers, in ranges of one width.
Histogram histogram_of(const at::Tensor& values);
/// Of each tensor that is defined.
std::vector<std::pair<std::string, Histogram>> histograms_of(const NamedTensors& tensors);

}  // namespace dcgan
