#include "dataset/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kEnd64Locator = 0x07064b50;
constexpr size_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;
constexpr uint64_t kMostBytes = 1'000'000'000, kAlways = 256'000'000;
constexpr uint16_t kStored = 0, kDeflated = 8;

/// Little-endian number of `width` bytes; the caller has made sure that they are there.
uint64_t number(std::string_view bytes, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << 8 * i;
  return value;
}

/// The ZIP64 field of an entry's extra data holds, in this order, those of bytes, packed bytes and header offset that
/// are all ones in the entry itself (APPNOTE 4.5.3). False when it is too short.
bool take_zip64(std::string_view extra, ZipEntry& entry) {
  for (size_t at = 0; at + 4 <= extra.size();) {
    const uint64_t kind = number(extra, at, 2), length = number(extra, at + 2, 2);
    if (at + 4 + length > extra.size()) return false;
    if (kind == 0x0001) {
      const auto field = extra.substr(at + 4, length);
      size_t next = 0;
      for (uint64_t* value : {&entry.bytes, &entry.packed_bytes, &entry.header_at})
        if (*value == UINT32_MAX) {
          if (next + 8 > field.size()) return false;
          *value = number(field, next, 8);
          next += 8;
        }
      return true;
    }
    at += 4 + length;
  }
  return true;
}

/// Raw deflate data, at most `limit` bytes of what comes out. Empty optional: the data are damaged.
std::optional<std::string> inflated(std::string_view packed, uint64_t bytes, uint64_t limit) {
  std::string out(static_cast<size_t>(std::min(bytes, limit)), '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    throw Exhausted("there is no memory to unpack an entry", "end other programs");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool complete = code == Z_STREAM_END && stream.total_out == bytes;
  const bool begun = stream.avail_out == 0 && (code == Z_OK || code == Z_BUF_ERROR) && limit < bytes;
  inflateEnd(&stream);
  if (!complete && !begun) return std::nullopt;
  return out;
}

}  // namespace

bool looks_like_zip(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const std::string start = read_file(path, 4);
    return start.size() == 4 && (number(start, 0, 4) == kLocalHeader || number(start, 0, 4) == kEnd);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

ZipFile::ZipFile(fs::path path) : path_(std::move(path)), file_(open_for_reading(path_)), size_(stamp_of(path_).bytes) {
  read_directory();
  check_entries();
}

void ZipFile::check_entries() const {
  constexpr uint64_t kMostTimes = 64;
  std::vector<std::pair<uint64_t, uint64_t>> parts;  // from, to
  Checked all(0);
  for (const auto& entry : entries_) {
    all = all + entry.bytes;
    const auto end = (Checked(entry.header_at) + kLocalBytes + entry.name.size() + entry.packed_bytes).value();
    if (entry.name.ends_with('/') && entry.packed_bytes == 0) continue;  // of a folder; some name no place for it
    if (end) parts.emplace_back(entry.header_at, *end);  // what lies behind its end is found out when it is read
  }
  std::sort(parts.begin(), parts.end());
  for (size_t i = 1; i < parts.size(); ++i)
    if (parts[i].first < parts[i - 1].second)
      damaged("entries of it share their bytes, as in archives made to do harm");
  if (!all.is_at_most(kMostBytes + std::min(size_, INT64_MAX / kMostTimes - kMostBytes) * kMostTimes))
    throw Error("the ZIP archive '" + shown(path_) + "' claims to unpack to " +
                    (all.value() ? bytes_text(double(*all.value())) : "more than there is") +
                    ", far more than its size",
                "if you trust it, unpack it first, and give the folder");
}

void ZipFile::damaged(const std::string& what) const {
  throw Error("the ZIP archive '" + shown(path_) + "' is damaged: " + what, "copy or download it again");
}

std::string ZipFile::bytes_at(uint64_t offset, uint64_t count) const {
  if (offset > size_ || count > size_ - offset) damaged("it is cut off, or points outside itself");
  std::string bytes(static_cast<size_t>(count), '\0');
  read_exactly(file_, bytes.data(), bytes.size(), offset, path_);
  return bytes;
}

void ZipFile::read_directory() {
  // The end record is the last thing in the file, but for a comment of up to 65535 bytes.
  const uint64_t tail_bytes = std::min<uint64_t>(size_, kEndBytes + 65535);
  const std::string tail = bytes_at(size_ - tail_bytes, tail_bytes);
  size_t end = std::string::npos;
  for (size_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0 && end == std::string::npos;)
    if (number(tail, at, 4) == kEnd) end = at;
  if (end == std::string::npos) damaged("its directory is not there");
  uint64_t count = number(tail, end + 10, 2), bytes = number(tail, end + 12, 4), start = number(tail, end + 16, 4);
  const uint64_t end_at = size_ - tail_bytes + end;
  if ((count == UINT16_MAX || bytes == UINT32_MAX || start == UINT32_MAX) && end_at >= kLocatorBytes) {
    const std::string locator = bytes_at(end_at - kLocatorBytes, kLocatorBytes);
    if (number(locator, 0, 4) == kEnd64Locator) {
      const std::string end64 = bytes_at(number(locator, 8, 8), kEnd64Bytes);
      if (number(end64, 0, 4) != kEnd64) damaged("its ZIP64 end record is not there");
      count = number(end64, 32, 8), bytes = number(end64, 40, 8), start = number(end64, 48, 8);
    }
  }
  const std::string directory = bytes_at(start, bytes);
  if (count > bytes / kEntryBytes) damaged("its directory is too short for its entries");
  entries_.reserve(static_cast<size_t>(count));
  // Old programs count modulo 65,536: the entries that are there count.
  const auto is_next = [&](size_t at) {
    return at + 4 <= directory.size() && number(directory, at, 4) == kDirectoryEntry;
  };
  for (size_t at = 0; entries_.size() < count || is_next(at);) {
    if (at + kEntryBytes > directory.size() || number(directory, at, 4) != kDirectoryEntry)
      damaged("entry " + std::to_string(entries_.size()) + " of its directory is not there");
    const size_t name = number(directory, at + 28, 2), extra = number(directory, at + 30, 2),
                 comment = number(directory, at + 32, 2);
    if (at + kEntryBytes + name + extra + comment > directory.size()) damaged("its directory is cut off");
    ZipEntry entry;
    entry.encrypted = number(directory, at + 8, 2) & 1;
    entry.method = static_cast<uint16_t>(number(directory, at + 10, 2));
    entry.crc = static_cast<uint32_t>(number(directory, at + 16, 4));
    entry.packed_bytes = number(directory, at + 20, 4), entry.bytes = number(directory, at + 24, 4);
    entry.header_at = number(directory, at + 42, 4);
    entry.name = directory.substr(at + kEntryBytes, name);
    if (!take_zip64(std::string_view(directory).substr(at + kEntryBytes + name, extra), entry))
      damaged("the sizes of '" + shown(entry.name) + "' cannot be read");
    entries_.push_back(std::move(entry));
    at += kEntryBytes + name + extra + comment;
  }
}

std::string ZipFile::read(const ZipEntry& entry, size_t limit) const {
  if (entry.encrypted) throw Error("encrypted inside the archive");
  if (entry.method != kStored && entry.method != kDeflated)
    throw Error("packed by ZIP method " + std::to_string(entry.method) + "; only stored and deflated are read");
  if (entry.bytes > kMostBytes || entry.packed_bytes > kMostBytes) throw Error("more than 1 GB inside the archive");
  if (entry.method == kStored && entry.packed_bytes != entry.bytes) damaged("two sizes of one entry differ");
  const std::string header = bytes_at(entry.header_at, kLocalBytes);
  if (number(header, 0, 4) != kLocalHeader) damaged("'" + shown(entry.name) + "' is not where its directory says");
  const uint64_t start = entry.header_at + kLocalBytes + number(header, 26, 2) + number(header, 28, 2);
  std::string out;
  if (entry.method == kStored) {
    out = bytes_at(start, std::min<uint64_t>(entry.bytes, limit));
  } else {
    // Whatever its size claims, deflate makes at most 1032 bytes of one.
    if (entry.bytes / 1040 > entry.packed_bytes) throw Error("damaged inside the archive: an impossible size");
    if (entry.bytes > kAlways && entry.bytes / 8 > entry.packed_bytes && limit >= entry.bytes)
      throw Error("claims " + bytes_text(double(entry.bytes)) + " in " + bytes_text(double(entry.packed_bytes)) +
                  " inside the archive");
    auto found = inflated(bytes_at(start, entry.packed_bytes), entry.bytes, limit);
    if (!found) throw Error("damaged inside the archive: its data cannot be inflated");
    out = std::move(*found);
  }
  if (out.size() == entry.bytes && crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size()) != entry.crc)
    throw Error("damaged inside the archive: wrong checksum");
  return out;
}

}  // namespace dcgan
