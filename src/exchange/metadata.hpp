// What an exported generator says of itself, in whatever format: dcgan.json in TorchScript, metadata_props in ONNX.
#pragma once

#include <string>

#include "core/json.hpp"
#include "exchange/generator.hpp"

namespace dcgan {

/// Interface version of exported files.
inline constexpr int64_t kExportVersion = 1;

/// Nothing of the user's paths; the checksum of the weights is for the format to add.
Json export_metadata(const GeneratorInfo& info, const std::string& arch);

}  // namespace dcgan
