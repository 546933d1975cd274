// Initial weights and counts of parameters.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>

namespace dcgan {

/// Which network is initialised: part of the draws' names, so the two never share numbers.
enum class NetworkRole : uint16_t { kGenerator = 0, kDiscriminator = 1 };

/// Weights ~ N(0, 0.02), BatchNorm scales ~ N(1, 0.02), biases 0 (Radford et al. 2015, section 4 and the authors' code
/// for BatchNorm). In residual blocks, whose shortcuts no norm scales up again, weights ~ N(0, 2 / (fan in + fan out))
/// (Glorot and Bengio 2010, equation 12, as Miyato et al. 2018 take it). Gains of classes 1. First vectors of spectral
/// norms: uniform on the unit sphere. Names decide. Keyed by (seed, role, number of the parameter): independent of
/// device, memory format and threads.
void initialise(torch::nn::Module& network, uint64_t seed, NetworkRole role);

/// Trainable numbers.
int64_t parameter_count(const torch::nn::Module& network);

/// Parameters and buffers to a device, numbers with a fraction to a type; counters stay whole.
void move_to(torch::nn::Module& network, at::Device device, at::ScalarType type);

/// Convolution weights to channels-last (strides only; names and values stay).
void to_channels_last(torch::nn::Module& network);

}  // namespace dcgan
