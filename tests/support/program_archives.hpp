// TorchScript files taken apart into their records and put together again, as PyTorch does it or in any other way: for
// tests of who reads what in them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/program_archive.hpp"
#include "support/deflated.hpp"

namespace dcgan::test {

/// One header of a record: its own, or its entry of the directory.
struct ArchiveHeader {
  std::string name, extra, comment;
  uint16_t flags = 0x0808, method = 0;
  uint32_t crc = 0, packed = 0, bytes = 0;
  uint64_t attributes = 0;  // of an entry: its disk, internal and external attributes
};

struct ArchiveRecord {
  ArchiveHeader own, listed;  // both say the same in a sound archive
  std::string data;           // packed
  bool has_descriptor = true;
  std::string after;  // what lies between it and the next
  int64_t moved = 0;  // how far its entry points beside it

  void set(const std::string& content, bool packs) {
    data = packs ? deflated(content) : content;
    for (ArchiveHeader* one : {&own, &listed}) {
      one->method = packs ? 8 : 0, one->crc = crc_of(content);
      one->packed = static_cast<uint32_t>(data.size()), one->bytes = static_cast<uint32_t>(content.size());
    }
  }
  void rename(const std::string& name) { own.name = listed.name = name; }
  std::string name() const { return listed.name; }
};

/// Little-endian.
inline void put(std::string& out, uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> 8 * i & 255);
}

struct ArchiveParts {
  std::vector<ArchiveRecord> records;
  std::string before, comment, after;  // the first record; in the end record; the end
  bool has_zip64 = true;
  int64_t zip64_moved = 0;  // what the ZIP64 end record says beside the truth, of where the directory is
  int64_t count_off = 0, directory_moved = 0, locator_moved = 0;

  static ArchiveParts of(const std::string& bytes) {
    const ProgramArchive archive(bytes, "the archive");
    ArchiveParts parts;
    for (const auto& one : archive.records()) {
      ArchiveRecord record;
      record.rename(archive.folder() + "/" + one.name);
      record.set(archive.read(one.name), one.is_deflated);
      if (one.bytes == 0) record.has_descriptor = false, record.own.flags = record.listed.flags = 0x0800;
      parts.records.push_back(std::move(record));
    }
    return parts;
  }
  ArchiveRecord& record(const std::string& end) {
    for (auto& one : records)
      if (one.name().ends_with(end)) return one;
    throw std::out_of_range(end);
  }

  std::string text() const {
    std::string out = before, directory;
    for (const auto& one : records) {
      const uint64_t at = out.size();
      put(out, 0x04034b50, 4), put(out, 0, 2), put(out, one.own.flags, 2), put(out, one.own.method, 2), put(out, 0, 4);
      const bool later = one.has_descriptor;
      for (const uint64_t value : {one.own.crc, one.own.packed, one.own.bytes}) put(out, later ? 0 : value, 4);
      put(out, one.own.name.size(), 2), put(out, one.own.extra.size(), 2);
      out += one.own.name + one.own.extra + one.data;
      if (later) {
        put(out, 0x08074b50, 4);
        for (const uint64_t value : {one.own.crc, one.own.packed, one.own.bytes}) put(out, value, 4);
      }
      out += one.after;
      const ArchiveHeader& listed = one.listed;
      put(directory, 0x02014b50, 4), put(directory, 0, 4), put(directory, listed.flags, 2);
      put(directory, listed.method, 2), put(directory, 0, 4);
      for (const uint64_t value : {listed.crc, listed.packed, listed.bytes}) put(directory, value, 4);
      put(directory, listed.name.size(), 2), put(directory, listed.extra.size(), 2);
      put(directory, listed.comment.size(), 2), put(directory, listed.attributes, 8);
      put(directory, at + static_cast<uint64_t>(one.moved), 4);
      directory += listed.name + listed.extra + listed.comment;
    }
    const uint64_t at = out.size() + static_cast<uint64_t>(directory_moved);
    const uint64_t count = records.size() + static_cast<uint64_t>(count_off), bytes = directory.size();
    out += directory;
    if (has_zip64) {
      const uint64_t end64 = out.size() + static_cast<uint64_t>(locator_moved);
      put(out, 0x06064b50, 4), put(out, 44, 8), put(out, 0x1e, 2), put(out, 0x2d, 2), put(out, 0, 8);
      put(out, count, 8), put(out, count, 8), put(out, bytes, 8), put(out, at + static_cast<uint64_t>(zip64_moved), 8);
      put(out, 0x07064b50, 4), put(out, 0, 4), put(out, end64, 8), put(out, 1, 4);
    }
    put(out, 0x06054b50, 4), put(out, 0, 4), put(out, count, 2), put(out, count, 2), put(out, bytes, 4);
    put(out, at, 4), put(out, comment.size(), 2);
    return out + comment + after;
  }
};

}  // namespace dcgan::test
