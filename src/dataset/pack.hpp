// A pack: the pixels of a set, or of one part of it, in one file, mapped read-only. The cache of decoded pixels and
// what `dcgan data pack` writes are packs. Written aside and renamed, so that a pack is whole or absent; never changed
// in place. A writing that was interrupted goes on where it stopped. Not for what makes a set of several
// (dataset/pack_set).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/digest.hpp"
#include "core/json.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "dataset/pixels.hpp"
#include "dataset/shards.hpp"

namespace dcgan {

/// What a pack says of one record.
struct PackEntry {
  DigestBytes digest;  // SHA-256 of what the picture was stored as; zeros where it could not be used
  uint64_t checksum;   // XXH3 of the record
};
static_assert(sizeof(PackEntry) == 40);

/// Where a pack's pixels came from; all of it is for people and for warnings.
struct PackOrigin {
  std::string key;    // SHA-256 over everything that the pixels depend on
  std::string data;   // the path of DATA, absolute; empty in the cache
  std::string stamp;  // Source::stamp when it was packed
  Json options;       // the DataOptions that shaped the pixels
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
  /// Writes all but the records; nothing may be put after it. It is told of the whole set and takes its part:
  /// `valid[i]` is the slot of picture i, `labels[i]` its class, and `info` names the pictures of all other slots as
  /// skipped.
  void seal(const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
            const std::vector<int32_t>& labels);
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
class Pack : public Pixels {
 public:
  /// Throws Error when the file is no pack, damaged, cut off, unfinished or of another version.
  explicit Pack(const fs::path& path);
  void copy(int64_t index, uint8_t* out) const override;
  int32_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  uint64_t content(int64_t index) const override { return checksums_[static_cast<size_t>(index)]; }
  bool decodes() const override { return false; }
  const PackOrigin& origin() const { return origin_; }
  const Shard& shard() const { return shard_; }
  const std::string& shown_path() const { return shown_path_; }
  uint64_t bytes() const { return file_.bytes().size(); }
  /// Names of classes, skipped pictures and the origin take no memory any more: somebody else has them.
  void forget_names();

 private:
  /// False where they say what cannot be.
  bool take_tables(std::string_view tables, int64_t slots);
  void read_json(std::string_view text);

  MappedFile file_;
  std::string shown_path_;
  PackOrigin origin_;
  Shard shard_;
  const uint8_t* pixels_ = nullptr;  // mapped; all else is in memory, where nobody changes it
  std::vector<uint32_t> slots_;      // by picture
  std::vector<int32_t> labels_;
  std::vector<uint64_t> checksums_;
};

/// True if the file begins like a pack, whole or not. A file that cannot be read is none.
bool looks_like_pack(const fs::path& path);

}  // namespace dcgan
