// The generator as an ONNX model: for ONNX Runtime, OpenCV's dnn and whatever else reads ONNX, without LibTorch.
//
// Input "z", float32 [N, latent]; with classes also "y", float32 [N, classes], 1 at each image's class and 0 elsewhere.
// Output "image", float32 [N, C, H, W] in [-1, 1]. N is free. metadata_props: those of exchange/metadata, each as text
// (what is no text there as JSON), "inputs", "layout", and "sha256" of the weights. Made of the operations of
// nn/layers, as TorchScript is.
#pragma once

#include "exchange/operations.hpp"
#include "formats/onnx.hpp"

namespace dcgan {

/// The model, not yet a file.
OnnxModel onnx_model(const GeneratorOperations& generator);
inline OnnxModel onnx_model(GeneratorNet net, const GeneratorInfo& info) {
  return onnx_model(operations_of(std::move(net), info));
}

/// Writes the file atomically, after ONNX's checker took it; throws Error (and leaves nothing) otherwise.
void export_onnx(const GeneratorOperations& generator, const fs::path& path);
inline void export_onnx(GeneratorNet net, const GeneratorInfo& info, const fs::path& path) {
  export_onnx(operations_of(std::move(net), info), path);
}

/// What export_onnx put into metadata_props, as JSON; null when the model is of another program. Throws Error naming
/// `origin` when it is ours and damaged.
Json onnx_metadata(const OnnxDescription& model, const std::string& origin);

}  // namespace dcgan
