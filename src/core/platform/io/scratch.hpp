// A folder for files that nobody shall keep.
#pragma once

#include "core/platform/io/file.hpp"

namespace dcgan {

/// Made in the system's place for temporary files, removed with all it holds when the object goes. Throws Error when it
/// cannot be made.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
  std::optional<AtAbruptEnd> removal_;
};

}  // namespace dcgan
