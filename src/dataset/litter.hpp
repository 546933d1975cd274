// What systems and programs leave beside pictures: trash, thumbnails, indexes. One list for folders and archives.
#pragma once

#include <string_view>

namespace dcgan {

/// For the name of one file or folder: hidden, or left there by a desktop, a server (Synology, QNAP) or a file system.
/// Capitals do not count, as on the systems that make such names.
bool is_passed_over(std::string_view name);

/// The same for any part of a path with "/" between its parts.
bool has_litter(std::string_view path);

}  // namespace dcgan
