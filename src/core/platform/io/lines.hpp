// The lines of a text file of any size, without holding it: a log may be larger than memory, is written to while it is
// read, and may be a stranger's.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/platform/io/file.hpp"

namespace dcgan {

struct LineLimits {
  uint64_t bytes;  // of the file: of a longer one the end is read, from its first whole line on
  size_t line;     // a longer line is given as its first `line` + 1 bytes
};

/// What was read: bytes `begin` to `end` of the file.
struct ReadSpan {
  uint64_t begin = 0, end = 0;
};

/// Calls `take` with each whole line, without its line break, and the place in the file where it begins. A line that is
/// still being written is left out. Throws Error when it is no file, or cannot be read.
ReadSpan read_lines(const fs::path& path, LineLimits limits,
                    const std::function<void(std::string_view line, uint64_t at)>& take);

}  // namespace dcgan
