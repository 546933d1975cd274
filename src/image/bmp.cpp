#include "image/bmp.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/text.hpp"
#include "image/bytes.hpp"

namespace dcgan {
namespace {

enum Compression : uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kJpeg = 4, kPng = 5, kMasksAndAlpha = 6 };
constexpr size_t kFileHeader = 14, kCoreHeader = 12, kInfoHeader = 40;

struct Header {
  size_t bytes = 0;  // of the second header
  int64_t width = 0, height = 0;
  bool from_the_top = false;
  uint32_t bits = 0;  // a pixel
  uint32_t compression = kPlain;
  size_t pixels_at = 0;
  uint32_t colours_used = 0;         // of the palette; 0: all
  uint32_t masks[4] = {0, 0, 0, 0};  // red, green, blue, alpha

  /// OS/2's second header has numbers of its own for compressions.
  bool is_os2() const {
    return bytes != kCoreHeader && bytes != kInfoHeader && bytes != 52 && bytes != 56 && bytes != 108 && bytes != 124;
  }
  bool holds(Compression whole_file) const { return compression == whole_file && !is_os2(); }
  bool has_masks() const { return (compression == kMasks || compression == kMasksAndAlpha) && !is_os2(); }
};

Header header_of(std::string_view b) {
  Header h;
  h.bytes = little_endian(b, 14, 4);
  h.pixels_at = little_endian(b, 10, 4);
  const bool is_core = h.bytes == kCoreHeader;
  const auto side = [&](size_t at) { return int64_t{static_cast<int32_t>(little_endian(b, at, 4))}; };
  h.width = is_core ? int64_t{little_endian(b, 18, 2)} : side(18);
  const int64_t height = is_core ? int64_t{little_endian(b, 20, 2)} : side(22);
  h.height = std::abs(height), h.from_the_top = height < 0;
  h.bits = little_endian(b, is_core ? 24 : 28, 2);
  if (!is_core) h.compression = little_endian(b, 30, 4);
  if (h.bytes >= kInfoHeader) h.colours_used = little_endian(b, 46, 4);
  if (h.has_masks()) {
    // They follow the header of 40 bytes, and are part of longer ones: at the same place. Only longer ones, and one
    // number of a compression, have one for alpha.
    const size_t count = h.bytes >= 56 || h.compression == kMasksAndAlpha ? 4 : 3;
    for (size_t i = 0; i < count; ++i) h.masks[i] = little_endian(b, kFileHeader + kInfoHeader + 4 * i, 4);
  } else if (h.bits == 16) {
    h.masks[0] = 0x7C00, h.masks[1] = 0x03E0, h.masks[2] = 0x001F;
  } else if (h.bits >= 24) {
    h.masks[0] = 0xFF0000, h.masks[1] = 0x00FF00, h.masks[2] = 0x0000FF;  // the fourth byte is spare
  }
  return h;
}

bool is_masked(const Header& h) {
  return (h.bits == 16 || h.bits == 24 || h.bits == 32) && (h.compression == kPlain || h.has_masks());
}

bool is_plain_palette(const Header& h) {
  return (h.bits == 1 || h.bits == 2 || h.bits == 4 || h.bits == 8) && h.compression == kPlain;
}

/// What is sound and not read; "" for the rest.
std::string unread_kind(const Header& h) {
  const bool is_run_length = (h.compression == kRle8 && h.bits == 8) || (h.compression == kRle4 && h.bits == 4);
  if (h.holds(kJpeg)) return "a JPEG inside of a BMP";
  if (h.holds(kPng)) return "a PNG inside of a BMP";
  if (!is_masked(h) && !is_plain_palette(h) && !is_run_length)
    return "a BMP of " + std::to_string(h.bits) + " bits and compression " + std::to_string(h.compression);
  for (const uint32_t mask : h.masks)
    if (mask != 0 && !std::has_single_bit((uint64_t{mask} >> std::countr_zero(mask)) + 1))
      return "a BMP with gaps in its masks";
  return "";
}

/// One channel of a pixel, brought to 0 to 255.
struct Channel {
  explicit Channel(uint32_t m) : mask(m), shift(m == 0 ? 0 : std::countr_zero(m)), most(m >> shift) {}
  uint8_t of(uint32_t pixel) const { return most == 0 ? 0 : to_eight_bits((pixel & mask) >> shift, most); }
  uint32_t mask;
  int shift;
  uint32_t most;
};

/// Bytes from one row to the next. Throws when rows are missing.
size_t checked_row_bytes(std::string_view bytes, const Header& h) {
  const size_t bits = static_cast<size_t>(h.width) * h.bits, row = (bits + 31) / 32 * 4;
  const auto rows = static_cast<size_t>(h.height);
  if (h.pixels_at > bytes.size() || row * (rows - 1) + (bits + 7) / 8 > bytes.size() - h.pixels_at)
    throw Error("damaged BMP: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) + " of " +
                with_commas(static_cast<int64_t>(h.pixels_at + row * rows)) + " bytes");
  return row;
}

/// Many programs have a mask for alpha and write zeros there.
void drop_unused_alpha(Image& image) {
  const size_t size = image.pixels.size();
  for (size_t i = 3; i < size; i += 4)
    if (image.pixels[i] != 0) return;
  for (size_t from = 0, to = 0; from < size; ++from)
    if (from % 4 != 3) image.pixels[to++] = image.pixels[from];
  image.channels = 3;
  image.pixels.resize(size / 4 * 3);
}

}  // namespace

void probe_bmp(std::string_view b, Probe& p) {
  if (b.size() < 30) return void(p.problem = "the BMP header is cut off");
  const Header h = header_of(b);
  p.width = h.width, p.height = h.height;
  p.alpha = h.masks[3] != 0;
  p.mode = h.bits <= 8 ? "palette" : p.alpha ? "RGBA" : "RGB";
  if (const std::string kind = unread_kind(h); !kind.empty())
    refuse_kind(p, kind,
                h.holds(kJpeg)  ? Converter::kJpegInBmp
                : h.holds(kPng) ? Converter::kPngInBmp
                                : Converter::kSaveAgain);
}

bool is_masked_bmp(std::string_view bytes) { return is_masked(header_of(bytes)); }

bool is_plain_palette_bmp(std::string_view bytes) { return is_plain_palette(header_of(bytes)); }

Image decode_palette_bmp(std::string_view bytes) {
  const Header h = header_of(bytes);
  const size_t row = checked_row_bytes(bytes, h);
  // Of OS/2's first header entries have three bytes. What lies between them and the pixels is none.
  const size_t entry = h.bytes == kCoreHeader ? 3 : 4, palette_at = kFileHeader + h.bytes;
  const size_t behind = h.pixels_at > palette_at ? (h.pixels_at - palette_at) / entry : size_t{1} << h.bits;
  const size_t used = h.colours_used == 0 ? behind : std::min<size_t>(behind, h.colours_used);
  Image image(h.width, h.height, 3);
  for (int64_t y = 0; y < h.height; ++y) {
    const size_t at = h.pixels_at + row * static_cast<size_t>(h.from_the_top ? y : h.height - 1 - y);
    for (int64_t x = 0; x < h.width; ++x) {
      const size_t bit = static_cast<size_t>(x) * h.bits;
      const uint32_t index = big_endian(bytes, at + bit / 8, 1) >> (8 - h.bits - bit % 8) & ((1u << h.bits) - 1);
      if (index >= used) continue;  // black
      for (size_t c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<uint8_t>(big_endian(bytes, palette_at + entry * index + 2 - c, 1));
    }
  }
  return image;
}

Image decode_bmp(std::string_view bytes) {
  const Header h = header_of(bytes);
  const size_t pixel = h.bits / 8, row = checked_row_bytes(bytes, h);
  const Channel channels[] = {Channel(h.masks[0]), Channel(h.masks[1]), Channel(h.masks[2]), Channel(h.masks[3])};
  Image image(h.width, h.height, h.masks[3] == 0 ? 3 : 4);
  for (int64_t y = 0; y < h.height; ++y) {
    size_t at = h.pixels_at + row * static_cast<size_t>(h.from_the_top ? y : h.height - 1 - y);
    uint8_t* out = image.at(0, y);
    for (int64_t x = 0; x < h.width; ++x, at += pixel) {
      const uint32_t value = little_endian(bytes, at, pixel);
      for (int64_t c = 0; c < image.channels; ++c) *out++ = channels[c].of(value);
    }
  }
  if (image.channels == 4) drop_unused_alpha(image);
  return image;
}

}  // namespace dcgan
