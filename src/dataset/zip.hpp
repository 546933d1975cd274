// ZIP archives, read only (PKWARE, APPNOTE.TXT 6.3.9): stored and deflated entries, ZIP64. Of data sets in one file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/platform/file.hpp"

namespace dcgan {

struct ZipEntry {
  std::string name;  // as stored, "/" between folders; a folder's own entry ends in one
  uint16_t method = 0;
  bool encrypted = false;
  uint32_t crc = 0;
  uint64_t packed_bytes = 0, bytes = 0;
  uint64_t header_at = 0;
};

/// True if the file begins like a ZIP archive. A file that cannot be read is none.
bool looks_like_zip(const fs::path& path);

class ZipFile {
 public:
  /// Reads the directory of the archive. Throws Error when it is cut off, damaged, or in several parts, when entries
  /// share bytes, and when all together claim to unpack to far more than its size.
  explicit ZipFile(fs::path path);
  const std::vector<ZipEntry>& entries() const { return entries_; }
  uint64_t bytes() const { return size_; }
  /// Up to `limit` bytes of an entry from its start; the checksum is compared when all of it is read. Thread safe.
  /// Throws Error with the reason when it is damaged, encrypted, packed by another method, or claims more than
  /// 1 GB, or more than 256 MB in much less.
  std::string read(const ZipEntry& entry, size_t limit = SIZE_MAX) const;

 private:
  void read_directory();
  void check_entries() const;
  std::string bytes_at(uint64_t offset, uint64_t count) const;
  [[noreturn]] void damaged(const std::string& what) const;

  fs::path path_;
  FileHandle file_;
  uint64_t size_ = 0;
  std::vector<ZipEntry> entries_;
};

}  // namespace dcgan
