// The file of a network that was trained on photographs, as this program keeps it: made from the weights that its
// package carries, and read without running any of them. safetensors; half precision; a norm is part of the convolution
// before it.
#pragma once

#include "core/platform/io/file.hpp"
#include "eval/efficientnet.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {

/// Whether a state dict has the names of a PyTorch port of EfficientNet.
bool is_efficientnet(const WeightsFile& file);

/// Writes `out` from the state dict of such a port of EfficientNet-Lite1 or 2; says which it was. `origin` is for
/// messages. Throws Error when it holds another network.
const EfficientNetLite& make_trained_file(const WeightsFile& file, const std::string& origin, const fs::path& out);

struct TrainedFile {
  const EfficientNetLite* kind = nullptr;
  NamedTensors weights;  // NAME.weight and NAME.bias, float32, in the order of the description
  std::string sha256;    // of the whole file
};

/// Throws Error naming the file when it is damaged, is of no network that is known here, or holds other tensors than
/// that has, or such that are not finite.
TrainedFile read_trained_file(const fs::path& path);

}  // namespace dcgan
