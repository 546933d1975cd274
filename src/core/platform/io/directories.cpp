#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

void sync_directory(const fs::path& directory) {
  const FileHandle handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() >= 0 && ::fsync(handle.get()) == 0) return;
  if (errno == EINVAL) return;  // some file systems cannot sync a directory, and need not
  throw_system_error("cannot sync the directory '" + shown(directory) + "'", errno);
}

void make_directories(const fs::path& path, bool synced) {
  std::error_code ignored;
  std::vector<fs::path> missing;
  for (fs::path at = without_slash(path); !at.empty() && !fs::exists(at, ignored); at = at.parent_path())
    missing.push_back(at);
  for (; !missing.empty(); missing.pop_back()) {
    const fs::path& next = missing.back();
    if (::mkdir(next.c_str(), 0777) == 0) {
      if (synced) sync_directory(parent_of(next));
    } else if (errno != EEXIST) {
      throw_system_error("cannot make the folder '" + shown(path) + "'", errno);
    }
  }
  if (!fs::is_directory(path, ignored))
    throw_system_error("cannot make the folder '" + shown(path) + "'", ignored ? ignored.value() : ENOTDIR);
}

bool make_new_directory(const fs::path& path) {
  if (path.has_parent_path()) make_directories(path.parent_path());
  if (::mkdir(path.c_str(), 0777) == 0) return sync_directory(parent_of(without_slash(path))), true;
  if (errno == EEXIST) return false;
  throw_system_error("cannot make the folder '" + shown(path) + "'", errno);
}

}  // namespace dcgan
