// A module of TorchScript as data: the attributes that data.pkl describes, the tensors of constants.pkl, where their
// numbers lie, and the text of its program, of which nothing is run. PyTorch, torch/csrc/jit/serialization (export.cpp,
// pickler.cpp). Not here: the archive (program_archive), what a text means (exchange/version_1_layers). No torch.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle.hpp"
#include "formats/program_archive.hpp"

namespace dcgan {

struct ProgramModule {
  std::string class_name;                  // "DcganGenerator"
  std::string source;                      // the record of its class: "code/__torch__.py"
  std::vector<PickledTensor> tensors;      // attributes, in order; `storage` is the name of a record
  std::vector<PickledTensor> constants;    // of its program, which calls them CONSTANTS.c0 and so on
  std::map<std::string, int64_t> numbers;  // attributes that are whole numbers or truths
};

/// Reads it. Of every tensor it is sure what read_pickled_state is, and that its record is there, of the size that the
/// storage needs, never of two types. Throws Error naming the file when it is damaged, big-endian, holds what is no
/// module of tensors, numbers and other modules, or brings itself to life by a program of its own (__setstate__).
ProgramModule read_program_module(const ProgramArchive& archive, const std::string& origin);

}  // namespace dcgan
