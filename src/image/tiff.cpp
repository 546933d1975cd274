#include "image/tiff.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace dcgan {
namespace {

enum Tag : uint32_t {
  kWidth = 256,
  kHeight = 257,
  kBits = 258,
  kCompression = 259,
  kPhotometric = 262,
  kStripOffsets = 273,
  kSamples = 277,
  kRowsPerStrip = 278,
  kStripBytes = 279,
  kPlanar = 284,
  kTileWidth = 322,
  kTileHeight = 323,
  kTileOffsets = 324,
  kTileBytes = 325
};
enum Type : uint32_t { kByte = 1, kShort = 3, kLong = 4 };

/// Those whose libtiff takes memory by the picture's size: not LZMA, whose header asks for any amount, JBIG, whose
/// header has sides of its own, nor what no camera and no program of today writes.
constexpr uint32_t kCompressions[] = {1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946, 50000, 50001};

/// The first image file directory.
class Directory {
 public:
  explicit Directory(std::string_view bytes) : bytes_(bytes), is_little_(bytes[0] == 'I') { read(); }

  const std::string& problem() const { return problem_; }
  bool has(Tag tag) const { return entries_.count(tag) > 0; }
  /// Its only value, or the first of several where they are given inside or outside of the directory.
  uint32_t value(Tag tag, uint32_t otherwise, bool may_be_several = false) {
    const auto found = entries_.find(tag);
    if (found == entries_.end()) return otherwise;
    const size_t entry = found->second;
    const uint32_t type = number(entry + 2, 2), count = number(entry + 4, 4);
    const size_t width = type == kByte ? 1 : type == kShort ? 2 : type == kLong ? 4 : 0;
    if (width == 0 || count == 0 || (count > 1 && !may_be_several)) {
      problem_ = "the TIFF tag " + std::to_string(tag) + " is no number";
      return otherwise;
    }
    return number(count <= 4 / width ? entry + 8 : number(entry + 8, 4), static_cast<int>(width));
  }

 private:
  void read() {
    const size_t at = number(4, 4);
    if (at + 2 > bytes_.size()) return void(problem_ = "the TIFF directory lies outside of the file");
    const size_t count = number(at, 2);
    if (at + 2 + 12 * count > bytes_.size()) return void(problem_ = "the TIFF directory is cut off");
    for (size_t i = 0; i < count; ++i) {
      const size_t entry = at + 2 + 12 * i;
      const uint32_t tag = number(entry, 2);
      const bool is_baseline = tag >= 254 && tag <= 400;
      if (!entries_.emplace(tag, entry).second && is_baseline)
        return void(problem_ = "the TIFF has two tags " + std::to_string(tag));
    }
  }
  uint32_t number(size_t at, int count) const {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const size_t from = at + static_cast<size_t>(is_little_ ? count - 1 - i : i);
      value = value << 8 | (from < bytes_.size() ? static_cast<uint8_t>(bytes_[from]) : 0u);
    }
    return value;
  }

  std::string_view bytes_;
  bool is_little_;
  std::map<uint32_t, size_t> entries_;
  std::string problem_;
};

}  // namespace

void probe_tiff(std::string_view bytes, Probe& probe) {
  Directory tags(bytes);
  constexpr int64_t kMostParts = 1 << 16;
  probe.width = tags.value(kWidth, 0), probe.height = tags.value(kHeight, 0);
  probe.bits = static_cast<int>(tags.value(kBits, 8, true));
  const uint32_t photometric = tags.value(kPhotometric, 2), samples = tags.value(kSamples, 1);
  const uint32_t compression = tags.value(kCompression, 1);
  const bool is_tiled = tags.has(kTileWidth) || tags.has(kTileHeight);
  const int64_t part_width = is_tiled ? tags.value(kTileWidth, 0) : probe.width;
  const int64_t part_height =
      is_tiled ? tags.value(kTileHeight, 0) : std::min<int64_t>(tags.value(kRowsPerStrip, UINT32_MAX), probe.height);
  probe.gray = photometric <= 1;
  probe.alpha = samples == (probe.gray ? 2u : 4u) && photometric != 5;
  probe.mode = probe.gray ? "gray" : photometric == 3 ? "palette" : photometric == 5 ? "CMYK" : "RGB";
  if (!tags.problem().empty()) return void(probe.problem = tags.problem());
  if (probe.width == 0 || probe.height == 0) return void(probe.problem = "the TIFF header does not tell its size");
  if (part_width == 0 || part_height == 0 || probe.bits > 64 || samples > 16)
    return void(probe.problem = "the TIFF header is damaged");
  if (std::find(std::begin(kCompressions), std::end(kCompressions), compression) == std::end(kCompressions))
    return void(probe.problem = "TIFF compression " + std::to_string(compression) + " is not read; save it as PNG");
  const int64_t across = (probe.width + part_width - 1) / part_width;
  const int64_t down = (probe.height + part_height - 1) / part_height;
  if (across > kMostParts || down > kMostParts || across * down > kMostParts)
    return void(probe.problem = "the TIFF is cut into more than 65,536 parts");
  // A part is decoded twice: as it is stored, and as pixels of four bytes.
  const double part = static_cast<double>(part_width) * static_cast<double>(part_height);
  probe.working_bytes = static_cast<int64_t>(std::min(part * (4 + samples * ((probe.bits + 7) / 8)), 1e18));
}

}  // namespace dcgan
