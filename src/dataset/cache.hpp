// Decoded pixels kept on disk between runs: a folder of packs, one a set and way of fitting it. It belongs to one user,
// as the pictures do: the folder is open to nobody else, nor is any file in it; and nothing is believed or removed
// there that this program did not make.
#pragma once

#include "dataset/pack.hpp"

namespace dcgan {

/// Where pixel files live and how much room they may take.
class PixelCache {
 public:
  /// What is written there is open to nobody else, however open the pictures are.
  static constexpr AtomicFile::Access kAccess = AtomicFile::Access::kOwner;

  /// From the options `cache` and `cache_limit`; disabled for "off" or where no home is known.
  explicit PixelCache(const DataOptions& options);
  bool enabled() const { return !folder_.empty(); }
  /// Where the pack of this key lies.
  fs::path path_of(const std::string& key) const;
  /// Where features of a set's pictures lie (eval/real_side). They take room as packs do.
  fs::path features_path_of(const std::string& key) const;
  /// Whether a file of this program lies there that may be looked at.
  bool holds(const fs::path& path) const;
  /// The set kept under this key, or nothing when there is none that is whole and says that it is of this key.
  std::unique_ptr<Pack> find(const std::string& key) const;
  /// Makes room for `bytes` at `path`, removing the files used longest ago. What an interrupted decoding left there
  /// stays. Returns "" or why it cannot be done.
  std::string make_room(uint64_t bytes, const fs::path& path) const;

 private:
  /// Why nothing may be kept in the folder, or "".
  std::string problem() const;

  fs::path folder_;
  bool is_named_ = false;
  uint64_t limit_ = 0;
};

}  // namespace dcgan
