// What the program keeps for one user between runs, and nobody else may read: the token of the live page, which
// programs in files that user has agreed to run. Not for caches (dataset/cache) nor for what belongs to a run.
#pragma once

#include <string>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// $XDG_STATE_HOME/dcgan, else ~/.local/state/dcgan; made with mode 0700 when it is not there. Throws Error when there
/// is no home, or when the folder is a link, another user's, or open to others.
fs::path user_folder();

/// What lies in it under `name`, "" when nothing does. Throws Error for a link, and for another user's file.
std::string read_user_file(const std::string& name);
/// Writes it whole or not at all, with mode 0600.
void write_user_file(const std::string& name, std::string_view content);

}  // namespace dcgan
