#include "dataset/cache.hpp"

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {
PixelCache::PixelCache(const DataOptions& options) : limit_(static_cast<uint64_t>(options.cache_limit * 1e9)) {
  if (options.cache == "off") return;
  if (options.cache != "auto") {
    folder_ = options.cache;
  } else if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    folder_ = fs::path(cache) / "dcgan";
  } else if (const std::string home = environment("HOME"); !home.empty()) {
    folder_ = fs::path(home) / ".cache" / "dcgan";
  }
}

std::unique_ptr<Pack> PixelCache::find(const fs::path& path) const {
  std::error_code ignored;
  if (!enabled() || !fs::exists(path, ignored)) return nullptr;
  try {
    auto pack = std::make_unique<Pack>(path);
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);  // used now: goes last
    return pack;
  } catch (const Error&) {
    return nullptr;  // it is made anew
  }
}

std::string PixelCache::make_room(uint64_t bytes, const fs::path& path) const {
  if (bytes > limit_)
    return bytes_text(double(bytes)) + " of pixels are more than --cache-limit " + bytes_text(double(limit_));
  try {
    make_directories(folder_);
  } catch (const Error& error) {
    return error.what();
  }
  remove_leftovers(folder_);
  struct Kept {
    fs::file_time_type used;
    fs::path path;
    uint64_t bytes;
  };
  std::vector<Kept> all;
  uint64_t total = bytes;
  std::error_code ignored;
  const fs::path begun = begun_file_of(path);
  const uint64_t begun_bytes = fs::exists(begun, ignored) ? fs::file_size(begun, ignored) : 0;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const auto extension = entry.path().extension();
    const bool is_kept =
        extension == ".pack" || extension == ".features" || extension == ".pixels";  // of versions before packs
    if (!is_kept || entry.path() == begun) continue;
    total += entry.file_size(ignored);
    if (!is_locked(entry.path()))
      all.push_back({entry.last_write_time(ignored), entry.path(), entry.file_size(ignored)});
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
