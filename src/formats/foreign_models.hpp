// Files that people take for weights of PyTorch, and that are something else: what they are, and the way on. By their
// first bytes, their names in an archive, or, where a format has neither, their own name. Nothing of them is read.
#pragma once

#include <optional>
#include <string>

#include "core/platform/io/file.hpp"

namespace dcgan {

struct ForeignModel {
  std::string what;  // behind "FILE is ": "a model of Keras (HDF5)"
  std::string hint;
};

/// Nothing for what is none of them. A file of torch.save, TorchScript or safetensors is none.
std::optional<ForeignModel> foreign_model(const fs::path& path);

}  // namespace dcgan
