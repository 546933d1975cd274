#include "formats/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/stored_path.hpp"
#include "formats/zip_records.hpp"

namespace dcgan {

using namespace zip_records;

namespace {

constexpr uint64_t kMostBytes = 1'000'000'000, kAlways = 256'000'000;

/// APPNOTE 4.4.5.
constexpr std::pair<uint16_t, const char*> kMethods[] = {
    {1, "shrink"},    {2, "reduce"}, {3, "reduce"}, {4, "reduce"},   {5, "reduce"}, {6, "implode"},
    {9, "Deflate64"}, {12, "bzip2"}, {14, "LZMA"},  {19, "LZ77"},    {20, "zstd"},  {93, "zstd"},
    {94, "MP3"},      {95, "XZ"},    {96, "JPEG"},  {97, "WavPack"}, {98, "PPMd"},  {99, "AES"}};

std::string method_name(uint16_t method) {
  for (const auto& [number, name] : kMethods)
    if (number == method) return name;
  return "ZIP method " + std::to_string(method);
}

/// Raw deflate data, at most `limit` bytes of what comes out. Empty optional: the data are damaged.
std::optional<std::string> inflated(std::string_view packed, uint64_t bytes, uint64_t limit) {
  std::string out(static_cast<size_t>(std::min(bytes, limit)), '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    throw Exhausted("there is not enough memory to unpack an entry", "close other programs");
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

std::string path_of(const ZipEntry& entry) {
  if (!entry.unicode_name.empty()) return tidy_path(entry.unicode_name);
  if (entry.is_utf8 || is_utf8(entry.name)) return tidy_path(entry.name);
  return tidy_path(from_code_page_437(entry.name));
}

bool looks_like_zip(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const std::string start = read_file(path, 4);
    if (start.size() != 4) return false;
    const auto mark = number(start, 0, 4);
    return mark == kLocalHeader || mark == kEnd || mark == kSplit || mark == kSplitOfOne;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

bool ends_like_zip(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    return !ZipFile(path).entries().empty();
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
    const auto end = (Checked(entry.header_at) + kLocalBytes + entry.packed_bytes).value();
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

std::string ZipFile::bytes_at(uint64_t offset, uint64_t count) const {
  if (offset > size_ || count > size_ - offset) damaged("it is cut off, or points outside itself");
  std::string bytes(static_cast<size_t>(count), '\0');
  read_exactly(file_, bytes.data(), bytes.size(), offset, path_);
  return bytes;
}

std::string ZipFile::read(const ZipEntry& entry, size_t limit) const {
  const std::string command = "`7z x " + shell_word(path_.native()) + " -oFOLDER` and give FOLDER";
  if (entry.encrypted) throw Error("encrypted inside the archive; unpack it with its password: " + command);
  if (entry.method != kStored && entry.method != kDeflated)
    throw Error("packed by " + method_name(entry.method) +
                " inside the archive, where only stored and deflated files are read; unpack it first: " + command);
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
