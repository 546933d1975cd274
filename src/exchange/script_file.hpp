// An exported network as data: what its file says of itself and its weights, by our own readers. Nothing of its program
// is compiled or run. Not here: what becomes of them (torchscript.cpp), files of other programs (weights_file).
#pragma once

#include <memory>
#include <string>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "formats/program.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

/// The file of a program, and what it says beside: `bytes` are read once, so that what is looked at is what is used.
struct ScriptFile {
  std::shared_ptr<const std::string> bytes;
  ProgramArchive archive;  // of those
  std::string origin;      // the file, with quotation marks
  Json metadata;           // of dcgan.json; null where there is none. Nothing of it can be believed.
};
/// Throws Error naming the file when it is no sound archive (ProgramArchive says when), or when dcgan.json is no JSON.
ScriptFile read_script_file(const fs::path& path);
/// The same of bytes at hand.
ScriptFile script_file_of(std::string bytes, const std::string& origin);

/// Weights, on the CPU, with the file's own types and strides: parameters, then statistics; of a frozen network, which
/// has none, the constants of its program, the last one first, as LibTorch has them once it has read the program.
struct ScriptWeights {
  NamedTensors tensors;
  ProgramModule module;  // what they were read from
  bool is_frozen() const { return !module.constants.empty(); }
  /// What the program calls CONSTANTS.cNUMBER; undefined where there is none.
  at::Tensor constant(size_t number) const;
};
/// Takes no more memory than the file has bytes. Throws Error as read_program_module does.
ScriptWeights read_script_weights(const ScriptFile& file);

/// SHA-256 of names and numbers: weights_digest of the layers that they were written from.
std::string script_digest(const NamedTensors& weights);

/// Was the file written by dcgan, and then written again by another program that left its metadata out?
bool was_ours(const ScriptFile& file);
/// Throws Error when the metadata has a checksum and it is not that of the weights. Damage is found before: somebody
/// has written the file again.
void check_script_digest(const ScriptFile& file, const NamedTensors& weights);

}  // namespace dcgan
