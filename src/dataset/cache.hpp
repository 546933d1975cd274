// Decoded pixels kept on disk between runs: a folder of packs, one a set and way of fitting it.
#pragma once

#include "dataset/pack.hpp"

namespace dcgan {

/// Where pixel files live and how much room they may take.
class PixelCache {
 public:
  /// From the options `cache` and `cache_limit`; disabled for "off" or where no home is known.
  explicit PixelCache(const DataOptions& options);
  bool enabled() const { return !folder_.empty(); }
  fs::path path_of(const std::string& key) const { return folder_ / (key.substr(0, 32) + ".pack"); }
  /// Where features of a set's pictures lie (eval/real_side). They take room as packs do.
  fs::path features_path_of(const std::string& key) const { return folder_ / (key.substr(0, 32) + ".features"); }
  /// The set kept at `path`, or nothing when there is none that is whole.
  std::unique_ptr<Pack> find(const fs::path& path) const;
  /// Makes room for `bytes` at `path`, removing the files used longest ago. What an interrupted decoding left there
  /// stays. Returns "" or why it cannot be done.
  std::string make_room(uint64_t bytes, const fs::path& path) const;

 private:
  fs::path folder_;
  uint64_t limit_ = 0;
};

}  // namespace dcgan
