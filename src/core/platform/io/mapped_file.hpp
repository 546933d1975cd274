// A file mapped read-only. What of it goes away while it is read (cut by another program, or on a disk that fails)
// reads as zeros and is told by check(), where the system would end the process with SIGBUS.
#pragma once

#include <cstdint>
#include <span>

#include "core/platform/io/file.hpp"

namespace dcgan {

struct MapMark;

class MappedFile {
 public:
  explicit MappedFile(const fs::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const uint8_t> bytes() const { return {data_, size_}; }

  /// Whoever has read bytes asks this before they are believed: throws Error when some of them were not there. Cheap;
  /// any thread.
  void check() const;
  /// For whoever finds nonsense in it: throws Error when the file is another one than when it was opened, too.
  void check_unchanged() const;

 private:
  fs::path path_;
  FileStamp stamp_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  MapMark* mark_ = nullptr;
};

}  // namespace dcgan
