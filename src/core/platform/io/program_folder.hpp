// Where this program lies: what it brings lies beside it.
#pragma once

#include "core/platform/io/file.hpp"

namespace dcgan {

/// The folder of this process's program, links followed; empty where the system does not say.
fs::path program_folder();

}  // namespace dcgan
