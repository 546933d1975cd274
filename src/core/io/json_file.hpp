// A JSON file, read whole and within bounds.
#pragma once

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// parse_json of a file of at most 16 MB, such as a config. Throws Error naming it.
Json read_json_file(const fs::path& path);

}  // namespace dcgan
