// Decoded pixels kept on disk between runs: one file a set, mapped read-only. Written aside and renamed, so
// that a file is whole or absent; never changed in place.
#pragma once

#include <optional>

#include "dataset/pixels.hpp"

namespace dcgan {

/// Where pixel files live and how much room they may take.
class PixelCache {
 public:
  /// From the options `cache` and `cache_limit`; disabled for "off" or where no home is known.
  explicit PixelCache(const DataOptions& options);
  bool enabled() const { return !folder_.empty(); }
  fs::path path_of(const std::string& key) const { return folder_ / (key.substr(0, 32) + ".pixels"); }
  /// The set kept at `path`, or nothing when there is none that is whole.
  std::unique_ptr<Pixels> find(const fs::path& path) const;
  /// Makes room for `bytes`, removing the files used longest ago. Returns "" or why it cannot be done.
  std::string make_room(uint64_t bytes) const;

 private:
  fs::path folder_;
  uint64_t limit_ = 0;
};

/// Writes one pixel file. Records may be put from several threads, in any order.
class PixelFileWriter {
 public:
  PixelFileWriter(const fs::path& path, int64_t slots, int64_t image_bytes);
  void put(int64_t slot, const uint8_t* pixels);
  /// `valid[i]` is the slot of picture i, `labels[i]` its class. Makes the file appear.
  void finish(const PixelsInfo& info, const std::vector<uint32_t>& valid, const std::vector<int32_t>& labels);

 private:
  AtomicFile file_;
  int64_t slots_, image_bytes_;
};

/// Opens a pixel file. Throws Error when it is not whole or of another version.
std::unique_ptr<Pixels> open_pixel_file(const fs::path& path);

}  // namespace dcgan
