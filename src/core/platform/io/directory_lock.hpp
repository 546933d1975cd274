// One process a directory. By the system's own lock; where that does not work, or where other machines may see the
// directory too (NFS, SMB, FUSE, 9p), by a file in it as well, which says who holds it and shows signs of life. Clocks
// of two machines are never compared: who wants a directory watches whether its file changes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// The file, in a directory that is held by one.
inline constexpr char kLockName[] = ".dcgan-lock";

/// What locks are made of; tests put other things in its place.
struct LockSystem {
  std::function<int(int descriptor)> lock;        // 0, or errno: EWOULDBLOCK where another process holds it
  std::function<bool(int descriptor)> is_shared;  // may another machine see it?
  std::chrono::milliseconds beat{4000};           // between signs of life
  std::chrono::milliseconds patience{40000};      // without one, until a file is taken over
};
/// The system's own.
LockSystem system_locks();

class LockFile;

/// Holds a directory; freed at the end of its life, and when the process ends.
class DirectoryLock {
 public:
  DirectoryLock();
  /// A second one throws Error: at once, or when a sign of life was seen of the first. Throws Error naming --no-lock
  /// where there is no way to lock at all, and Stopped when a signal comes while it watches.
  explicit DirectoryLock(const fs::path& directory, const LockSystem& system = system_locks());
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&&) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) noexcept;

  /// Throws Error when another process has taken the directory over: this one gave no sign of life for long, because it
  /// was stopped or cut off from the disk. Before anything is written; any thread.
  void check() const;

 private:
  FileHandle handle_;
  std::unique_ptr<LockFile> file_;
};

}  // namespace dcgan
