#include "image/tiff.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/bytes.hpp"
#include "image/tiff_colours.hpp"
#include "image/tiff_file.hpp"

namespace dcgan {
namespace {

constexpr uint32_t kMostColourMap = 65535;

[[noreturn]] void damaged() {
  const std::string problem = TiffFile::problem();
  if (errno == ENOMEM)  // its words do not tell the machine's memory from what a file asks for
    throw Exhausted("there is not enough memory to decode a TIFF: " + problem, "close other programs");
  if (problem.find("precision") != std::string::npos || problem.find("JPEG process") != std::string::npos)
    throw NotRead("a TIFF of JPEG data (" + problem + ")", Converter::kTiffNumbers);
  throw Error("damaged TIFF: " + (problem.empty() ? "its pixels cannot be decoded" : problem));
}

/// One row of samples of any depth as numbers. A row begins with a byte of its own; libtiff has put 16 bits into the
/// machine's order.
void unpack(const uint8_t* row, int bits, uint16_t* out, int64_t count) {
  if (bits == 8) return void(std::copy(row, row + count, out));
  if (bits == 16) return void(std::memcpy(out, row, static_cast<size_t>(count) * 2));
  uint32_t held = 0;
  int left = 0;
  for (int64_t i = 0; i < count; ++i) {
    for (; left < bits; left += 8) held = held << 8 | *row++;
    left -= bits;
    out[i] = static_cast<uint16_t>(held >> left & ((1u << bits) - 1));
  }
}

class Decoder {
 public:
  Decoder(const TiffFile& file, const TiffLayout& layout) : file_(file), layout_(layout) {
    most_ = (1u << layout.bits) - 1;
    if (layout.photometric == PHOTOMETRIC_PALETTE) read_palette();
    stored_ = has_palette() ? 3 : layout.colours;
    image_ = Image(layout.width, layout.height, stored_ + (has_alpha() ? 1 : 0));
  }

  Image decode() {
    const int planes = layout_.is_separate ? layout_.samples : 1;
    for (int plane = 0; plane < planes; ++plane)
      if (!layout_.is_separate || is_wanted(plane)) read_plane(plane);
    if (layout_.alpha == TiffAlpha::kMultiplied) take_alpha_out();  // of what was multiplied: inks, say
    if (layout_.photometric == PHOTOMETRIC_MINISWHITE) invert();
    if (layout_.is_ycbcr) {
      const YcbcrToRgb colours(file_, layout_.bits);
      for (size_t i = 0; i < image_.pixels.size(); i += static_cast<size_t>(image_.channels))
        colours.convert(&image_.pixels[i]);
    }
    return settled();
  }

 private:
  bool has_palette() const { return !palette_.empty(); }
  bool has_alpha() const { return layout_.alpha != TiffAlpha::kNone; }
  bool is_wanted(int sample) const { return sample < layout_.colours || (has_alpha() && sample == layout_.alpha_at); }

  /// Values of 16 bits; some programs write 8.
  void read_palette() {
    uint16_t* maps[3] = {};
    if (TIFFGetField(file_.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1)
      throw Error("damaged TIFF: its palette is missing");
    const size_t size = size_t{1} << layout_.bits;
    uint32_t most = 0;
    for (const auto* map : maps) most = std::max<uint32_t>(most, *std::max_element(map, map + size));
    palette_.resize(3 * size);
    for (size_t i = 0; i < size; ++i)
      for (size_t c = 0; c < 3; ++c)
        palette_[3 * i + c] = most < 256 ? static_cast<uint8_t>(maps[c][i]) : to_eight_bits(maps[c][i], kMostColourMap);
  }

  void read_plane(int plane) {
    const int samples = layout_.is_separate ? 1 : layout_.samples;
    const tmsize_t bytes = layout_.is_tiled ? TIFFTileSize(file_.get()) : TIFFStripSize(file_.get());
    if (layout_.across != 1 || layout_.down != 1) return read_blocks(bytes);
    const int64_t row_bytes = (layout_.part_width * samples * layout_.bits + 7) / 8;
    if (bytes <= 0 || bytes < row_bytes * layout_.part_height) damaged();
    std::vector<uint8_t> part(static_cast<size_t>(bytes));
    std::vector<uint16_t> row(static_cast<size_t>(layout_.part_width * samples));
    for (int64_t top = 0; top < layout_.height; top += layout_.part_height)
      for (int64_t left = 0; left < layout_.width; left += layout_.part_width) {
        const int64_t rows = std::min(layout_.part_height, layout_.height - top);
        const int64_t columns = std::min(layout_.part_width, layout_.width - left);
        if (read_part(part, left, top, plane) < row_bytes * rows) damaged();
        for (int64_t y = 0; y < rows; ++y) {
          unpack(part.data() + y * row_bytes, layout_.bits, row.data(), columns * samples);
          put(row.data(), samples, plane, left, top + y, columns);
        }
      }
  }

  /// Blocks of across x down samples of brightness, and then one of each colour (TIFF 6.0, section 21).
  void read_blocks(tmsize_t bytes) {
    const int64_t across = layout_.across, down = layout_.down, block = across * down + 2;
    const int64_t row_bytes = (layout_.part_width + across - 1) / across * block;
    if (bytes <= 0 || bytes < row_bytes * ((layout_.part_height + down - 1) / down)) damaged();
    std::vector<uint8_t> part(static_cast<size_t>(bytes));
    for (int64_t top = 0; top < layout_.height; top += layout_.part_height)
      for (int64_t left = 0; left < layout_.width; left += layout_.part_width) {
        const int64_t rows = std::min(layout_.part_height, layout_.height - top);
        const int64_t columns = std::min(layout_.part_width, layout_.width - left);
        if (read_part(part, left, top, 0) < row_bytes * ((rows + down - 1) / down)) damaged();
        for (int64_t y = 0; y < rows; ++y)
          for (int64_t x = 0; x < columns; ++x) {
            const uint8_t* from = part.data() + y / down * row_bytes + x / across * block;
            uint8_t* to = image_.at(left + x, top + y);
            to[0] = from[y % down * across + x % across], to[1] = from[across * down], to[2] = from[across * down + 1];
          }
      }
  }

  int64_t read_part(std::vector<uint8_t>& part, int64_t left, int64_t top, int plane) {
    const auto x = static_cast<uint32_t>(left), y = static_cast<uint32_t>(top);
    const auto sample = static_cast<uint16_t>(plane);
    const auto bytes = static_cast<tmsize_t>(part.size());
    if (layout_.is_tiled)
      return TIFFReadEncodedTile(file_.get(), TIFFComputeTile(file_.get(), x, y, 0, sample), part.data(), bytes);
    return TIFFReadEncodedStrip(file_.get(), TIFFComputeStrip(file_.get(), y, sample), part.data(), bytes);
  }

  /// Samples of one row of a part to where they belong. `first`: which sample the row's first one is.
  void put(const uint16_t* row, int samples, int first, int64_t left, int64_t y, int64_t columns) {
    for (int s = first; s < first + samples; ++s) {
      if (!is_wanted(s)) continue;
      const uint16_t* from = row + (s - first);
      uint8_t* to = image_.at(left, y) + (s < layout_.colours ? s : stored_);
      for (int64_t x = 0; x < columns; ++x, from += samples, to += image_.channels)
        if (has_palette() && s == 0)
          std::copy_n(palette_.begin() + 3 * int64_t{*from}, 3, to);
        else
          *to = to_eight_bits(*from, most_);
    }
  }

  void invert() {
    for (size_t i = 0; i < image_.pixels.size(); i += static_cast<size_t>(image_.channels))
      image_.pixels[i] = static_cast<uint8_t>(255 - image_.pixels[i]);
  }

  void take_alpha_out() {
    const auto step = static_cast<size_t>(image_.channels);
    for (size_t i = 0; i < image_.pixels.size(); i += step) {
      const uint32_t alpha = image_.pixels[i + step - 1];
      for (size_t c = 0; c + 1 < step; ++c)
        image_.pixels[i + c] = alpha == 0 ? 0 : to_eight_bits(image_.pixels[i + c], alpha);
    }
  }

  /// Gray with alpha and inks become colours.
  Image settled() {
    const bool has_inks = layout_.photometric == PHOTOMETRIC_SEPARATED;
    if (!has_inks && image_.channels != 2) return std::move(image_);
    Image out(image_.width, image_.height, has_alpha() ? 4 : 3);
    const uint8_t* from = image_.pixels.data();
    for (size_t i = 0; i < out.pixels.size(); i += static_cast<size_t>(out.channels), from += image_.channels) {
      for (size_t c = 0; c < 3; ++c)
        out.pixels[i + c] = has_inks ? static_cast<uint8_t>(((255 - from[c]) * (255 - from[3]) + 127) / 255) : from[0];
      if (has_alpha()) out.pixels[i + 3] = from[stored_];
    }
    return out;
  }

  const TiffFile& file_;
  const TiffLayout& layout_;
  uint32_t most_;                 // the largest sample
  int stored_;                    // channels of image_ that are colours
  std::vector<uint8_t> palette_;  // 3 a colour
  Image image_;
};

}  // namespace

void probe_tiff(std::string_view bytes, Probe& probe) {
  const TiffFile file(bytes);
  const TiffLayout layout = layout_of(file);
  probe.width = layout.width, probe.height = layout.height, probe.bits = layout.bits;
  probe.gray = layout.photometric == PHOTOMETRIC_MINISWHITE || layout.photometric == PHOTOMETRIC_MINISBLACK;
  probe.alpha = layout.alpha != TiffAlpha::kNone;
  probe.mode = probe.gray                                    ? "gray"
               : layout.photometric == PHOTOMETRIC_PALETTE   ? "palette"
               : layout.photometric == PHOTOMETRIC_SEPARATED ? "CMYK"
                                                             : "RGB";
  if (probe.alpha) probe.mode = probe.gray ? "gray+alpha" : probe.mode == "RGB" ? "RGBA" : probe.mode;
  // A part is decoded once, and its rows are numbers of 16 bits; inks and alpha are stored beside the colours.
  const double part = double(layout.part_width) * double(layout.part_height) * double(layout.samples);
  const double more = layout.samples > 1 ? 5.0 * double(layout.width) * double(layout.height) : 0;
  probe.working_bytes = static_cast<int64_t>(std::min(part * ((layout.bits + 7) / 8) + more, 1e18));
  probe.problem = layout.damage;
  if (!layout.unread_kind.empty()) refuse_kind(probe, layout.unread_kind, layout.converter);
}

Tiff decode_tiff(std::string_view bytes) {
  errno = 0;
  const TiffFile file(bytes);
  const TiffLayout layout = layout_of(file);
  if (!layout.damage.empty()) throw Error(layout.damage);
  if (!layout.unread_kind.empty()) throw NotRead(layout.unread_kind, layout.converter);
  Tiff out;
  const uint16_t orientation = file.short_or(TIFFTAG_ORIENTATION, 1);
  out.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  out.image = Decoder(file, layout).decode();
  return out;
}

}  // namespace dcgan
