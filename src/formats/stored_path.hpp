// Paths as they stand in archives and lists of strangers. For naming alone: nothing is opened by them.
#pragma once

#include <string>
#include <string_view>

namespace dcgan {

/// "/" for "\"; "./", "//" and "/" in front left out; ".." followed, never above the top.
std::string tidy_path(std::string_view path);

/// Bytes of code page 437, the first of the PC, as UTF-8.
std::string from_code_page_437(std::string_view bytes);

}  // namespace dcgan
