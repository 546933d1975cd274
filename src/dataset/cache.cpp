#include "dataset/cache.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/platform/io/private_folder.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "formats/checkpoint_file.hpp"

namespace dcgan {
namespace {

constexpr size_t kKeyDigits = 32;  // of a key that names a file
constexpr std::string_view kPack = ".pack", kFeatures = ".features";

/// The digits of the key that a file of the cache is called by; "" for any other name.
std::string digits_in(const std::string& name, std::string_view ending) {
  if (name.size() != kKeyDigits + ending.size() || !name.ends_with(ending)) return "";
  const std::string digits = name.substr(0, kKeyDigits);
  return digits.find_first_not_of("0123456789abcdef") == std::string::npos ? digits : "";
}

/// True for what this program wrote into a cache: called so, of this user, and what it is called.
bool is_kept_file(const fs::path& path) {
  const std::string name = path.filename().native();
  const std::string begun = begun_file_of("").filename().native();
  const std::string of_pack = digits_in(name.starts_with(begun) ? name.substr(begun.size()) : name, kPack);
  try {
    if (!of_pack.empty()) return key_of_pack(path).starts_with(of_pack);
    return !digits_in(name, kFeatures).empty() && is_own_file(path) && looks_like_archive(path);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;  // gone, or not to be read
  }
}

struct Kept {
  fs::file_time_type used;
  fs::path path;
  uint64_t bytes;
};

}  // namespace

PixelCache::PixelCache(const DataOptions& options) : limit_(static_cast<uint64_t>(options.cache_limit * 1e9)) {
  if (options.cache == "off") return;
  if (options.cache != "auto") {
    folder_ = without_slash(options.cache);
  } else if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    folder_ = fs::path(cache) / "dcgan";
  } else if (const std::string home = environment("HOME"); !home.empty()) {
    folder_ = fs::path(home) / ".cache" / "dcgan";
  }
  is_named_ = options.cache != "auto";
}

std::string PixelCache::problem() const { return problem_of_private_folder(folder_, !is_named_); }

fs::path PixelCache::path_of(const std::string& key) const {
  return folder_ / (key.substr(0, kKeyDigits) + std::string(kPack));
}
fs::path PixelCache::features_path_of(const std::string& key) const {
  return folder_ / (key.substr(0, kKeyDigits) + std::string(kFeatures));
}

bool PixelCache::holds(const fs::path& path) const { return enabled() && problem().empty() && is_kept_file(path); }

std::unique_ptr<Pack> PixelCache::find(const std::string& key) const {
  const fs::path path = path_of(key);
  if (!holds(path)) return nullptr;
  try {
    auto pack = std::make_unique<Pack>(path);
    if (pack->origin().key != key || pack->shard().of != 1 || pack->info().count == 0) return nullptr;
    mark_used(path);  // used now: goes last
    return pack;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return nullptr;  // it is made anew
  }
}

std::string PixelCache::make_room(uint64_t bytes, const fs::path& path) const {
  if (bytes > limit_)
    return bytes_text(double(bytes)) + " of pixels are more than --cache-limit " + bytes_text(double(limit_));
  try {
    make_private_folder(folder_);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return error.what();
  }
  if (const std::string unsafe = problem(); !unsafe.empty()) return unsafe;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored)) && !is_own_file(path))
    return "'" + shown(path) + "' stands in the way, and does not belong to dcgan";
  remove_leftovers(folder_);
  std::vector<Kept> all;
  uint64_t total = bytes;
  const fs::path begun = begun_file_of(path);
  const uint64_t begun_bytes = is_own_file(begun) ? fs::file_size(begun, ignored) : 0;
  for (auto entry = fs::directory_iterator(folder_, ignored); !ignored && entry != fs::directory_iterator();
       entry.increment(ignored)) {
    if (entry->path() == begun || !is_kept_file(entry->path())) continue;
    std::error_code gone;
    const uint64_t size = entry->file_size(gone);
    if (gone) continue;
    total += size;
    if (!is_locked(entry->path())) all.push_back({entry->last_write_time(gone), entry->path(), size});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.used < b.used; });
  for (const auto& kept : all) {
    if (total <= limit_) break;
    if (fs::remove(kept.path, ignored)) total -= kept.bytes;
  }
  if (total > limit_) return "other processes are filling the " + bytes_text(double(limit_)) + " of --cache-limit";
  const int64_t free = free_disk(folder_);
  if (free >= 0 && static_cast<uint64_t>(free) + begun_bytes < bytes + bytes / 20)
    return "only " + bytes_text(double(free)) + " are free there, " + bytes_text(double(bytes)) + " are needed";
  return "";
}

}  // namespace dcgan
