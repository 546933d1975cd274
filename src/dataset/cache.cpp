#include "dataset/cache.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

// A pixel file: this header, records of image_bytes from kPixelsAt on, the valid slots (uint32), the labels
// (int32), and JSON with the rest. Little-endian, as every machine that LibTorch runs on.
constexpr char kMagic[8] = {'D', 'C', 'G', 'A', 'N', 'P', 'I', 'X'};
constexpr uint32_t kVersion = 1;
constexpr uint64_t kPixelsAt = 4096;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t reserved;
  uint64_t slots, image_bytes, count, json_bytes;
  char digest[64];  // SHA-256 in hexadecimal of everything behind the pixels

  uint64_t tables_at() const { return kPixelsAt + slots * image_bytes; }
  uint64_t tables_bytes() const { return count * 8 + json_bytes; }
};

class MappedPixels : public Pixels {
 public:
  explicit MappedPixels(const fs::path& path) : file_(path) {
    const auto bytes = file_.bytes();
    const auto refuse = [&](const char* why) {
      throw Error("the pixel file '" + shown(path) + "' " + why, "remove it; it is made anew");
    };
    if (bytes.size() < kPixelsAt) refuse("is cut off");
    std::memcpy(&header_, bytes.data(), sizeof header_);
    if (std::memcmp(header_.magic, kMagic, sizeof kMagic) != 0) refuse("is of another kind");
    if (header_.version != kVersion) refuse("is of another version");
    constexpr uint64_t kMost = uint64_t{1} << 40;
    const bool possible = header_.slots < kMost && header_.count <= header_.slots && header_.json_bytes < kMost &&
                          header_.image_bytes > 0 && header_.image_bytes < kMost &&
                          header_.slots <= (uint64_t{1} << 60) / header_.image_bytes;
    if (!possible || header_.tables_at() + header_.tables_bytes() != bytes.size()) refuse("is cut off");
    const uint8_t* tables = bytes.data() + header_.tables_at();
    if (sha256_hex({reinterpret_cast<const char*>(tables), header_.tables_bytes()}) !=
        std::string_view(header_.digest, 64))
      refuse("is damaged");
    pixels_ = bytes.data() + kPixelsAt;
    valid_.resize(header_.count), labels_.resize(header_.count);
    std::memcpy(valid_.data(), tables, header_.count * 4);
    std::memcpy(labels_.data(), tables + header_.count * 4, header_.count * 4);
    read_info({reinterpret_cast<const char*>(tables + header_.count * 8), header_.json_bytes}, path);
    for (const uint32_t slot : valid_)
      if (slot >= header_.slots) refuse("is damaged");
    if (info_.image_bytes() != static_cast<int64_t>(header_.image_bytes)) refuse("is damaged");
  }

  void copy(int64_t index, uint8_t* out) const override {
    std::memcpy(out, pixels_ + uint64_t{valid_[static_cast<size_t>(index)]} * header_.image_bytes, header_.image_bytes);
  }
  int32_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  bool decodes() const override { return false; }

 private:
  void read_info(std::string_view text, const fs::path& path) {
    const std::string origin = shown(path);
    const Json json = parse_json(text, origin);
    info_.size = {required<int64_t>(json, "width", origin), required<int64_t>(json, "height", origin)};
    info_.channels = required<int64_t>(json, "channels", origin);
    info_.count = static_cast<int64_t>(header_.count);
    info_.classes = required<std::vector<std::string>>(json, "classes", origin);
    info_.identity = required<std::string>(json, "identity", origin);
    for (const auto& entry : required<Json>(json, "skipped", origin))
      info_.skipped.push_back(
          {required<std::string>(entry, "name", origin), required<std::string>(entry, "reason", origin)});
  }

  MappedFile file_;
  Header header_{};
  const uint8_t* pixels_ = nullptr;
  std::vector<uint32_t> valid_;
  std::vector<int32_t> labels_;
};

}  // namespace

std::unique_ptr<Pixels> open_pixel_file(const fs::path& path) { return std::make_unique<MappedPixels>(path); }

PixelFileWriter::PixelFileWriter(const fs::path& path, int64_t slots, int64_t image_bytes)
    : file_(path), slots_(slots), image_bytes_(image_bytes) {
  file_.reserve(kPixelsAt + static_cast<uint64_t>(slots * image_bytes));
}

void PixelFileWriter::put(int64_t slot, const uint8_t* pixels) {
  file_.write_at(pixels, static_cast<size_t>(image_bytes_), kPixelsAt + static_cast<uint64_t>(slot * image_bytes_));
}

void PixelFileWriter::finish(const PixelsInfo& info, const std::vector<uint32_t>& valid,
                             const std::vector<int32_t>& labels) {
  Json skipped = Json::array();
  for (const auto& one : info.skipped) skipped.push_back({{"name", one.name}, {"reason", one.reason}});
  std::vector<std::string> classes;
  for (const auto& name : info.classes) classes.push_back(printable(name));
  const std::string json = compact({{"width", info.size.width},
                                    {"height", info.size.height},
                                    {"channels", info.channels},
                                    {"classes", classes},
                                    {"identity", info.identity},
                                    {"skipped", skipped}});
  std::string tables(reinterpret_cast<const char*>(valid.data()), valid.size() * 4);
  tables.append(reinterpret_cast<const char*>(labels.data()), labels.size() * 4);
  tables += json;
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.slots = static_cast<uint64_t>(slots_), header.image_bytes = static_cast<uint64_t>(image_bytes_);
  header.count = valid.size(), header.json_bytes = json.size();
  std::memcpy(header.digest, sha256_hex(tables).data(), sizeof header.digest);
  file_.write_at(tables.data(), tables.size(), header.tables_at());
  file_.write_at(&header, sizeof header, 0);
  file_.commit();
}

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

std::unique_ptr<Pixels> PixelCache::find(const fs::path& path) const {
  std::error_code ignored;
  if (!enabled() || !fs::exists(path, ignored)) return nullptr;
  try {
    auto pixels = open_pixel_file(path);
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);  // used now: goes last
    return pixels;
  } catch (const Error&) {
    return nullptr;  // it is made anew
  }
}

std::string PixelCache::make_room(uint64_t bytes) const {
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
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().extension() == ".pixels") {
      all.push_back({entry.last_write_time(ignored), entry.path(), entry.file_size(ignored)});
      total += all.back().bytes;
    }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.used < b.used; });
  for (const auto& kept : all) {
    if (total <= limit_) break;
    if (fs::remove(kept.path, ignored)) total -= kept.bytes;
  }
  const int64_t free = free_disk(folder_);
  if (free >= 0 && static_cast<uint64_t>(free) < bytes + bytes / 20)
    return "only " + bytes_text(double(free)) + " are free there, " + bytes_text(double(bytes)) + " are needed";
  return "";
}

}  // namespace dcgan
