// The head of a pack and the JSON at its end; see formats/pack_file for where they stand. For its reader and writer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/checked.hpp"
#include "formats/pack_file.hpp"

namespace dcgan {

inline constexpr char kWholePack[8] = {'D', 'C', 'G', 'A', 'N', 'P', 'C', 'K'};
inline constexpr char kBegunPack[8] = {'D', 'C', 'G', 'A', 'N', 'p', 'c', 'k'};  // a writer is or was at it
inline constexpr uint32_t kPackVersion = 2;                                      // 1 had no checksum a record
inline constexpr uint32_t kShardVersion = 3;  // one part of a set: what reads only version 2 must not take it for all
inline constexpr uint64_t kPixelsAt = 4096;

struct PackHeader {
  char magic[8];
  uint32_t version;
  uint32_t reserved;
  uint64_t slots, image_bytes, count, json_bytes;
  char key[64];
  char digest[64];  // SHA-256 in hexadecimal of everything behind the records; zeros in a file that is begun

  uint64_t record_at(int64_t slot) const { return kPixelsAt + static_cast<uint64_t>(slot) * image_bytes; }
  uint64_t entries_at() const { return (kPixelsAt + slots * image_bytes + 15) / 16 * 16; }
  uint64_t entry_at(int64_t slot) const { return entries_at() + static_cast<uint64_t>(slot) * sizeof(PackEntry); }
  uint64_t tables_at() const { return entries_at() + slots * sizeof(PackEntry); }
  uint64_t end() const { return tables_at() + count * 8 + json_bytes; }
  /// end() of a header that is not believed yet.
  Checked claimed_end() const {
    const Checked records = Checked(slots) * image_bytes + kPixelsAt;
    return records.rounded_up(16) + Checked(slots) * sizeof(PackEntry) + Checked(count) * 8 + json_bytes;
  }
  bool is_whole() const { return std::string_view(magic, sizeof magic) == std::string_view(kWholePack, 8); }
  bool is_begun() const { return std::string_view(magic, sizeof magic) == std::string_view(kBegunPack, 8); }
  bool is_of(const std::string& whose) const { return whose == std::string_view(key, sizeof key); }
};
static_assert(sizeof(PackHeader) <= kPixelsAt);

/// The JSON of a pack.
std::string pack_json(const PackText& text);
/// The other way; the key is not in it, and without "shard" the shard is {}. Throws Error naming the file when it says
/// what cannot be.
PackText read_pack_json(std::string_view json, const std::string& shown_path);

}  // namespace dcgan
