// A set in several packs: which part each holds, and how their files are called. Not for reading or writing them
// (dataset/pack, dataset/pack_set).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/platform/io/file.hpp"

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
constexpr int64_t kMostShards = 10000;

/// "faces.pack" in 4 shards: "faces-00001-of-00004.pack" to "faces-00004-of-00004.pack"; in one: itself.
fs::path shard_path(const fs::path& out, int64_t number, int64_t of);
std::vector<fs::path> shard_paths(const fs::path& out, int64_t of);

/// What the name of a shard says.
struct ShardName {
  fs::path out;  // of the whole set: "faces.pack"
  int64_t number = 1, of = 1;
};
/// Nothing when the file is not called as a shard is.
std::optional<ShardName> shard_name(const fs::path& path);

/// The command that makes the pack or shard at `path` again.
std::string command_for(const fs::path& path);

/// Packs that another number of shards left beside those of `out` in `of`: of each set one file.
std::vector<fs::path> other_packings(const fs::path& out, int64_t of);

}  // namespace dcgan
