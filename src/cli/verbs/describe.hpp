// What a model is, in whatever file or folder: for `dcgan inspect`.
#pragma once

#include <optional>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// kind, path, what it holds, and "use": commands that take it. Empty where `path` is no model: a picture, data, or
/// nothing that is known here. Throws Error when it is one, and damaged.
std::optional<Json> describe_model(const fs::path& path);

}  // namespace dcgan
