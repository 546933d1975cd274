// Features that see what is in a picture: of a network that was trained on photographs (EfficientNet-Lite1, Apache
// 2.0), which the program brings as a file. Where that is missing, random features remain (eval/features).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/platform/io/file.hpp"
#include "eval/features.hpp"

namespace dcgan {

/// The file that the program brings, if it is here: efficientnet-lite1.safetensors in share/dcgan beside the program,
/// or below its prefix.
std::optional<fs::path> trained_features_file();

/// What is missing then, and how to get it.
std::string missing_trained_features();

/// Sides of the images that it is shown.
inline constexpr int64_t kTrainedSide = 160;

/// Of that file: 2,096 features in nine groups, means over nine maps from the first to the last, so that textures,
/// edges and things are all told apart: the last one alone ranks smears and noise by chance (docs/yardstick.md). Images
/// are brought to `side` x `side` pixels, antialiased. `device`: "cpu", "cuda:0"...; features come back to the CPU.
/// Throws UsageError where there is none, saying how to get it, and Error naming the file when it is damaged or
/// another.
std::unique_ptr<FeatureNetwork> trained_features(int64_t side = kTrainedSide, const std::string& device = "cpu");

/// Of another such file (eval/trained_file).
std::unique_ptr<FeatureNetwork> trained_features(const fs::path& file, int64_t side = kTrainedSide,
                                                 const std::string& device = "cpu");

}  // namespace dcgan
