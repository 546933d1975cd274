// Tensors as Python pickles them: the record data.pkl of a file that torch.save wrote. Pickle is a language that builds
// objects by calling what a file names; here nothing is ever called. The reader knows what tensors and dicts are made
// of; any other object becomes a stand-in with its class's name. Python, Lib/pickletools.py (the instructions);
// PyTorch, torch/serialization.py and torch/_utils.py (the names). Not here: the ZIP file around it and the numbers.
#pragma once

#include <cstdint>
#include <optional>
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
  /// Why its numbers cannot be had ("is sparse"), behind its name; empty where they can. Then it has no storage, and
  /// its shape, if there is one, is only what the file claims.
  std::string unusable = {};
  size_t container = 0;  // so many bytes of the name are the dict that it lies in, "." included
};

struct PickledState {
  std::vector<PickledTensor> tensors;  // in the order of the file
  std::vector<std::string> others;     // what is no tensor, passed over: "epoch", "args (argparse.Namespace)"
  std::vector<std::string> modules;    // the same of whole modules, which are programs
};

/// Reads protocols 2 to 5: tensors in dicts, lists, tuples and objects, 16 deep. `origin` names the file in errors. Of
/// every usable tensor it is sure: sides and strides are not negative, up to 8 of each, and every element lies in the
/// storage, which has no fewer elements than the tensor. Throws Error naming the byte, and what stands there, when the
/// pickle is cut off or damaged or describes a tensor that cannot be; and Error when it holds no tensors.
/// `bytes` may go on behind the pickle: `end`, if given, becomes its length.
PickledState read_pickled_state(std::string_view bytes, const std::string& origin, size_t* end = nullptr);

/// A pickle that is a list of texts. Throws Error like read_pickled_state.
std::vector<std::string> read_pickled_texts(std::string_view bytes, const std::string& origin, size_t* end = nullptr);

/// The value of a pickle that is a dict, at a text, if it is there and a truth. Throws Error likewise.
std::optional<bool> read_pickled_truth(std::string_view bytes, const std::string& key, const std::string& origin,
                                       size_t* end = nullptr);

/// An OrderedDict of tensors in protocol 2, which torch.load(weights_only=True) takes.
std::string write_pickled_state(const std::vector<PickledTensor>& tensors);

}  // namespace dcgan
