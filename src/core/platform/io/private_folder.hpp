// Folders that nobody but this user may write to: where another could, links and files would lie in wait. For what is
// kept between runs.
#pragma once

#include <string>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// Made with mode 0700 when it is not there, as are the parts above it as the umask has it.
void make_private_folder(const fs::path& path);

/// Why nothing of this user may be kept in `path`: it is a link, no folder, another user's, or others may write to it.
/// "" when there is no reason, and when nothing is there. With `narrowed` one of this user becomes 0700 first.
std::string problem_of_private_folder(const fs::path& path, bool narrowed);

}  // namespace dcgan
