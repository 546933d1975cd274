#include "core/platform/io/lines.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace dcgan {
namespace {

constexpr size_t kAtOnce = 1 << 20;  // bytes

/// Up to `size` bytes; fewer at the end of the file, which may have been cut off since.
size_t read_some(const FileHandle& file, char* out, size_t size, uint64_t at, const fs::path& path) {
  for (;;) {
    const ssize_t got = ::pread(file.get(), out, size, static_cast<off_t>(at));
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) throw_system_error("cannot read '" + shown(path) + "'", errno);
  }
}

}  // namespace

ReadSpan read_lines(const fs::path& path, LineLimits limits,
                    const std::function<void(std::string_view line, uint64_t at)>& take) {
  const FileHandle file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
  const auto size = static_cast<uint64_t>(status.st_size);
  const ReadSpan span{size > limits.bytes ? size - limits.bytes : 0, size};
  std::string chunk(kAtOnce, '\0'), begun;  // of a line: what came before this chunk
  bool is_within = span.begin > 0;          // a line whose beginning was not read: left out
  uint64_t line_at = span.begin;
  for (uint64_t at = span.begin; at < span.end;) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(chunk.size(), span.end - at));
    const size_t got = read_some(file, chunk.data(), wanted, at, path);
    if (got == 0) break;
    std::string_view rest(chunk.data(), got);
    for (size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
      const std::string_view part = rest.substr(0, end);
      const uint64_t next = at + static_cast<uint64_t>(rest.data() - chunk.data()) + end + 1;
      if (!is_within && begun.empty()) {
        take(part.substr(0, limits.line + 1), line_at);
      } else if (!is_within) {
        begun += part.substr(0, limits.line + 1 - std::min(begun.size(), limits.line + 1));
        take(begun, line_at);
      }
      begun.clear(), is_within = false, line_at = next;
    }
    if (!is_within) begun += rest.substr(0, limits.line + 1 - std::min(begun.size(), limits.line + 1));
    at += got;
  }
  return span;
}

}  // namespace dcgan
