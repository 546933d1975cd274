#include "formats/program_archive.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/deflate.hpp"
#include "formats/zip_records.hpp"

namespace dcgan {
namespace {

using namespace zip_records;

constexpr uint32_t kDescriptor = 0x08074b50;
constexpr uint64_t kDescriptorBytes = 16;
constexpr uint64_t kMostArchive = UINT32_MAX - 1, kMostProgram = 64 << 20, kMostRecords = UINT16_MAX - 1;
constexpr size_t kLongestRecordName = 400;  // LibTorch cuts names off at 512
constexpr uint16_t kHasDescriptor = 8, kUtf8 = 0x800;
constexpr uint16_t kPadding = 0x4246;  // "FB": LibTorch's filler, which aligns numbers

/// What LibTorch looks for by name.
constexpr std::string_view kKnown[] = {"code",
                                       "data",
                                       "constants",
                                       "extra",
                                       ".data",
                                       "data.pkl",
                                       "constants.pkl",
                                       "version",
                                       "byteorder",
                                       "bytecode.pkl",
                                       "mobile_debug_handles.pkl",
                                       "bytecode.debug.pkl"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

struct ProgramArchive::Place {
  uint64_t at = 0, bytes = 0;  // of the directory; of a record: of its header, of its packed data
  uint64_t count = 0;          // entries of the directory
  uint16_t flags = 0, method = 0;
  std::string name = {};
};

ProgramArchive::ProgramArchive(std::string_view bytes, std::string origin) : bytes_(bytes), origin_(std::move(origin)) {
  if (bytes_.size() > kMostArchive) fail("it is larger than 4 GB");
  read_directory();
  index_names();
  uint64_t program = 0;
  for (const auto& record : records_) {
    const bool is_program = record.name.starts_with("code/");
    if (record.is_deflated && !is_program)
      throw Error(origin_ + ": its record " + printable(record.name) +
                      " is packed, which torch.jit.save does to none but programs",
                  "save it again with torch.jit.save");
    if (is_program) program += record.bytes;
    if (program > kMostProgram || record.bytes > kMostArchive)
      throw Error(origin_ + " would unpack to more than a network can need", "save it again with torch.jit.save");
  }
  for (const auto& record : records_) {
    bool is_sound = !record.is_deflated && crc32_of(record.packed) == record.crc;
    if (record.is_deflated)
      if (const auto unpacked = inflated_exactly(record.packed, record.bytes))
        is_sound = crc32_of(*unpacked) == record.crc;
    if (!is_sound)
      throw Error(origin_ + " is damaged: its record " + printable(record.name) + " has a wrong checksum",
                  "export it again, or copy it again");
  }
}

void ProgramArchive::fail(const std::string& what) const {
  throw Error(origin_ + " is not a TorchScript file as PyTorch writes it: " + what,
              "was it cut off while it was copied, or changed? save it again with torch.jit.save");
}

std::string_view ProgramArchive::take(uint64_t at, uint64_t count) const {
  if (at > bytes_.size() || count > bytes_.size() - at) fail("it points outside itself");
  return bytes_.substr(at, count);
}

uint64_t ProgramArchive::number(uint64_t at, size_t width) const {
  const std::string_view from = take(at, width);
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;) value = value << 8 | static_cast<uint8_t>(from[i]);
  return value;
}

/// The end record is the last thing in the file, its ZIP64 kin right before it, the directory right before both.
ProgramArchive::Place ProgramArchive::directory_place() const {
  if (bytes_.size() < kEndBytes || number(bytes_.size() - kEndBytes, 4) != kEnd)
    fail("its directory is not at its end");
  const uint64_t end = bytes_.size() - kEndBytes;
  const Place found{.at = number(end + 16, 4), .bytes = number(end + 12, 4), .count = number(end + 10, 2)};
  if (number(end + 4, 4) != 0 || number(end + 8, 2) != found.count || number(end + 20, 2) != 0)
    fail("its end record says what PyTorch never does");
  if (found.count > kMostRecords) fail("it has too many records");
  uint64_t after = end;
  if (end >= kLocatorBytes && number(end - kLocatorBytes, 4) == kEnd64Locator) {
    const uint64_t locator = end - kLocatorBytes;
    if (locator < kEnd64Bytes || number(locator + 4, 4) != 0 || number(locator + 16, 4) != 1 ||
        number(locator + 8, 8) != locator - kEnd64Bytes)
      fail("its ZIP64 locator points elsewhere");
    after = locator - kEnd64Bytes;
    if (number(after, 4) != kEnd64 || number(after + 4, 8) != kEnd64Bytes - 12 || number(after + 16, 8) != 0 ||
        number(after + 24, 8) != found.count || number(after + 32, 8) != found.count ||
        number(after + 40, 8) != found.bytes || number(after + 48, 8) != found.at)
      fail("its two end records differ");
  }
  if (found.at > after || after - found.at != found.bytes)
    fail("its directory does not end where its end record begins");
  return found;
}

void ProgramArchive::read_directory() {
  const Place directory = directory_place();
  if (directory.count == 0) fail("it has no records");
  uint64_t at = directory.at;
  std::vector<Place> places;
  for (uint64_t i = 0; i < directory.count; ++i) {
    if (directory.at + directory.bytes - at < kEntryBytes) fail("its directory is too short");
    places.push_back(read_entry(at));
  }
  if (at != directory.at + directory.bytes) fail("its directory is longer than its entries");
  // LibTorch writes records one after the other: of two that share bytes, or hide some between them, one is a lie.
  uint64_t begin = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].at != begin) fail("its records do not lie one after the other");
    begin = i + 1 < places.size() ? places[i + 1].at : directory.at;
    check_record(places[i], records_[i], begin);
  }
}

ProgramArchive::Place ProgramArchive::read_entry(uint64_t& at) {
  if (number(at, 4) != kDirectoryEntry) fail("its directory has an entry that is none");
  Place place{.at = number(at + 42, 4), .bytes = number(at + 20, 4)};
  place.flags = static_cast<uint16_t>(number(at + 8, 2)), place.method = static_cast<uint16_t>(number(at + 10, 2));
  const uint64_t name_bytes = number(at + 28, 2);
  if (number(at + 30, 2) != 0 || number(at + 32, 2) != 0 || number(at + 34, 8) != 0)
    fail("its directory says more of a record than PyTorch does");  // by an attribute miniz takes it for a folder
  if ((place.flags & ~(kHasDescriptor | kUtf8)) != 0) fail("a record has flags that PyTorch never sets");
  if (place.method != kStored && place.method != kDeflated)
    fail("a record is packed by method " + std::to_string(place.method));
  place.name = std::string(take(at + kEntryBytes, name_bytes));
  check_name(place.name);
  ProgramRecord record;
  record.name = place.name.substr(folder_.size() + 1);
  record.bytes = number(at + 24, 4), record.crc = static_cast<uint32_t>(number(at + 16, 4));
  record.is_deflated = place.method == kDeflated;
  if (!record.is_deflated && record.bytes != place.bytes) fail("two sizes of one record differ");
  records_.push_back(std::move(record));
  at += kEntryBytes + name_bytes;
  return place;
}

/// Its own header and descriptor against the directory. `next`: where whatever follows it begins.
void ProgramArchive::check_record(const Place& place, ProgramRecord& record, uint64_t next) const {
  const uint64_t at = place.at, name_bytes = number(at + 26, 2), extra_bytes = number(at + 28, 2);
  const uint64_t data = at + kLocalBytes + name_bytes + extra_bytes;
  if (number(at, 4) != kLocalHeader || number(at + 6, 2) != place.flags || number(at + 8, 2) != place.method ||
      take(at + kLocalBytes, name_bytes) != place.name)
    fail("a record is not what its directory says");
  if (extra_bytes > 0) {
    const uint64_t extra = at + kLocalBytes + name_bytes;
    if (extra_bytes < 4 || number(extra, 2) != kPadding || number(extra + 2, 2) != extra_bytes - 4)
      fail("a record's header holds more than PyTorch writes");
    const auto filler = take(extra + 4, extra_bytes - 4);
    if (!std::all_of(filler.begin(), filler.end(), [](char c) { return c == 'Z' || c == '\0'; }))
      fail("a record's header holds more than PyTorch writes");
  }
  const auto says = [&](uint64_t where) {
    return number(where, 4) == record.crc && number(where + 4, 4) == place.bytes &&
           number(where + 8, 4) == record.bytes;
  };
  const bool has_descriptor = (place.flags & kHasDescriptor) != 0;
  const bool says_nothing = number(at + 14, 4) == 0 && number(at + 18, 8) == 0;
  if (!says(at + 14) && !(has_descriptor && says_nothing)) fail("a record is not what its directory says");
  const std::string_view packed = take(data, place.bytes);
  const uint64_t end = data + place.bytes;
  if (end + (has_descriptor ? kDescriptorBytes : 0) != next) fail("its records do not lie one after the other");
  if (has_descriptor && (number(end, 4) != kDescriptor || !says(end + 4)))
    fail("a record is not what its directory says");
  record.packed = packed;
}

/// Names are the same text for everyone: one folder, "/" between parts, no control characters.
void ProgramArchive::check_name(const std::string& whole) {
  const auto refuse = [&](const std::string& why) { fail("the name of a record, '" + printable(whole) + "', " + why); };
  if (whole.size() > kLongestRecordName) refuse("is too long");
  for (const char c : whole)
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) == 0x7f || c == '\\')
      refuse("has a character that PyTorch never writes");
  const size_t slash = whole.find('/');
  if (slash == std::string::npos || slash == 0) refuse("is in no folder");
  if (folder_.empty()) folder_ = whole.substr(0, slash);
  if (whole.substr(0, slash) != folder_) refuse("is in another folder than the first");
  for (size_t begin = 0; begin <= whole.size();) {
    const size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string_view part = std::string_view(whole).substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") refuse("is not a name of a record");
    begin = end + 1;
  }
  const std::string_view rest = std::string_view(whole).substr(slash + 1);
  const std::string_view first = rest.substr(0, rest.find('/'));
  for (const auto known : kKnown)
    if (first != known && lower(first) == known) refuse("is not written as PyTorch writes it");
  if (first.size() != rest.size() && lower(rest).starts_with("code/__torch__") && !rest.starts_with("code/__torch__"))
    refuse("is not written as PyTorch writes it");
}

void ProgramArchive::index_names() {
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < records_.size(); ++i) {
    if (!seen.insert(lower(records_[i].name)).second)
      fail("two records are called '" + printable(records_[i].name) + "', but for upper and lower case");
    by_name_.emplace(records_[i].name, i);
  }
}

const ProgramRecord* ProgramArchive::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &records_[found->second];
}

std::string ProgramArchive::read(const std::string& name) const {
  const ProgramRecord* record = find(name);
  if (!record) throw Error(origin_ + " has no record " + printable(name), "is it TorchScript?");
  if (!record->is_deflated) return std::string(record->packed);
  return inflated_exactly(record->packed, record->bytes).value();  // the constructor has done it before
}

}  // namespace dcgan
