// ZIP archives, read only (PKWARE, APPNOTE.TXT 6.3.9): stored and deflated entries, ZIP64, bytes in front and behind,
// counts and places that old programs wrote modulo 2^16 and 2^32. Of data sets in one file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

struct ZipEntry {
  std::string name;          // as stored, "/" between folders; a folder's own entry ends in one
  std::string unicode_name;  // the same in UTF-8 where the archive says it beside (Info-ZIP, 0x7075); else empty
  uint16_t method = 0;
  bool encrypted = false;
  bool is_utf8 = false;  // it says so of its name
  bool is_folder = false, is_link = false;
  uint32_t crc = 0;
  uint64_t packed_bytes = 0, bytes = 0;
  uint64_t header_at = 0;  // in the file
};

/// What an entry is called, in UTF-8: without the mark of UTF-8 its name is of code page 437, as APPNOTE's appendix D
/// says, unless it is UTF-8 all the same. Tidy: formats/stored_path.
std::string path_of(const ZipEntry& entry);

/// True if the file begins like a ZIP archive. A file that cannot be read is none.
bool looks_like_zip(const fs::path& path);
/// True if it ends like one: a program or anything else may stand in front of the archive.
bool ends_like_zip(const fs::path& path);

class ZipFile {
 public:
  /// Reads the directory of the archive. Throws Error when it is cut off, damaged, or in several parts, when entries
  /// share bytes, and when all together claim to unpack to far more than its size.
  explicit ZipFile(fs::path path);
  const std::vector<ZipEntry>& entries() const { return entries_; }
  uint64_t bytes() const { return size_; }
  /// True when other archives stand in front of this one in the file. They are not read.
  bool is_behind_another() const { return is_behind_another_; }
  /// Up to `limit` bytes of an entry from its start; the checksum is compared when all of it is read. Thread safe.
  /// Throws Error with the reason when it is damaged, encrypted, packed by another method, or claims more than
  /// 1 GB, or more than 256 MB in much less.
  std::string read(const ZipEntry& entry, size_t limit = SIZE_MAX) const;

 private:
  /// Where the directory lies, and what must be added to the places that it names.
  struct Directory {
    uint64_t at = 0, bytes = 0, count = 0;
    uint64_t shift = 0;  // bytes in front of the archive, or what 32 bits could not hold
  };
  Directory find_directory() const;
  std::optional<Directory> directory_before(uint64_t end_at, const std::string& end, bool& is_part) const;
  void read_directory();
  ZipEntry entry_at(const std::string& directory, size_t at) const;
  void place_entries(const Directory& directory);
  bool is_header_of(const ZipEntry& entry, uint64_t at) const;
  bool has_number_at(uint64_t at, uint32_t value) const;
  void check_entries() const;
  std::string bytes_at(uint64_t offset, uint64_t count) const;
  [[noreturn]] void damaged(const std::string& what) const;
  [[noreturn]] void in_parts() const;

  fs::path path_;
  FileHandle file_;
  uint64_t size_ = 0;
  bool is_behind_another_ = false;
  std::vector<ZipEntry> entries_;
};

}  // namespace dcgan
