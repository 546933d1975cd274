#include "image/png_damage.hpp"

#include "core/text.hpp"
#include "formats/deflate.hpp"
#include "image/bytes.hpp"

namespace dcgan {
namespace {

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t n = 0; n < 256; ++n) {
    uint32_t c = n;
    for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
  return table;
}

}  // namespace

uint32_t png_crc32(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  uint32_t c = 0xFFFFFFFFu;
  for (const char b : bytes) c = kTable[(c ^ static_cast<uint8_t>(b)) & 0xFF] ^ (c >> 8);
  return ~c;
}

std::string png_damage(std::string_view bytes) {
  bool has_pixels = false, has_header = false;
  for (size_t at = 8; at < bytes.size();) {
    if (at + 12 > bytes.size()) break;
    const size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12)
      return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) + " of at least " +
             with_commas(static_cast<int64_t>(at + 12 + length)) + " bytes";
    const auto type = bytes.substr(at + 4, 4);
    if (type == "IHDR" && has_header) return "damaged PNG: it has a second header";
    has_header |= type == "IHDR";
    const bool carries_picture = (type[0] & 0x20) == 0 || type == "tRNS" || type == "eXIf";
    if (carries_picture && png_crc32(bytes.substr(at + 4, 4 + length)) != big_endian(bytes, at + 8 + length, 4))
      return "damaged PNG: wrong checksum in a chunk of type " + printable(type);
    has_pixels |= type == "IDAT";
    if (type == "IEND") return has_pixels ? "" : "damaged PNG: it holds no pixels";
    at += 12 + length;
  }
  return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) +
         " bytes, before its end mark";
}

}  // namespace dcgan
