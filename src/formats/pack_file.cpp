#include "formats/pack_file.hpp"

#include <xxhash.h>

#include <cstring>

#include "core/error.hpp"
#include "formats/pack_header.hpp"

namespace dcgan {

uint64_t record_checksum(const uint8_t* bytes, size_t count) { return XXH3_64bits(bytes, count); }

bool looks_like_pack(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const std::string start = read_file(path, sizeof kWholePack);
    return start == std::string_view(kWholePack, sizeof kWholePack) ||
           start == std::string_view(kBegunPack, sizeof kBegunPack);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

std::string key_of_pack(const fs::path& path) {
  if (!is_own_file(path)) return "";
  const std::string start = read_file(path, sizeof(PackHeader));
  PackHeader header{};
  if (start.size() < sizeof header) return "";
  std::memcpy(&header, start.data(), sizeof header);
  return header.is_whole() || header.is_begun() ? std::string(header.key, sizeof header.key) : "";
}

PackFile::PackFile(const fs::path& path, const std::string& again) : file_(path), shown_path_(shown(path)) {
  const auto bytes = file_.bytes();
  const auto refuse = [&](const char* why) {
    throw Error("the pack '" + shown_path_ + "' " + why, "make it again: " + again);
  };
  PackHeader header{};
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), kBegunPack, sizeof kBegunPack) == 0) refuse("is not complete");
  if (bytes.size() < kPixelsAt) refuse("is cut off");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!header.is_whole()) refuse("is not a pack");
  if (header.version != kPackVersion && header.version != kShardVersion) refuse("is of another version of dcgan");
  const bool is_possible = header.reserved == 0 && header.slots > 0 && header.slots <= UINT32_MAX &&
                           header.count <= header.slots && header.image_bytes > 0;
  if (!is_possible || !(header.claimed_end() == bytes.size())) refuse("is cut off or damaged");
  // Read once: what the digest is of is what is used, whatever becomes of the file.
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  const std::string tables(begin + header.entries_at(), begin + header.end());
  file_.check();
  if (sha256_hex(tables) != std::string_view(header.digest, sizeof header.digest)) refuse("is damaged");
  pixels_ = bytes.data() + kPixelsAt;
  image_bytes_ = header.image_bytes;
  text_ = read_pack_json(std::string_view(tables).substr(tables.size() - header.json_bytes), shown_path_);
  text_.origin.key = std::string(header.key, sizeof header.key);
  if (header.version == kPackVersion) text_.shard = {static_cast<int64_t>(header.slots)};
  is_shard_ = text_.shard.of > 1;
  const bool is_fitting =
      Checked::of(text_.size.width) * Checked::of(text_.size.height) * Checked::of(text_.channels) ==
          header.image_bytes &&
      text_.shard.count() == static_cast<int64_t>(header.slots) && text_.skipped.size() == header.slots - header.count;
  if (!is_fitting) refuse("is damaged");
  if (!take_tables(tables, static_cast<int64_t>(header.count), text_.shard.count())) refuse("is damaged");
}

bool PackFile::take_tables(std::string_view tables, int64_t count, int64_t slots) {
  const auto take = [&](auto& all, size_t at) {
    all.resize(static_cast<size_t>(count));
    std::memcpy(all.data(), tables.data() + at, all.size() * sizeof all[0]);
  };
  const size_t valid_at = static_cast<size_t>(slots) * sizeof(PackEntry);
  take(slots_, valid_at), take(labels_, valid_at + slots_.size() * sizeof(uint32_t));
  const auto classes = static_cast<int64_t>(text_.classes.size());
  for (size_t i = 0; i < slots_.size(); ++i) {
    const bool is_rising = i == 0 || slots_[i] > slots_[i - 1];
    if (!is_rising || slots_[i] >= slots || labels_[i] < -1 || labels_[i] >= classes) return false;
    PackEntry entry{};
    std::memcpy(&entry, tables.data() + slots_[i] * sizeof entry, sizeof entry);
    checksums_.push_back(entry.checksum);
  }
  return true;
}

void PackFile::copy(int64_t index, uint8_t* out) const {
  const uint32_t slot = slots_[static_cast<size_t>(index)];
  std::memcpy(out, pixels_ + uint64_t{slot} * image_bytes_, image_bytes_);
  if (record_checksum(out, image_bytes_) == checksums_[static_cast<size_t>(index)]) return;
  file_.check_unchanged();
  throw Error("the pack '" + shown_path_ + "' is damaged: record " + with_commas(slot) + " has a wrong checksum",
              is_shard_ ? "remove that file and pack again; the other shards are kept"
                        : "remove it, or make it again with `dcgan data pack`");
}

}  // namespace dcgan
