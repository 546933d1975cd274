#include "core/platform/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "core/error.hpp"

namespace dcgan {

DirectoryLock::DirectoryLock(const fs::path& directory) {
  handle_ = FileHandle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle_.get() < 0) throw_system_error("cannot open the folder '" + shown(directory) + "'", errno);
  if (::flock(handle_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw Error("another process is training in '" + shown(directory) + "'", "wait for it, or choose another --run");
}

}  // namespace dcgan
