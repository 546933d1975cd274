#include "image/phone_png.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "image/bytes.hpp"
#include "image/png_damage.hpp"

namespace dcgan {
namespace {

constexpr size_t kMarkBytes = 8, kFrame = 12;  // a chunk's length, kind and checksum

void add_chunk(std::string& out, std::string_view kind, const std::string& data) {
  const auto number = [&](size_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  };
  number(data.size());
  const std::string body = std::string(kind) + data;
  out += body;
  number(png_crc32(body));
}

}  // namespace

bool is_phone_png(std::string_view b) { return b.size() >= 16 && b.substr(12, 4) == "CgBI"; }

std::string standard_png(std::string_view b) {
  std::string out(b.substr(0, kMarkBytes)), pixels;
  for (size_t at = kMarkBytes; at + kFrame <= b.size();) {
    const size_t length = big_endian(b, at, 4);
    const auto kind = b.substr(at + 4, 4);
    if (length > b.size() - at - kFrame) break;
    if (kind == "IDAT") pixels += b.substr(at + 8, length);
    if (kind == "IEND") {
      // zlib's header of its largest window, and room for the checksum that is left out: each chunk has its own.
      if (!pixels.empty()) add_chunk(out, "IDAT", "\x78\x01" + pixels + std::string(4, '\0'));
    }
    if (kind != "IDAT" && kind != "CgBI") out += b.substr(at, kFrame + length);
    at += kFrame + length;
  }
  return out;
}

Png decode_phone_png(std::string_view bytes) {
  Png png = decode_png(standard_png(bytes), false);
  Image& image = png.image;
  const auto step = static_cast<size_t>(image.channels);
  for (size_t i = 0; step >= 3 && i < image.pixels.size(); i += step) {
    uint8_t* pixel = image.pixels.data() + i;
    std::swap(pixel[0], pixel[2]);
    for (int c = 0; step == 4 && c < 3; ++c) pixel[c] = pixel[3] == 0 ? 0 : to_eight_bits(pixel[c], pixel[3]);
  }
  return png;
}

}  // namespace dcgan
