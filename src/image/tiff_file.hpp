// One TIFF in memory, opened by libtiff, and what its first directory says of its samples. Not for their values
// (image/tiff).
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "image/conversion.hpp"

namespace dcgan {

/// Not thread safe; several in several threads are.
class TiffFile {
 public:
  /// `bytes` must outlive it. Where it cannot be opened, get() is null and `problem` says why.
  explicit TiffFile(std::string_view bytes);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() const { return tiff_.get(); }
  /// libtiff's last words in this thread since the file was opened.
  static std::string problem();

  /// A number of one value, or what it is without the tag.
  uint16_t short_or(uint32_t tag, uint16_t otherwise) const;
  uint32_t long_or(uint32_t tag, uint32_t otherwise) const;
  bool has(uint32_t tag) const;

 private:
  struct Bytes {
    std::string_view all;
    size_t at = 0;
  };
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };
  Bytes bytes_;
  std::unique_ptr<TIFF, Close> tiff_;
};

enum class TiffAlpha { kNone, kStraight, kMultiplied };

struct TiffLayout {
  int64_t width = 0, height = 0;
  int bits = 1;      // a sample
  int samples = 1;   // a pixel
  int colours = 1;   // of those: 1 gray or palette, 3, or 4 inks
  int alpha_at = 0;  // which sample is alpha
  TiffAlpha alpha = TiffAlpha::kNone;
  uint16_t photometric = 0;
  bool is_told = true;   // there is a PhotometricInterpretation,
  bool is_known = true;  // or no reader wants one
  uint16_t compression = 1;
  bool is_separate = false;  // a plane a sample
  bool is_tiled = false;
  bool is_ycbcr = false;  // still, when libtiff has undone the compression: what is no JPEG data
  bool tells_blocks = true;
  int across = 1, down = 1;  // of those, pixels that share a colour: their samples come in blocks
  int64_t part_width = 0, part_height = 0;
  std::string damage;                      // why it cannot be read,
  std::string unread_kind;                 // or what it is that is not read,
  Converter converter = Converter::kNone;  // and what converts that
};

/// Settles how JPEG data come, too: as RGB.
TiffLayout layout_of(const TiffFile& file);

}  // namespace dcgan
