// What an exported network says of itself, in whatever format: dcgan.json in TorchScript, metadata_props in ONNX.
#pragma once

#include <string>

#include "core/json.hpp"
#include "exchange/generator.hpp"

namespace dcgan {

/// Interface versions of exported files. TorchScript's 2: dcgan.json holds the list of layers, so that dcgan runs none
/// of its programs; 1, which had none, is read as data too (version_1_layers.cpp).
inline constexpr int64_t kExportVersion = 2, kOnnxVersion = 1;

/// Nothing of the user's paths; the checksum of the weights is for the format to add.
Json generator_metadata(const GeneratorInfo& info, const std::string& arch, int64_t version);
/// Of the discriminator that stands beside the generator `info`; `feature_count`: how many numbers it gives an image.
Json discriminator_metadata(const GeneratorInfo& info, const std::string& arch, int64_t version, int64_t feature_count);

}  // namespace dcgan
