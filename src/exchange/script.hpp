// Layers as a TorchScript module: what the exports of both networks have in common; and the one door to LibTorch's
// loader of programs. It brings LibTorch's compiler. Not here: files of ours, which are read as data (script_file).
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "exchange/torchscript.hpp"
#include "nn/layers.hpp"

namespace dcgan {

/// What weights are kept in, and how far results may be from the network's for it, as a share of their range.
struct ScriptNumbers {
  at::ScalarType scalar;
  double tolerance;
};
/// Of "float32", "half" or "bf16".
ScriptNumbers script_numbers(const std::string& name);

/// ".to(dtype=...)" for what define() from C++ has no name.
std::string script_cast(at::ScalarType type);
/// Lines that check a method's argument y beside its `input`; none where there are no classes.
std::string script_classes(int64_t classes, const std::string& input);
/// A line a layer, for the first `count`: x1 = ... from x0, and so on.
std::string script_lines(const Layers& layers, int64_t count);

/// A module in evaluation mode with the tensors of the layers, in these numbers (BatchNorm's stay float32, which its
/// kernels take beside any input), and these facts as attributes. It has no forward() yet.
torch::jit::Module script_module(const std::string& name, const Layers& layers, at::ScalarType weights,
                                 const std::vector<std::pair<std::string, int64_t>>& facts);

/// The file: the module, frozen if wanted (`methods` beside forward, and the facts, stay); as its extra file `metadata`
/// with the list of layers that it was built from and a checksum of its weights.
std::string script_bytes(torch::jit::Module module, const Layers& layers, Json metadata, const ScriptOptions& options,
                         std::vector<std::string> methods);

/// The module of bytes that this process has just written, to prove them. Never of a file.
torch::jit::Module script_from(const std::string& bytes);

/// The module of another program's file, whose code runs from here on: `what` names it, as check_agreed wants.
/// `agrees`: the user says so now; `why` it is no data. Throws UsageError, and loads nothing, unless the user has
/// agreed to these very bytes; Error when they are no sound archive (ProgramArchive) or nothing that LibTorch reads.
torch::jit::Module load_program(const std::string& bytes, const std::string& what, bool agrees,
                                const std::string& why = "");

}  // namespace dcgan
