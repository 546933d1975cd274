// Named tensors in the files of other programs: state dicts as torch.save writes them (.pth), and safetensors. Which
// names a network has there is not decided here.
#pragma once

#include "core/platform/io/file.hpp"
#include "formats/safetensors.hpp"
#include "formats/state_dict.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

struct WeightsFile {
  NamedTensors tensors;                 // on the CPU, contiguous, of the file's types; they may share memory
  std::vector<size_t> containers;       // of each, or none at all: PickledTensor::container
  std::vector<PickledTensor> unusable;  // whose numbers cannot be had
  TextPairs metadata;                   // of a safetensors file
  std::vector<std::string> others;      // what a state dict holds beside tensors, and modules: see PickledState
  std::vector<std::string> modules;
};

/// LibTorch's name of an element type.
at::ScalarType scalar_type(ElementType type);

/// True if the file begins like one of these, or is called .safetensors and is no ZIP archive.
bool looks_like_weights(const fs::path& path);

/// Reads either. Throws Error naming the file and what is wrong: see formats/state_dict and formats/safetensors.
WeightsFile read_weights(const fs::path& path);

/// Written atomically, for torch.load(weights_only=True): an OrderedDict. Tensors become contiguous; one that is a part
/// of another is written by itself.
void write_state_dict(const fs::path& path, const NamedTensors& tensors);
void write_safetensors(const fs::path& path, const NamedTensors& tensors, const TextPairs& metadata);

}  // namespace dcgan
