// A pack as pictures. The cache of decoded pixels and what `dcgan data pack` writes are packs. Not for its bytes
// (formats/pack_file), nor for what makes a set of several (dataset/pack_set).
#pragma once

#include <string>
#include <vector>

#include "dataset/pixels.hpp"
#include "dataset/shards.hpp"
#include "formats/pack_file.hpp"

namespace dcgan {

/// Seals the pack of one part of a set. It is told of the whole set and takes its part: `valid[i]` is the slot of
/// picture i, `labels[i]` its class, and `info` names the pictures of all other slots as skipped.
void seal(PackWriter& writer, const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
          const std::vector<int32_t>& labels);

/// A pack that is open. Every record's checksum is compared whenever it is read. It keeps 16 bytes of memory a picture.
class Pack : public Pixels {
 public:
  /// Throws Error when the file is no pack, damaged, cut off, unfinished or of another version.
  explicit Pack(const fs::path& path);
  void copy(int64_t index, uint8_t* out) const override { file_.copy(index, out); }
  int32_t label(int64_t index) const override { return file_.label(index); }
  uint64_t content(int64_t index) const override { return file_.checksum(index); }
  bool decodes() const override { return false; }
  const PackOrigin& origin() const { return origin_; }
  const Shard& shard() const { return shard_; }
  const std::string& shown_path() const { return file_.shown_path(); }
  uint64_t bytes() const { return file_.bytes(); }
  /// Names of classes, skipped pictures and the origin take no memory any more: somebody else has them.
  void forget_names();

 private:
  PackFile file_;
  PackOrigin origin_;
  Shard shard_;
};

}  // namespace dcgan
