// State dicts as Python pickles them: the record data.pkl of a file that torch.save wrote. Pickle is a language that
// builds objects by calling what a file names; here nothing is ever called. The reader knows the few instructions and
// names that a state dict needs and refuses all others by name. Python, Lib/pickletools.py (the instructions);
// PyTorch, torch/serialization.py and torch/_utils.py (the names). Not here: the ZIP file around it and the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/element.hpp"

namespace dcgan {

/// A tensor as a pickle describes it: where its numbers lie in which storage. Nothing of it can be trusted beyond what
/// read_pickled_state says.
struct PickledTensor {
  std::string name;     // the keys that lead to it, joined by "."
  std::string storage;  // key of the storage: its numbers are the record data/KEY
  ElementType type = ElementType::kF32;
  int64_t storage_elements = 0;         // as many must the record hold
  int64_t offset = 0;                   // in elements
  std::vector<int64_t> shape, strides;  // strides in elements
};

struct PickledState {
  std::vector<PickledTensor> tensors;  // in the order of the file
  std::vector<std::string> others;     // names of what is no tensor (an epoch, options of an optimizer), passed over
};

/// Reads protocols 2 to 5: dicts (of dicts) of tensors. `origin` names the file in errors. Of every tensor it is sure:
/// sides and strides are not negative, up to 8 of each, and every element lies in the storage, which has no fewer
/// elements than the tensor. Throws Error naming the byte, and what stands there, when the pickle is cut off, damaged,
/// wants anything called that is not on the list, or holds no state dict.
PickledState read_pickled_state(std::string_view bytes, const std::string& origin);

/// An OrderedDict of tensors in protocol 2, which torch.load(weights_only=True) takes.
std::string write_pickled_state(const std::vector<PickledTensor>& tensors);

}  // namespace dcgan
