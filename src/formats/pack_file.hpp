// The bytes of a pack: the pixels of a set, or of one part of it, in one file, mapped read-only. Written aside and
// renamed, so that a pack is whole or absent; never changed in place. A writing that was interrupted goes on where it
// stopped. Not for what a set of several is (dataset/pack_set), nor for what its pictures are used for (dataset/pack).
//
// A pack, little-endian as every machine that LibTorch runs on:
//   Header, filled up with zeros to byte 4096 (formats/pack_header)
//   slots x image_bytes    records, height x width x channels bytes each
//   slots x PackEntry      from the next multiple of 16 on; all zeros where a picture could not be used
//   count x uint32         the slots of the pictures that can be used, rising
//   count x int32          their classes, -1 for none
//   JSON                   sizes, names of classes, what was skipped, where it came from, which part of which set it is
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/digest.hpp"
#include "core/json.hpp"
#include "core/options.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"

namespace dcgan {

/// Part `number` (from 1) of a set whose `slots` are cut into `of` parts, in order and as even as can be.
struct Shard {
  int64_t slots = 0;
  int64_t number = 1, of = 1;

  int64_t first() const { return slots * (number - 1) / of; }
  int64_t end() const { return slots * number / of; }
  int64_t count() const { return end() - first(); }
  bool operator==(const Shard&) const = default;
};
inline constexpr int64_t kMostShards = 10000;

/// What a pack says of one record.
struct PackEntry {
  DigestBytes digest;  // SHA-256 of what the picture was stored as; zeros where it could not be used
  uint64_t checksum;   // record_checksum
};
static_assert(sizeof(PackEntry) == 40);

/// XXH3 of so many bytes: the same for the same pixels.
uint64_t record_checksum(const uint8_t* bytes, size_t count);

/// Where a pack's pixels came from; all of it is for people and for warnings.
struct PackOrigin {
  std::string key;    // SHA-256 over everything that the pixels depend on
  std::string data;   // the path of DATA, absolute; empty in the cache
  std::string stamp;  // Source::stamp when it was packed
  Json options;       // the DataOptions that shaped the pixels
};

/// What a pack says of its pictures in words. Of a file that was read all of it may be printed, but for the origin.
struct PackText {
  Size size;                         // pixels, 1 to 2^16 a side
  int64_t channels = 3;              // 1, 3 or 4
  std::vector<std::string> classes;  // names
  std::string identity;              // SHA-256 over names and contents of the whole set
  TextPairs skipped;                 // name and reason of the slots of this part that are no pictures, in their order
  PackOrigin origin;
  Shard shard;

  int64_t image_bytes() const { return size.width * size.height * channels; }
};

/// The size of the file, but for names and remarks.
uint64_t pack_bytes(int64_t slots, int64_t image_bytes);

/// Writes one pack. Records may be put from several threads, in any order. Slots are numbered as in the whole set.
class PackWriter {
 public:
  /// Takes up what an interrupted writer of the same key and sizes left behind, else begins anew. Throws Error when
  /// there is no room, when another process is writing this pack, and when what lies where it is begun is no pack.
  PackWriter(const fs::path& path, const std::string& key, const Shard& shard, int64_t image_bytes,
             AtomicFile::Access access = AtomicFile::Access::kUsual);
  const Shard& shard() const { return shard_; }

  /// The digest under which slot `slot` was put by an earlier writer, or "" when it must be put. Reads the record
  /// and compares its checksum.
  std::string digest_of(int64_t slot) const;
  /// `digest`: 64 hexadecimal digits, what the picture was stored as.
  void put(int64_t slot, const uint8_t* pixels, const std::string& digest);
  /// Writes all but the records; nothing may be put after it. `slots` of this part's pictures, counted from its first;
  /// `labels` their classes. `text` is of this part, its key and shard the writer's own.
  void seal(const PackText& text, const std::vector<uint32_t>& slots, const std::vector<int32_t>& labels);
  /// Makes the sealed pack appear.
  void commit() { file_.commit(); }
  /// What was put so far stays behind for the next writer. Without it the destructor removes every trace.
  void keep_for_later() { file_.keep_for_later(); }

 private:
  AtomicFile file_;
  std::string key_;
  Shard shard_;
  int64_t image_bytes_;
};

/// Makes the pack appear that an earlier PackWriter of this key sealed and kept. Throws Error when it is not there.
void commit_sealed_pack(const fs::path& path, const std::string& key, AtomicFile::Access access);
/// Removes what PackWriters of this key kept of a pack, and nothing else.
void remove_begun_pack(const fs::path& path, const std::string& key);
/// The key of a pack that this user wrote, whole or begun; "" for any other file, for a link too.
std::string key_of_pack(const fs::path& path);

/// A pack that is open. Every record's checksum is compared whenever it is read. It keeps 16 bytes of memory a picture.
/// Any thread may read.
class PackFile {
 public:
  /// Throws Error when the file is no pack, damaged, cut off, unfinished or of another version. `again`: how to make
  /// it again, said in the hint.
  PackFile(const fs::path& path, const std::string& again);
  /// What it says, which it keeps no longer: to be called once.
  PackText take_text() { return std::move(text_); }

  int64_t count() const { return static_cast<int64_t>(slots_.size()); }
  int32_t label(int64_t index) const { return labels_[static_cast<size_t>(index)]; }
  uint64_t checksum(int64_t index) const { return checksums_[static_cast<size_t>(index)]; }
  /// Picture `index` to out[0 .. image_bytes). Throws Error naming a record that is damaged.
  void copy(int64_t index, uint8_t* out) const;
  uint64_t bytes() const { return file_.bytes().size(); }
  const std::string& shown_path() const { return shown_path_; }

 private:
  /// False where they say what cannot be.
  bool take_tables(std::string_view tables, int64_t count, int64_t slots);

  MappedFile file_;
  std::string shown_path_;
  PackText text_;
  size_t image_bytes_ = 0;
  bool is_shard_ = false;
  const uint8_t* pixels_ = nullptr;  // mapped; all else is in memory, where nobody changes it
  std::vector<uint32_t> slots_;      // by picture
  std::vector<int32_t> labels_;
  std::vector<uint64_t> checksums_;
};

/// True if the file begins like a pack, whole or not. A file that cannot be read is none.
bool looks_like_pack(const fs::path& path);

}  // namespace dcgan
