// A folder that is made aside and appears whole, or leaves nothing. Not for single files (AtomicFile).
#pragma once

#include <optional>

#include "core/platform/grace.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

class AsideFolder {
 public:
  /// `path` is what it shall be called. Throws UsageError when something is there that is no empty folder. Until
  /// commit() it lies beside it, hidden, under a name that nobody can guess, and is open to its owner alone. Folders
  /// that a kill -9 left there before are removed (core/platform/io/leftovers says how they are known).
  explicit AsideFolder(fs::path path);
  /// Removes all that was written, unless it was committed.
  ~AsideFolder();
  AsideFolder(const AsideFolder&) = delete;
  AsideFolder& operator=(const AsideFolder&) = delete;

  /// Where to write.
  const fs::path& aside() const { return aside_; }
  /// Makes it appear. Throws Error when something has appeared there meanwhile.
  void commit();

 private:
  fs::path path_;    // as it was named
  fs::path target_;  // without links
  fs::path aside_;
  FileHandle handle_;
  unsigned mode_ = 0;
  std::optional<AtAbruptEnd> removal_;
};

}  // namespace dcgan
