// Files that cost more than they look: small, and made to take memory or time. All made here.
#pragma once

#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

#include "support/idx.hpp"
#include "support/pictures.hpp"
#include "support/zip.hpp"

namespace dcgan::test {

using Bombs = std::vector<std::pair<std::string, std::string>>;  // name of the file, content

/// zlib data of `bytes` zeros.
inline std::string packed_zeros(size_t bytes) {
  std::string out;
  std::vector<uint8_t> zeros(1 << 20), piece(1 << 16);
  z_stream stream{};
  deflateInit(&stream, Z_BEST_SPEED);
  while (bytes > 0) {
    const size_t part = std::min(bytes, zeros.size());
    bytes -= part;
    stream.next_in = zeros.data(), stream.avail_in = static_cast<uInt>(part);
    do {
      stream.next_out = piece.data(), stream.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream, bytes == 0 ? Z_FINISH : Z_NO_FLUSH);
      out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

/// A black PNG of any size.
inline std::string black_png(int64_t side, int bits, int colour_type, const std::string& between = "") {
  const int64_t channels = colour_type == 0 ? 1 : colour_type == 2 ? 3 : 4;
  const auto row = static_cast<size_t>(1 + (side * bits * channels + 7) / 8);
  return png_signature() + png_header(side, side, bits, colour_type) + between +
         png_chunk("IDAT", packed_zeros(row * static_cast<size_t>(side))) + png_chunk("IEND", "");
}

/// A TIFF from entries of its directory: tag, type (3 or 4), value.
inline std::string tiff_of(const std::vector<std::array<uint32_t, 3>>& entries,
                           const std::string& data = std::string(3, 'x')) {
  std::string out = "II" + little_endian(42, 2) + little_endian(8, 4) + little_endian(entries.size(), 2);
  for (const auto& [tag, type, value] : entries)
    out += little_endian(tag, 2) + little_endian(type, 2) + little_endian(1, 4) + little_endian(value, 4);
  return out + little_endian(0, 4) + data;
}
inline std::vector<std::array<uint32_t, 3>> tiff_tags(uint32_t width, uint32_t height, uint32_t rows) {
  return {{256, 4, width}, {257, 4, height}, {258, 3, 8},    {259, 3, 1},  {262, 3, 1},
          {273, 4, 500},   {277, 3, 1},      {278, 4, rows}, {279, 4, 100}};
}

/// A gray progressive JPEG of side x side, black, in 1 + 63 x `planes` scans: every frequency on its own, bit by bit.
/// All of it is sound.
inline std::string jpeg_of_scans(int side, int planes) {
  const auto segment = [](int marker, const std::string& data) {
    return std::string("\xFF") + static_cast<char>(marker) + big_endian(data.size() + 2, 2) + data;
  };
  std::string bits;
  int filled = 0, value = 0;
  const auto put = [&](unsigned number, int count) {
    for (int i = count; i-- > 0;) {
      value = value << 1 | static_cast<int>(number >> i & 1);
      if (++filled < 8) continue;
      bits += static_cast<char>(value);
      if (value == 0xFF) bits += '\0';
      filled = value = 0;
    }
  };
  const auto flushed = [&] {
    while (filled != 0) put(1, 1);
    return std::exchange(bits, "");
  };
  const std::string table = std::string(1, '\1') + std::string(15, '\0');  // one code of one bit
  std::string out =
      "\xFF\xD8" + segment(0xDB, std::string(1, '\0') + std::string(64, '\1')) +
      segment(0xC2, "\x08" + big_endian(static_cast<uint64_t>(side), 2) + big_endian(static_cast<uint64_t>(side), 2) +
                        std::string("\1\1\x11\0", 4)) +
      segment(0xC4, std::string(1, '\0') + table + std::string(1, '\0')) +     // DC: no change
      segment(0xC4, std::string(1, '\x10') + table + std::string(1, '\xE0'));  // AC: nothing for many blocks
  const int blocks = (side + 7) / 8 * ((side + 7) / 8);
  for (int i = 0; i < blocks; ++i) put(0, 1);
  out += segment(0xDA, std::string("\1\1\0\0\0\0", 6)) + flushed();
  for (int plane = planes; plane-- > 0;)
    for (int frequency = 1; frequency < 64; ++frequency) {
      for (int left = blocks; left > 0;) {
        const int run = std::min(left, 32767);
        if (run < 16384) break;  // the last few are left to the end of the scan
        put(0, 1), put(static_cast<unsigned>(run - 16384), 14);
        left -= run;
      }
      const int before = plane + 1 == planes ? 0 : plane + 1;
      out += segment(0xDA, std::string("\1\1\0", 3) + static_cast<char>(frequency) + static_cast<char>(frequency) +
                               static_cast<char>(before << 4 | plane)) +
             flushed();
    }
  return out + "\xFF\xD9";
}

/// Pictures that nobody made by taking a photograph.
inline Bombs picture_bombs() {
  Bombs bombs;
  const auto add = [&](const std::string& name, const std::string& content) { bombs.emplace_back(name, content); };
  auto doubled = tiff_tags(13'000, 13'000, 13'000);
  doubled.insert(doubled.end(), {{256, 4, 8}, {257, 4, 8}});
  add("doubled-small-last.tif", tiff_of(doubled));
  doubled = tiff_tags(8, 8, 8);
  doubled.insert(doubled.end(), {{256, 4, 13'000}, {257, 4, 13'000}});
  add("doubled-large-last.tif", tiff_of(doubled));
  add("claims.tif", tiff_of(tiff_tags(60'000, 60'000, 1)));
  add("strips.tif", tiff_of(tiff_tags(64, 1'000'000, 1), std::string(9'000'000, 'x')));
  auto tiled = tiff_tags(16, 16, 16);
  tiled.insert(tiled.end(), {{322, 4, 32'000}, {323, 4, 32'000}, {324, 4, 500}, {325, 4, 100}});
  add("tile.tif", tiff_of(tiled));
  auto wide = tiff_tags(8000, 8000, 8000);
  wide[2][2] = 64, wide[6][2] = 4;
  add("wide.tif", tiff_of(wide));
  for (const uint32_t compression : {6u, 34661u, 34925u, 34676u}) {
    auto odd = tiff_tags(4000, 4000, 4000);
    odd[3][2] = compression;
    add("compression" + std::to_string(compression) + ".tif", tiff_of(odd, std::string(4000, '\xFD')));
  }
  add("largest.png", black_png(8000, 1, 0));
  add("largest-rgba16.png", black_png(8000, 16, 6));
  add("claims.png", black_png(30'000, 1, 0));
  add("two-heads.png", black_png(16, 8, 2, png_header(20'000, 20'000, 8, 2)));
  add("profile.png", black_png(16, 8, 2, png_chunk("iCCP", std::string("x\0\0", 3) + packed_zeros(1 << 28))));
  add("text.png", black_png(16, 8, 2, png_chunk("zTXt", std::string("x\0\0", 3) + packed_zeros(1 << 28))));
  add("scans.jpg", jpeg_of_scans(8000, 12));
  std::string claims = jpeg_of(noise(16, 16, 3));
  const size_t frame = claims.find("\xFF\xC0");
  claims.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
  add("claims.jpg", claims);
  std::string second = jpeg_of(noise(16, 16, 3));
  const std::string head = second.substr(second.find("\xFF\xC0"), 19);
  std::string larger = head;
  larger.replace(5, 4, "\x4E\x20\x4E\x20");
  second.insert(second.find("\xFF\xDA"), larger);
  add("two-frames.jpg", second);
  const auto bmp = [](int32_t width, int32_t height, int compression) {
    return "BM" + little_endian(100, 4) + little_endian(0, 4) + little_endian(54, 4) + little_endian(40, 4) +
           little_endian(static_cast<uint32_t>(width), 4) + little_endian(static_cast<uint32_t>(height), 4) +
           little_endian(1, 2) + little_endian(compression == 1 ? 8 : 24, 2) +
           little_endian(static_cast<uint64_t>(compression), 4) + std::string(20, '\0') + std::string(100, 'x');
  };
  add("claims.bmp", bmp(1 << 20, 1 << 20, 0));
  add("negative.bmp", bmp(INT32_MIN, INT32_MIN, 0));
  add("upside-down.bmp", bmp(8000, -8000, 0));
  add("runs.bmp", bmp(8000, 8000, 1));
  for (const char* kind : {"P1", "P2", "P3", "P4", "P5", "P6"}) {
    add(kind + std::string("-claims.pnm"), kind + std::string(" 99999999 99999999 255 ") + std::string(100, '1'));
    add(kind + std::string("-largest.pnm"), kind + std::string(" 8000 8000 255 ") + std::string(100, '1'));
    add(kind + std::string("-wraps.pnm"), kind + std::string(" 4294967297 4294967297 255 ") + std::string(100, '1'));
  }
  const std::string webp = encoded(".webp", mat_of(noise(16, 16, 3)));
  std::string canvas = webp.substr(0, 12) + "VP8X" + little_endian(10, 4) + std::string(4, '\0') +
                       little_endian(16'383, 3) + little_endian(16'383, 3) + webp.substr(12);
  canvas.replace(4, 4, little_endian(canvas.size() - 8, 4));
  add("canvas.webp", canvas);
  return bombs;
}

/// Whole data sets in one file of 10 MB or less.
inline Bombs set_bombs() {
  Bombs bombs;
  const auto add = [&](const std::string& name, const std::string& content) { bombs.emplace_back(name, content); };
  const std::string dots = idx_header(8, {9'000'000, 1, 1});
  add("dots-idx3-ubyte", dots + std::string(9'000'000, '\7'));
  add("claims-idx3-ubyte", idx_header(8, {UINT32_MAX, UINT32_MAX, UINT32_MAX}) + "x");
  add("wraps-idx4-ubyte", idx_header(8, {1u << 31, 1u << 31, 4, 4}) + "x");
  const auto npy = [](const std::string& shape, size_t bytes) {
    std::string text = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
    text.resize(118, ' ');
    return "\x93NUMPY\x01" + std::string("\0v\0", 3) + text + std::string(bytes, '\7');
  };
  add("dots.npy", npy("(9000000, 1, 1)", 9'000'000));
  add("claims.npy", npy("(4611686018427387904, 2, 2)", 100));
  add("negative.npy", npy("(-1, -1, 4)", 4));
  add("empty.npy", npy("(4611686018427387904, 0, 2)", 0));
  const std::string good = png_of(noise(8, 8, 3)), large = black_png(8000, 1, 0);
  ZipMaker overlapping;
  overlapping.add("0.png", large);
  for (int i = 1; i < 20'000; ++i)
    overlapping.entries.push_back(overlapping.entries[0]), overlapping.entries.back().name = std::to_string(i) + ".png";
  add("overlapping.zip", overlapping.whole());
  ZipMaker many;
  for (int i = 0; i < 1000; ++i) many.add(std::to_string(i) + ".png", large, true);
  add("many-large.zip", many.add("good.png", good).whole());
  ZipMaker scans;
  const std::string slow = jpeg_of_scans(8000, 1).substr(0, 400'000);
  for (int i = 0; i < 20; ++i) scans.add(std::to_string(i) + ".jpg", slow, true);
  add("many-scans.zip", scans.add("good.png", good).whole());
  ZipMaker small;
  for (int i = 0; i < 60'000; ++i) small.add(std::to_string(i) + ".png", "x");
  add("many-small.zip", small.add("good.png", good).whole());
  std::string labels = "{\"labels\": [[]";
  for (int i = 0; i < 20'000'000; ++i) labels += ",[]";
  add("labels.zip", ZipMaker().add("a/good.png", good).add("dataset.json", labels + "]}", true).whole());
  ZipMaker claims;
  claims.add("a.bmp", std::string("BM") + std::string(400'000'000, '\0'), true).add("good.png", good);
  add("large-entry.zip", claims.whole());
  ZipMaker lies;
  lies.add("a.png", good).add("good.png", good);
  lies.entries[0].bytes = UINT32_MAX - 1;
  add("lies.zip", lies.whole());
  return bombs;
}

}  // namespace dcgan::test
