// The packs of one set, read and written as if they were one. A set of one pack is that pack.
#pragma once

#include "dataset/pack.hpp"

namespace dcgan {

/// A set that is open, whole: the same pictures in the same order as if they lay in one pack.
class PackSet : public Pixels {
 public:
  /// `path` is a pack, or any shard of a set. Throws Error that names the shard that is missing, damaged or of another
  /// set.
  explicit PackSet(const fs::path& path);
  void copy(int64_t index, uint8_t* out) const override;
  int32_t label(int64_t index) const override;
  uint64_t content(int64_t index) const override;
  bool decodes() const override { return false; }
  const PackOrigin& origin() const { return origin_; }
  int64_t shards() const { return static_cast<int64_t>(packs_.size()); }
  /// Of all files.
  uint64_t bytes() const { return bytes_; }

 private:
  std::unique_ptr<Pack> another(const fs::path& path, const Shard& shard) const;
  void add(std::unique_ptr<Pack> pack);
  /// The pack that holds picture `index`, and the number of the picture there.
  std::pair<const Pack&, int64_t> find(int64_t index) const;

  const std::string shown_path_;
  std::vector<std::unique_ptr<Pack>> packs_;
  std::vector<int64_t> ends_;  // pictures up to the end of each pack
  PackOrigin origin_;
  uint64_t bytes_ = 0;
};

/// True if the data that it was packed from are there and have changed since. `pictures`: how many files it was made
/// of; no more are looked for.
bool is_stale(const PackOrigin& origin, int64_t pictures);

/// Files that a set was made of, used or not.
inline int64_t slots_of(const PixelsInfo& info) { return info.count + static_cast<int64_t>(info.skipped.size()); }

/// Writes the packs of a set. One is open at a time, however many there are.
class PackSetWriter {
 public:
  /// Takes up what an interrupted writer of the same set left behind, else begins anew. Throws Error when there is no
  /// room for all, and Busy as PackWriter does: that guards a single pack; of several only one process may be at them.
  PackSetWriter(std::vector<fs::path> paths, const std::string& key, int64_t slots, int64_t image_bytes,
                AtomicFile::Access access = AtomicFile::Access::kUsual);
  /// Without keep_for_later or finish it removes every trace, unless a shard was whole before.
  ~PackSetWriter();
  PackSetWriter(const PackSetWriter&) = delete;
  PackSetWriter& operator=(const PackSetWriter&) = delete;

  int64_t shards() const { return static_cast<int64_t>(paths_.size()); }
  /// The writer of one shard, from 1 on; the one before is closed.
  PackWriter& open(int64_t number);
  /// As seal() of each. Makes all packs appear, the first one last.
  void finish(const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
              const std::vector<int32_t>& labels);
  void keep_for_later() { kept_ = true; }

 private:
  void take_back(int64_t number);
  void close();

  const std::vector<fs::path> paths_;
  const std::string key_;
  const int64_t slots_, image_bytes_;
  const AtomicFile::Access access_;
  std::vector<int64_t> begun_;  // shards that this writer opened
  std::unique_ptr<PackWriter> open_;
  bool kept_ = false;
};

}  // namespace dcgan
