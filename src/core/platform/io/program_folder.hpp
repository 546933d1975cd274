// Where this program lies: what it brings lies beside it.
#pragma once

#include <optional>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// The folder of this process's program, links followed; empty where the system does not say.
fs::path program_folder();

/// What is called so below share/dcgan, of a build or of an installation.
std::optional<fs::path> shared_file(const fs::path& name);

}  // namespace dcgan
