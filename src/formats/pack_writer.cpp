#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "formats/pack_header.hpp"

namespace dcgan {
namespace {

PackHeader begun_header(const std::string& key, const Shard& shard, int64_t image_bytes) {
  PackHeader header{};
  std::memcpy(header.magic, kBegunPack, sizeof kBegunPack);
  header.version = shard.of == 1 ? kPackVersion : kShardVersion;
  header.slots = static_cast<uint64_t>(shard.count()), header.image_bytes = static_cast<uint64_t>(image_bytes);
  std::memcpy(header.key, key.data(), std::min(key.size(), sizeof header.key));
  return header;
}

/// Zeros where the file is shorter.
PackHeader header_of(const AtomicFile& file) {
  PackHeader header{};
  if (file.bytes() >= sizeof header) file.read_at(&header, sizeof header, 0);
  return header;
}

/// Whether a writer of packs began this file: one that was killed at once, or lost to a power cut, left zeros.
bool is_writers(const AtomicFile& file) {
  const PackHeader header = header_of(file), zeros{};
  const bool is_blank = file.bytes() == 0 || file.bytes() >= sizeof header;
  return header.is_whole() || header.is_begun() || (is_blank && std::memcmp(&header, &zeros, sizeof zeros) == 0);
}

}  // namespace

uint64_t pack_bytes(int64_t slots, int64_t image_bytes) {
  PackHeader header = begun_header("", {slots}, image_bytes);
  header.count = header.slots;
  return header.end();
}

PackWriter::PackWriter(const fs::path& path, const std::string& key, const Shard& shard, int64_t image_bytes,
                       AtomicFile::Access access)
    : file_(path, AtomicFile::Aside::kResumable, access), key_(key), shard_(shard), image_bytes_(image_bytes) {
  if (!is_writers(file_)) {
    file_.keep_for_later();
    throw Error(
        "cannot write '" + shown(path) + "': '" + shown(file_.aside()) + "', where it would be begun, is not a pack",
        "it does not belong to dcgan: move it away");
  }
  const PackHeader header = begun_header(key, shard, image_bytes);
  PackHeader there = file_.bytes() >= header.tables_at() ? header_of(file_) : PackHeader{};
  if (there.is_whole()) {  // stopped between its last byte and its name
    std::memcpy(there.magic, kBegunPack, sizeof kBegunPack), std::memset(there.digest, 0, sizeof there.digest);
    there.count = there.json_bytes = 0;
  }
  if (std::memcmp(&there, &header, sizeof header) != 0) file_.truncate(0);  // of other pixels, if it is anything
  file_.write_at(&header, sizeof header, 0);
  file_.reserve(header.tables_at());
}

void commit_sealed_pack(const fs::path& path, const std::string& key, AtomicFile::Access access) {
  AtomicFile file(path, AtomicFile::Aside::kResumable, access);
  const PackHeader header = header_of(file);
  if (!header.is_whole() || !header.is_of(key)) {
    file.keep_for_later();
    throw Error("cannot write '" + shown(path) + "': what was begun of it has changed meanwhile", "pack again");
  }
  file.commit();
}

void remove_begun_pack(const fs::path& path, const std::string& key) {
  AtomicFile file(path, AtomicFile::Aside::kResumable);
  const PackHeader header = header_of(file);
  const bool is_ours = (header.is_whole() || header.is_begun()) && header.is_of(key);
  if (!is_ours && file.bytes() > 0) file.keep_for_later();
}

std::string PackWriter::digest_of(int64_t slot) const {
  const PackHeader header = begun_header(key_, shard_, image_bytes_);
  PackEntry entry{};
  file_.read_at(&entry, sizeof entry, header.entry_at(slot - shard_.first()));
  if (entry.digest == DigestBytes{}) return "";  // never put
  std::vector<uint8_t> record(header.image_bytes);
  file_.read_at(record.data(), record.size(), header.record_at(slot - shard_.first()));
  // After a power cut an entry may be on the disk before its record.
  return record_checksum(record.data(), record.size()) == entry.checksum ? digest_hex(entry.digest) : "";
}

void PackWriter::put(int64_t slot, const uint8_t* pixels, const std::string& digest) {
  const PackHeader header = begun_header(key_, shard_, image_bytes_);
  const PackEntry entry{digest_bytes(digest), record_checksum(pixels, header.image_bytes)};
  file_.write_at(pixels, header.image_bytes, header.record_at(slot - shard_.first()));
  file_.write_at(&entry, sizeof entry, header.entry_at(slot - shard_.first()));
}

void PackWriter::seal(const PackText& text, const std::vector<uint32_t>& slots, const std::vector<int32_t>& labels) {
  PackText own = text;
  own.shard = shard_;
  const std::string json = pack_json(own);
  PackHeader header = begun_header(key_, shard_, image_bytes_);
  std::string tables;
  tables.append(reinterpret_cast<const char*>(slots.data()), slots.size() * sizeof slots[0]);
  tables.append(reinterpret_cast<const char*>(labels.data()), labels.size() * sizeof labels[0]);
  tables += json;
  Sha256 digest;
  std::vector<char> part(1 << 20);
  for (uint64_t at = header.entries_at(); at < header.tables_at(); at += part.size()) {
    part.resize(std::min<uint64_t>(part.size(), header.tables_at() - at));
    file_.read_at(part.data(), part.size(), at);
    digest.add(part.data(), part.size());
  }
  digest.add(tables);
  std::memcpy(header.magic, kWholePack, sizeof kWholePack);
  header.count = slots.size(), header.json_bytes = json.size();
  std::memcpy(header.digest, digest.hex().data(), sizeof header.digest);
  file_.write_at(tables.data(), tables.size(), header.tables_at());
  file_.truncate(header.end());
  file_.write_at(&header, sizeof header, 0);
}

}  // namespace dcgan
