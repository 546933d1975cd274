// Initial weights and counts of parameters.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>

#include "nn/described_net.hpp"

namespace dcgan {

/// Which network is initialised: part of the draws' names, so the two never share numbers.
enum class NetworkRole : uint16_t { kGenerator = 0, kDiscriminator = 1 };

/// Every weight is drawn as its description says (nn/description). First vectors of spectral norms: uniform on the unit
/// sphere. Keyed by (seed, role, number of the parameter): independent of device, memory format and threads.
void initialise(DescribedNetImpl& network, uint64_t seed, NetworkRole role);

/// Trainable numbers.
int64_t parameter_count(const torch::nn::Module& network);

/// Parameters and buffers to a device, numbers with a fraction to a type; counters stay whole.
void move_to(torch::nn::Module& network, at::Device device, at::ScalarType type);

/// Convolution weights to channels-last (strides only; names and values stay).
void to_channels_last(torch::nn::Module& network);

}  // namespace dcgan
