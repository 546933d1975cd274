#include "dataset/pack.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

// A pack, little-endian as every machine that LibTorch runs on:
//   Header, filled up with zeros to kPixelsAt
//   slots x image_bytes    records, height x width x channels bytes each
//   slots x PackEntry        from the next multiple of 16 on; all zeros where a picture could not be used
//   count x uint32         the slots of the pictures that can be used, rising
//   count x int32          their classes, -1 for none
//   JSON                   sizes, names of classes, what was skipped, where it came from, which part of which set it is
constexpr char kWhole[8] = {'D', 'C', 'G', 'A', 'N', 'P', 'C', 'K'};
constexpr char kBegun[8] = {'D', 'C', 'G', 'A', 'N', 'p', 'c', 'k'};  // a writer is or was at it
constexpr uint32_t kVersion = 2;                                      // 1 had no checksum a record
constexpr uint32_t kShardVersion = 3;  // one part of a set: what reads only version 2 must not take it for all
constexpr uint64_t kPixelsAt = 4096;
constexpr int64_t kLargestSide = 1 << 16;  // pixels; networks end at 7,168

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t reserved;
  uint64_t slots, image_bytes, count, json_bytes;
  char key[64];
  char digest[64];  // SHA-256 in hexadecimal of everything behind the records; zeros in a file that is begun

  uint64_t record_at(int64_t slot) const { return kPixelsAt + static_cast<uint64_t>(slot) * image_bytes; }
  uint64_t entries_at() const { return (kPixelsAt + slots * image_bytes + 15) / 16 * 16; }
  uint64_t entry_at(int64_t slot) const;
  uint64_t tables_at() const;
  uint64_t end() const { return tables_at() + count * 8 + json_bytes; }
  /// end() of a header that is not believed yet.
  Checked claimed_end() const {
    const Checked records = Checked(slots) * image_bytes + kPixelsAt;
    return records.rounded_up(16) + Checked(slots) * sizeof(PackEntry) + Checked(count) * 8 + json_bytes;
  }
  bool is_of(const std::string& whose) const { return whose == std::string_view(key, sizeof key); }
};

static_assert(sizeof(Header) <= kPixelsAt);

uint64_t Header::entry_at(int64_t slot) const { return entries_at() + static_cast<uint64_t>(slot) * sizeof(PackEntry); }
uint64_t Header::tables_at() const { return entries_at() + slots * sizeof(PackEntry); }

Header begun_header(const std::string& key, const Shard& shard, int64_t image_bytes) {
  Header header{};
  std::memcpy(header.magic, kBegun, sizeof kBegun);
  header.version = shard.of == 1 ? kVersion : kShardVersion;
  header.slots = static_cast<uint64_t>(shard.count()), header.image_bytes = static_cast<uint64_t>(image_bytes);
  std::memcpy(header.key, key.data(), std::min(key.size(), sizeof header.key));
  return header;
}

bool is_whole(const Header& header) { return std::memcmp(header.magic, kWhole, sizeof kWhole) == 0; }
bool is_begun(const Header& header) { return std::memcmp(header.magic, kBegun, sizeof kBegun) == 0; }

/// Zeros where the file is shorter.
Header header_of(const AtomicFile& file) {
  Header header{};
  if (file.bytes() >= sizeof header) file.read_at(&header, sizeof header, 0);
  return header;
}

/// Whether a writer of packs began this file: one that was killed at once, or lost to a power cut, left zeros.
bool is_writers(const AtomicFile& file) {
  const Header header = header_of(file), zeros{};
  const bool is_blank = file.bytes() == 0 || file.bytes() >= sizeof header;
  return is_whole(header) || is_begun(header) || (is_blank && std::memcmp(&header, &zeros, sizeof zeros) == 0);
}

}  // namespace

uint64_t pack_bytes(int64_t slots, int64_t image_bytes) {
  Header header = begun_header("", {slots}, image_bytes);
  header.count = header.slots;
  return header.end();
}

PackWriter::PackWriter(const fs::path& path, const std::string& key, const Shard& shard, int64_t image_bytes,
                       AtomicFile::Access access)
    : file_(path, AtomicFile::Aside::kResumable, access), key_(key), shard_(shard), image_bytes_(image_bytes) {
  if (!is_writers(file_)) {
    file_.keep_for_later();
    throw Error(
        "cannot write '" + shown(path) + "': '" + shown(file_.aside()) + "', where it would be begun, is no pack",
        "it is none of dcgan's: move it away");
  }
  const Header header = begun_header(key, shard, image_bytes);
  Header there = file_.bytes() >= header.tables_at() ? header_of(file_) : Header{};
  if (is_whole(there)) {  // stopped between its last byte and its name
    std::memcpy(there.magic, kBegun, sizeof kBegun), std::memset(there.digest, 0, sizeof there.digest);
    there.count = there.json_bytes = 0;
  }
  if (std::memcmp(&there, &header, sizeof header) != 0) file_.truncate(0);  // of other pixels, if it is anything
  file_.write_at(&header, sizeof header, 0);
  file_.reserve(header.tables_at());
}

void commit_sealed_pack(const fs::path& path, const std::string& key, AtomicFile::Access access) {
  AtomicFile file(path, AtomicFile::Aside::kResumable, access);
  const Header header = header_of(file);
  if (!is_whole(header) || !header.is_of(key)) {
    file.keep_for_later();
    throw Error("cannot write '" + shown(path) + "': what was begun of it has changed meanwhile", "pack again");
  }
  file.commit();
}

void remove_begun_pack(const fs::path& path, const std::string& key) {
  AtomicFile file(path, AtomicFile::Aside::kResumable);
  const Header header = header_of(file);
  const bool is_ours = (is_whole(header) || is_begun(header)) && header.is_of(key);
  if (!is_ours && file.bytes() > 0) file.keep_for_later();
}

std::string key_of_pack(const fs::path& path) {
  if (!is_own_file(path)) return "";
  const std::string start = read_file(path, sizeof(Header));
  Header header{};
  if (start.size() < sizeof header) return "";
  std::memcpy(&header, start.data(), sizeof header);
  return is_whole(header) || is_begun(header) ? std::string(header.key, sizeof header.key) : "";
}

std::string PackWriter::digest_of(int64_t slot) const {
  const Header header = begun_header(key_, shard_, image_bytes_);
  PackEntry entry{};
  file_.read_at(&entry, sizeof entry, header.entry_at(slot - shard_.first()));
  if (entry.digest == DigestBytes{}) return "";  // never put
  std::vector<uint8_t> record(header.image_bytes);
  file_.read_at(record.data(), record.size(), header.record_at(slot - shard_.first()));
  // After a power cut an entry may be on the disk before its record.
  return XXH3_64bits(record.data(), record.size()) == entry.checksum ? digest_hex(entry.digest) : "";
}

void PackWriter::put(int64_t slot, const uint8_t* pixels, const std::string& digest) {
  const Header header = begun_header(key_, shard_, image_bytes_);
  const PackEntry entry{digest_bytes(digest), XXH3_64bits(pixels, header.image_bytes)};
  file_.write_at(pixels, header.image_bytes, header.record_at(slot - shard_.first()));
  file_.write_at(&entry, sizeof entry, header.entry_at(slot - shard_.first()));
}

void PackWriter::seal(const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
                      const std::vector<int32_t>& labels) {
  // Its part of the set: slots that are no pictures are those skipped, in the same order.
  const auto before = [&](int64_t slot) { return std::lower_bound(valid.begin(), valid.end(), slot) - valid.begin(); };
  const int64_t from = before(shard_.first()), to = before(shard_.end());
  Json skipped = Json::array();
  for (int64_t i = shard_.first() - from; i < shard_.end() - to; ++i) {
    const Skipped& one = info.skipped.at(static_cast<size_t>(i));
    skipped.push_back({{"name", one.name}, {"reason", one.reason}});
  }
  Json json = {{"width", info.size.width}, {"height", info.size.height}, {"channels", info.channels},
               {"classes", info.classes},  {"identity", info.identity},  {"skipped", skipped},
               {"data", origin.data},      {"stamp", origin.stamp},      {"options", origin.options}};
  if (shard_.of > 1)
    json["shard"] = {
        {"number", shard_.number}, {"of", shard_.of}, {"first_slot", shard_.first()}, {"slots_of_all", shard_.slots}};
  const std::string text = compact(json);
  Header header = begun_header(key_, shard_, image_bytes_);
  std::string tables;
  for (int64_t i = from; i < to; ++i) {
    const auto slot = static_cast<uint32_t>(valid[static_cast<size_t>(i)] - shard_.first());
    tables.append(reinterpret_cast<const char*>(&slot), sizeof slot);
  }
  tables.append(reinterpret_cast<const char*>(labels.data() + from), static_cast<size_t>(to - from) * 4);
  tables += text;
  Sha256 digest;
  std::vector<char> part(1 << 20);
  for (uint64_t at = header.entries_at(); at < header.tables_at(); at += part.size()) {
    part.resize(std::min<uint64_t>(part.size(), header.tables_at() - at));
    file_.read_at(part.data(), part.size(), at);
    digest.add(part.data(), part.size());
  }
  digest.add(tables);
  std::memcpy(header.magic, kWhole, sizeof kWhole);
  header.count = static_cast<uint64_t>(to - from), header.json_bytes = text.size();
  std::memcpy(header.digest, digest.hex().data(), sizeof header.digest);
  file_.write_at(tables.data(), tables.size(), header.tables_at());
  file_.truncate(header.end());
  file_.write_at(&header, sizeof header, 0);
}

Pack::Pack(const fs::path& path) : file_(path), shown_path_(shown(path)) {
  const auto bytes = file_.bytes();
  const auto refuse = [&](const char* why) {
    throw Error("the pack '" + shown_path_ + "' " + why, "make it again: " + command_for(path));
  };
  Header header{};
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), kBegun, sizeof kBegun) == 0) refuse("is not complete");
  if (bytes.size() < kPixelsAt) refuse("is cut off");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!is_whole(header)) refuse("is no pack");
  if (header.version != kVersion && header.version != kShardVersion) refuse("is of another version of dcgan");
  const bool is_possible = header.reserved == 0 && header.slots > 0 && header.slots <= UINT32_MAX &&
                           header.count <= header.slots && header.image_bytes > 0;
  if (!is_possible || !(header.claimed_end() == bytes.size())) refuse("is cut off or damaged");
  // Read once: what the digest is of is what is used, whatever becomes of the file.
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  const std::string tables(begin + header.entries_at(), begin + header.end());
  file_.check();
  if (sha256_hex(tables) != std::string_view(header.digest, sizeof header.digest)) refuse("is damaged");
  pixels_ = bytes.data() + kPixelsAt;
  info_.count = static_cast<int64_t>(header.count);
  origin_.key = std::string(header.key, sizeof header.key);
  read_json(std::string_view(tables).substr(tables.size() - header.json_bytes));
  if (header.version == kVersion) shard_ = {static_cast<int64_t>(header.slots)};
  const bool is_fitting =
      Checked::of(info_.size.width) * Checked::of(info_.size.height) * Checked::of(info_.channels) ==
          header.image_bytes &&
      shard_.count() == static_cast<int64_t>(header.slots) && info_.skipped.size() == header.slots - header.count;
  if (!is_fitting) refuse("is damaged");
  if (!take_tables(tables, shard_.count())) refuse("is damaged");
}

bool Pack::take_tables(std::string_view tables, int64_t slots) {
  const auto take = [&](auto& all, size_t at) {
    all.resize(static_cast<size_t>(info_.count));
    std::memcpy(all.data(), tables.data() + at, all.size() * sizeof all[0]);
  };
  const size_t valid_at = static_cast<size_t>(slots) * sizeof(PackEntry);
  take(slots_, valid_at), take(labels_, valid_at + slots_.size() * sizeof(uint32_t));
  const auto classes = static_cast<int64_t>(info_.classes.size());
  for (size_t i = 0; i < slots_.size(); ++i) {
    const bool is_rising = i == 0 || slots_[i] > slots_[i - 1];
    if (!is_rising || slots_[i] >= slots || labels_[i] < -1 || labels_[i] >= classes) return false;
    PackEntry entry{};
    std::memcpy(&entry, tables.data() + slots_[i] * sizeof entry, sizeof entry);
    checksums_.push_back(entry.checksum);
  }
  return true;
}

void Pack::read_json(std::string_view text) {
  const Json json = parse_json(text, shown_path_);
  const auto take = [&](const char* key, auto& value) {
    value = required<std::decay_t<decltype(value)>>(json, key, shown_path_);
  };
  take("width", info_.size.width), take("height", info_.size.height), take("channels", info_.channels);
  take("classes", info_.classes), take("identity", info_.identity);
  take("data", origin_.data), take("stamp", origin_.stamp), take("options", origin_.options);
  const auto is_side = [](int64_t side) { return side >= 1 && side <= kLargestSide; };
  if (!is_side(info_.size.width) || !is_side(info_.size.height) ||
      (info_.channels != 1 && info_.channels != 3 && info_.channels != 4))
    throw Error("'" + shown_path_ + "': no pictures have " + to_text(info_.size) + " pixels of " +
                counted(info_.channels, "channel"));
  if (!origin_.options.is_object()) throw Error("'" + shown_path_ + "': \"options\" are none");
  for (const char* key : {"fit", "crop_at"})
    if (origin_.options.contains(key) && !origin_.options[key].is_string())
      throw Error("'" + shown_path_ + "': the option \"" + key + "\" is no word");
  for (auto& name : info_.classes) name = printable(name);  // a stranger may have written it
  for (const auto& entry : required<Json>(json, "skipped", shown_path_))
    info_.skipped.push_back({printable(required<std::string>(entry, "name", shown_path_)),
                             printable(required<std::string>(entry, "reason", shown_path_))});
  if (!json.contains("shard")) return;
  const Json& shard = json["shard"];
  const auto number = [&](const char* key) { return required<int64_t>(shard, key, shown_path_); };
  const Shard found{number("slots_of_all"), number("number"), number("of")};
  if (found.of < 2 || found.of > kMostShards || found.number < 1 || found.number > found.of || found.slots < 0 ||
      found.slots >= int64_t{1} << 40 || found.first() != number("first_slot"))
    throw Error("'" + shown_path_ + "': \"shard\" says what cannot be");
  shard_ = found;
}

void Pack::forget_names() {
  info_.classes = {}, info_.skipped = {};
  origin_ = {};
}

void Pack::copy(int64_t index, uint8_t* out) const {
  const auto bytes = static_cast<size_t>(info_.image_bytes());
  const uint32_t slot = slots_[static_cast<size_t>(index)];
  std::memcpy(out, pixels_ + uint64_t{slot} * bytes, bytes);
  if (XXH3_64bits(out, bytes) == checksums_[static_cast<size_t>(index)]) return;
  file_.check_unchanged();
  throw Error("the pack '" + shown_path_ + "' is damaged: record " + with_commas(slot) + " has a wrong checksum",
              shard_.of == 1 ? "remove it, or make it again with `dcgan data pack`"
                             : "remove that file and pack again; the other shards are kept");
}

bool looks_like_pack(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const std::string start = read_file(path, sizeof kWhole);
    return start == std::string_view(kWhole, sizeof kWhole) || start == std::string_view(kBegun, sizeof kBegun);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

}  // namespace dcgan
