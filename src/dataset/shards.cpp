#include "dataset/shards.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kExtension = ".pack";
constexpr std::string_view kOf = "-of-";
constexpr size_t kDigits = 5;

/// The number that `text` is, -1 if it is anything but kDigits digits.
int64_t number_of(std::string_view text) {
  if (text.size() != kDigits || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return -1;
  return std::stoll(std::string(text));
}

}  // namespace

fs::path shard_path(const fs::path& out, int64_t number, int64_t of) {
  if (of == 1) return out;
  std::string name = out.filename().native();
  const bool extended = name.ends_with(kExtension);
  if (extended) name.resize(name.size() - kExtension.size());
  name += "-" + zero_padded(number, kDigits) + std::string(kOf) + zero_padded(of, kDigits);
  return out.parent_path() / (extended ? name + std::string(kExtension) : name);
}

std::vector<fs::path> shard_paths(const fs::path& out, int64_t of) {
  std::vector<fs::path> paths;
  for (int64_t number = 1; number <= of; ++number) paths.push_back(shard_path(out, number, of));
  return paths;
}

std::optional<ShardName> shard_name(const fs::path& path) {
  std::string name = path.filename().native();
  const bool extended = name.ends_with(kExtension);
  if (extended) name.resize(name.size() - kExtension.size());
  constexpr size_t kTail = 1 + kDigits + kOf.size() + kDigits;
  if (name.size() <= kTail) return std::nullopt;
  const std::string_view tail = std::string_view(name).substr(name.size() - kTail);
  ShardName found;
  found.number = number_of(tail.substr(1, kDigits)), found.of = number_of(tail.substr(kTail - kDigits));
  if (tail[0] != '-' || tail.substr(1 + kDigits, kOf.size()) != kOf) return std::nullopt;
  if (found.number < 1 || found.of < 2 || found.number > found.of) return std::nullopt;
  name.resize(name.size() - kTail);
  found.out = path.parent_path() / (extended ? name + std::string(kExtension) : name);
  return found;
}

std::string command_for(const fs::path& path) {
  const auto named = shard_name(path);
  return "`dcgan data pack DATA --out " +
         (named ? shell_word(named->out.native()) + " --shards " + std::to_string(named->of)
                : shell_word(path.native())) +
         "`";
}

std::vector<fs::path> other_packings(const fs::path& out, int64_t of) {
  std::map<int64_t, fs::path> found;  // by the number of shards
  std::error_code ignored;
  if (of > 1 && fs::exists(out, ignored)) found[1] = out;
  const fs::path folder = parent_of(out);
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (const auto named = shard_name(entry.path()); named && named->of != of)
      if (named->out.filename() == out.filename()) {
        auto& first = found[named->of];
        const fs::path path = out.parent_path() / entry.path().filename();
        if (first.empty() || path < first) first = path;
      }
  std::vector<fs::path> paths;
  for (const auto& [shards, path] : found) paths.push_back(path);
  return paths;
}

}  // namespace dcgan
