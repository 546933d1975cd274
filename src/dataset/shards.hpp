// A set in several packs: how their files are called. Which part each holds is a Shard (formats/pack_file). Not for
// reading or writing them (dataset/pack, dataset/pack_set).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/platform/io/file.hpp"
#include "formats/pack_file.hpp"

namespace dcgan {

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
