// Where the directory of an archive lies and what it says: ZipFile's first half. Its entries are read in formats/zip.
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/zip.hpp"
#include "formats/zip_records.hpp"

namespace dcgan {

using namespace zip_records;

namespace {

constexpr uint64_t k4GiB = uint64_t{1} << 32;

/// What stands in the extra data of an entry: fields of a kind, a length, and bytes (APPNOTE 4.5). Programs that pad
/// them with anything are let be.
std::optional<std::string_view> field_of(std::string_view extra, uint64_t kind) {
  for (size_t at = 0; at + 4 <= extra.size();) {
    const uint64_t length = number(extra, at + 2, 2);
    if (at + 4 + length > extra.size()) break;
    if (number(extra, at, 2) == kind) return extra.substr(at + 4, length);
    at += 4 + length;
  }
  return std::nullopt;
}

/// The ZIP64 field holds, in this order, those of bytes, packed bytes and header offset that are all ones in the entry
/// itself (APPNOTE 4.5.3). False when it is too short. An entry without the field means what it says.
bool take_zip64(std::string_view extra, ZipEntry& entry) {
  const auto field = field_of(extra, 0x0001);
  if (!field) return true;
  size_t next = 0;
  for (uint64_t* value : {&entry.bytes, &entry.packed_bytes, &entry.header_at})
    if (*value == UINT32_MAX) {
      if (next + 8 > field->size()) return false;
      *value = number(*field, next, 8);
      next += 8;
    }
  return true;
}

/// Info-ZIP's name in UTF-8, which counts while it belongs to the name beside it (APPNOTE 4.6.9).
std::string unicode_name_of(std::string_view extra, const std::string& name) {
  constexpr size_t kHead = 5;
  const auto field = field_of(extra, 0x7075);
  if (!field || field->size() < kHead || (*field)[0] != 1) return "";
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(name.data()), name.size());
  const std::string_view text = field->substr(kHead);
  return number(*field, 1, 4) == crc && is_utf8(text) ? std::string(text) : "";
}

/// Files of 7-Zip and others in parts are called x.zip.001, x.zip.002; those of Info-ZIP x.z01, x.z02, x.zip.
bool is_named_part(const fs::path& path) {
  const std::string ending = lowercase(path.extension().native());
  return ending.size() == 4 && (ending[1] == 'z' || ending[1] == '0') &&
         ending.find_first_not_of("0123456789", 2) == std::string::npos;
}

}  // namespace

void ZipFile::damaged(const std::string& what) const {
  throw Error("the ZIP archive '" + shown(path_) + "' is damaged: " + what, "copy or download it again");
}

void ZipFile::in_parts() const {
  const fs::path stem = path_.stem();
  const std::string whole = shell_word((parent_of(path_) / "whole.zip").native());
  if (stem.extension() == ".zip")
    throw Error(
        "'" + shown(path_) + "' is one part of a ZIP archive in several",
        "join them and give the whole: cat " + shell_word((parent_of(path_) / stem).native()) + ".[0-9]* > " + whole);
  const fs::path last = parent_of(path_) / (stem.native() + ".zip");
  throw Error("'" + shown(path_) + "' is one part of a ZIP archive in several",
              "join them and give the whole: zip -s 0 " + shell_word(last.native()) + " --out " + whole);
}

bool ZipFile::has_number_at(uint64_t at, uint32_t value) const {
  return at <= size_ && size_ - at >= 4 && number(bytes_at(at, 4), 0, 4) == value;
}

std::optional<ZipFile::Directory> ZipFile::directory_before(uint64_t end_at, const std::string& end,
                                                            bool& is_part) const {
  Directory directory{number(end, 16, 4), number(end, 12, 4), number(end, 10, 2), 0};
  uint64_t behind = end_at;  // of the directory
  const bool is_full = directory.count == UINT16_MAX || directory.bytes == UINT32_MAX || directory.at == UINT32_MAX;
  if (is_full && end_at >= kLocatorBytes && has_number_at(end_at - kLocatorBytes, kEnd64Locator)) {
    const std::string locator = bytes_at(end_at - kLocatorBytes, kLocatorBytes);
    if ((is_part = number(locator, 16, 4) > 1)) return std::nullopt;
    uint64_t end64_at = number(locator, 8, 8);
    if (!has_number_at(end64_at, kEnd64)) {  // something stands in front of the archive
      if (end_at < kLocatorBytes + kEnd64Bytes) return std::nullopt;
      end64_at = end_at - kLocatorBytes - kEnd64Bytes;
    }
    if (!has_number_at(end64_at, kEnd64) || size_ - end64_at < kEnd64Bytes) return std::nullopt;
    const std::string end64 = bytes_at(end64_at, kEnd64Bytes);
    directory = {number(end64, 48, 8), number(end64, 40, 8), number(end64, 32, 8), 0};
    behind = end64_at;
  } else if (const auto disk = number(end, 4, 2); (is_part = disk != 0 && disk != UINT16_MAX)) {
    return std::nullopt;
  }
  if (directory.bytes == 0 && directory.count == 0) return Directory{behind, 0, 0, 0};
  // It ends where the end record begins. If it says that it lies elsewhere, it was moved, or 32 bits were too few.
  const bool is_said = directory.at <= behind && directory.bytes <= behind - directory.at &&
                       has_number_at(directory.at, kDirectoryEntry);
  if (directory.bytes <= behind && directory.at <= behind - directory.bytes &&
      has_number_at(behind - directory.bytes, kDirectoryEntry)) {
    directory.shift = behind - directory.bytes - directory.at;
    directory.at = behind - directory.bytes;
    return directory;
  }
  return is_said ? std::optional(directory) : std::nullopt;
}

ZipFile::Directory ZipFile::find_directory() const {
  // The end record is the last thing in the file, but for a comment of up to 65535 bytes, which may hold the same mark,
  // and for what was added behind. The record whose comment ends with the file comes first.
  constexpr uint64_t kMostBehind = kEndBytes + 65535;
  const uint64_t tail_at = size_ - std::min<uint64_t>(size_, kMostBehind);
  const std::string tail = bytes_at(tail_at, size_ - tail_at);
  std::optional<Directory> otherwise;
  bool has_end = false, has_part = false;
  for (size_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0;) {
    if (number(tail, at, 4) != kEnd) continue;
    has_end = true;
    bool is_part = false;
    const auto found = directory_before(tail_at + at, tail.substr(at, kEndBytes), is_part);
    has_part |= is_part;
    if (!found) continue;
    const bool is_exact = at + kEndBytes + number(tail, at + 20, 2) == tail.size();
    if (is_exact && found->bytes > 0) return *found;
    if (!otherwise || otherwise->bytes == 0) otherwise = found;  // nothing is only said where there is nothing
  }
  // The end of an archive within one that was cut off is no end.
  if (otherwise && (otherwise->shift == 0 || !has_number_at(0, kLocalHeader))) return *otherwise;
  if (has_part || is_named_part(path_) || has_number_at(0, kSplit)) in_parts();
  damaged(has_end ? "its directory is not where it says" : "its directory is missing: it was cut off");
}

void ZipFile::read_directory() {
  const Directory place = find_directory();
  const std::string directory = bytes_at(place.at, place.bytes);
  if (place.count > place.bytes / kEntryBytes) damaged("its directory is too short for its entries");
  entries_.reserve(static_cast<size_t>(place.count));
  // Old programs count modulo 65,536: the entries that are there count.
  const auto is_next = [&](size_t at) {
    return at + 4 <= directory.size() && number(directory, at, 4) == kDirectoryEntry;
  };
  for (size_t at = 0; entries_.size() < place.count || is_next(at);) {
    if (at + kEntryBytes > directory.size() || number(directory, at, 4) != kDirectoryEntry)
      damaged("entry " + std::to_string(entries_.size()) + " of its directory is missing");
    entries_.push_back(entry_at(directory, at));
    at += kEntryBytes + number(directory, at + 28, 2) + number(directory, at + 30, 2) + number(directory, at + 32, 2);
  }
  place_entries(place);
}

ZipEntry ZipFile::entry_at(const std::string& directory, size_t at) const {
  const size_t name = number(directory, at + 28, 2), extra_bytes = number(directory, at + 30, 2),
               comment = number(directory, at + 32, 2);
  if (at + kEntryBytes + name + extra_bytes + comment > directory.size()) damaged("its directory is cut off");
  const auto extra = std::string_view(directory).substr(at + kEntryBytes + name, extra_bytes);
  const uint64_t flags = number(directory, at + 8, 2), attributes = number(directory, at + 38, 4);
  const bool is_of_unix = directory[at + 5] == 3 || directory[at + 5] == 19;  // the second: of macOS
  const auto mode = static_cast<mode_t>(attributes >> 16);
  ZipEntry entry;
  entry.encrypted = flags & 1, entry.is_utf8 = flags & 0x800;
  entry.method = static_cast<uint16_t>(number(directory, at + 10, 2));
  entry.crc = static_cast<uint32_t>(number(directory, at + 16, 4));
  entry.packed_bytes = number(directory, at + 20, 4), entry.bytes = number(directory, at + 24, 4);
  entry.header_at = number(directory, at + 42, 4);
  entry.name = directory.substr(at + kEntryBytes, name);
  entry.unicode_name = unicode_name_of(extra, entry.name);
  if (!take_zip64(extra, entry)) damaged("the sizes of '" + shown(entry.name) + "' cannot be read");
  constexpr uint64_t kFolderOfDos = 0x10;
  entry.is_folder = entry.name.ends_with('/') ||
                    (entry.bytes == 0 &&
                     (entry.name.ends_with('\\') || (attributes & kFolderOfDos) || (is_of_unix && S_ISDIR(mode))));
  entry.is_link = is_of_unix && S_ISLNK(mode);
  return entry;
}

bool ZipFile::is_header_of(const ZipEntry& entry, uint64_t at) const {
  if (at > size_ || size_ - at < kLocalBytes + entry.name.size() || !has_number_at(at, kLocalHeader)) return false;
  const std::string header = bytes_at(at, kLocalBytes + entry.name.size());
  return number(header, 26, 2) == entry.name.size() && header.ends_with(entry.name);
}

void ZipFile::place_entries(const Directory& directory) {
  const auto first = std::find_if(entries_.begin(), entries_.end(), [](const auto& entry) { return !entry.is_folder; });
  if (directory.shift == 0 || first == entries_.end()) return;
  if (directory.shift % k4GiB == 0) {  // places were written modulo 2^32: each is looked for
    for (auto& entry : entries_) {
      uint64_t more = 0;
      while (more <= directory.shift && !is_header_of(entry, entry.header_at + more)) more += k4GiB;
      if (more > directory.shift) damaged("'" + shown(entry.name) + "' is not where its directory says");
      entry.header_at += more;
    }
    return;
  }
  if (!is_header_of(*first, first->header_at + directory.shift) && is_header_of(*first, first->header_at)) return;
  for (auto& entry : entries_)
    if (__builtin_add_overflow(entry.header_at, directory.shift, &entry.header_at))
      damaged("'" + shown(entry.name) + "' is not where its directory says");
  is_behind_another_ = has_number_at(0, kLocalHeader);
}

}  // namespace dcgan
