// Both networks of a model as one safetensors file: what `dcgan export` writes for others to begin with, and every verb
// reads. Weights under our names; as metadata "format" (dcgan), "network" (JSON), "images_seen", "value_range",
// "layout", "fit", "crop_at", of small files "weights", and "sha256": of the tensors by rising names, each name and
// then its bytes.
#pragma once

#include <string>

#include "exchange/import.hpp"
#include "exchange/model_file.hpp"

namespace dcgan {

/// True if metadata of safetensors say that they are of such a file.
bool is_of_model(const TextPairs& metadata);
/// True if the file is one. Only its head is read. Throws Error where that is damaged.
bool is_model_safetensors(const fs::path& path);

/// All of it, in float32, checked: complete networks of the plan that it names, in its order, finite numbers, nothing
/// else. Throws Error naming the file and the tensor.
ImportedModel read_model_safetensors(const fs::path& path);
ImportedModel read_model_safetensors(WeightsFile file, const std::string& origin);

/// Writes what the file holds, bit for bit. `weights` "float16" ("half") or "bf16": a small file, whose tensors of two
/// sides or more have such numbers, and which leaves out the generator's weights as they are where there is a moving
/// average. Throws Error, and writes nothing, where numbers are too large for that.
void write_model_safetensors(const fs::path& path, const ModelFile& model, const std::string& weights = "float32");

}  // namespace dcgan
