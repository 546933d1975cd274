// Layers as a TorchScript module: what the exports of both networks have in common. For units of this room alone: it
// brings LibTorch's compiler.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/platform/file.hpp"
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

/// The file: the module, frozen if wanted (`methods` beside forward, and the facts, stay), `metadata` with a checksum
/// of the weights as its extra file.
std::string script_bytes(torch::jit::Module module, Json metadata, const ScriptOptions& options,
                         std::vector<std::string> methods);
torch::jit::Module script_from(const std::string& bytes);

/// Throws Error for a file whose records LibTorch would unpack to much more than the file: torch.jit.save packs
/// programs alone, and no network's are long. What is no archive at all is left to LibTorch. With `is_inert` also for a
/// program that would run while it is loaded (__setstate__).
void check_script_archive(const fs::path& path, bool is_inert = false);

/// The module of a file, and its extra file: null when there is none. Throws Error when it is no TorchScript, would run
/// something while it is loaded, and when it is ours and its weights are not those of its checksum (LibTorch checks
/// nothing when it reads, so a damaged file would give other images without a word).
torch::jit::Module load_script(const fs::path& path, Json& metadata);

/// Its parameters, then its buffers; of a frozen one, which has none, the constants of its program.
std::vector<std::pair<std::string, at::Tensor>> script_weights(const torch::jit::Module& module);

}  // namespace dcgan
