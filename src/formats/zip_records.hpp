// The records of ZIP archives (PKWARE, APPNOTE.TXT 6.3.9, section 4.3) and their numbers. For those who read archives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dcgan::zip_records {

constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kEnd64Locator = 0x07064b50, kSplit = 0x08074b50, kSplitOfOne = 0x30304b50;
constexpr size_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;
constexpr uint16_t kStored = 0, kDeflated = 8;  // methods

/// Little-endian number of `width` bytes; the caller has made sure that they are there.
inline uint64_t number(std::string_view bytes, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << 8 * i;
  return value;
}

}  // namespace dcgan::zip_records
