// State dicts in the files that torch.save writes (.pth, .pt), numbers included. PyTorch, torch/serialization.py: a ZIP
// archive FOLDER/data.pkl (formats/pickle), FOLDER/data/KEY for each storage, FOLDER/byteorder. Before PyTorch 1.6, and
// on demand since: a pickle of a number that marks such files, one of 1001, one of a dict about the machine, the pickle
// of the state, one of a list of the storages' keys; then of each, in that order, an int64, the number of its elements,
// and its bytes. No torch here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/platform/io/file.hpp"
#include "formats/pickle.hpp"

namespace dcgan {

struct StateDict {
  std::vector<PickledTensor> tensors;  // in the order of the file
  std::map<std::string, std::string>
      storages;                     // the numbers by storage, little-endian; each as long as its tensors say
  std::vector<std::string> others;  // what is no tensor, and modules: see PickledState
  std::vector<std::string> modules;
};

/// True if the file holds a pickle of torch.save, in a ZIP archive or from before there was one, and no TorchScript.
bool looks_like_state_dict(const fs::path& path);

/// Throws Error naming the file, and the tensor or record, when it is cut off, damaged, packed (torch.save never does),
/// big-endian, or holds no tensors: see read_pickled_state. Reads no more bytes
/// than the file has.
StateDict read_state_dict(const fs::path& path);

}  // namespace dcgan
