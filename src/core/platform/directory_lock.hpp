#pragma once

#include "core/platform/file.hpp"

namespace dcgan {

/// A file in a directory that is held.
inline constexpr char kLockName[] = ".dcgan-lock";

/// Holds a directory for one process; a second one throws Error at once. Freed when the process ends.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  explicit DirectoryLock(const fs::path& directory);

 private:
  FileHandle handle_;
};

}  // namespace dcgan
