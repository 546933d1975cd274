#include "core/platform/io/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "core/platform/io/lock_file.hpp"

namespace dcgan {
namespace {

/// Of linux/magic.h and the file systems' own headers: those that several machines see.
constexpr int64_t kSharedKinds[] = {
    0x6969,      // NFS
    0x517b,      // SMB
    0xff534d42,  // CIFS
    0xfe534d42,  // SMB 2
    0x65735546,  // FUSE: sshfs, virtiofs and others
    0x01021997,  // 9p: /mnt/c
    0x53464846,  // the first WSL's
    0x786f4256,  // VirtualBox's folders
    0x00c36400,  // Ceph
    0x0bd00bd0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
    0x5346414f,  // AFS
    0x7461636f,  // OCFS2
    0x01161970,  // GFS2
};

int lock_of_system(int descriptor) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

bool is_shared_by_kind(int descriptor) {
  struct statfs status {};
  if (::fstatfs(descriptor, &status) != 0) return true;
  const auto kind = static_cast<int64_t>(static_cast<uint32_t>(status.f_type));
  return std::find(std::begin(kSharedKinds), std::end(kSharedKinds), kind) != std::end(kSharedKinds);
}

}  // namespace

LockSystem system_locks() { return {lock_of_system, is_shared_by_kind}; }

DirectoryLock::DirectoryLock(const fs::path& directory, const LockSystem& system) {
  handle_ = FileHandle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle_.get() < 0) throw_system_error("cannot open the folder '" + shown(directory) + "'", errno);
  const int problem = system.lock(handle_.get());
  if (problem == EWOULDBLOCK) throw_held(directory, "");
  if (problem != 0 || system.is_shared(handle_.get()))
    file_ = std::make_unique<LockFile>(directory, system, /*is_alone_here=*/problem == 0);
}

DirectoryLock::DirectoryLock() = default;
DirectoryLock::~DirectoryLock() = default;
DirectoryLock::DirectoryLock(DirectoryLock&&) noexcept = default;
DirectoryLock& DirectoryLock::operator=(DirectoryLock&&) noexcept = default;

void DirectoryLock::check() const {
  if (file_) file_->check();
}

}  // namespace dcgan
