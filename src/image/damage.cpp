#include "image/damage.hpp"

#include "core/text.hpp"
#include "formats/deflate.hpp"
#include "image/bytes.hpp"

namespace dcgan {

std::string png_damage(std::string_view bytes) {
  bool has_pixels = false;
  for (size_t at = 8; at < bytes.size();) {
    if (at + 12 > bytes.size()) break;
    const size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12)
      return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) + " of at least " +
             with_commas(static_cast<int64_t>(at + 12 + length)) + " bytes";
    const auto type = bytes.substr(at + 4, 4);
    if (type == "IHDR" && at != 8) return "damaged PNG: it has a second header";
    const bool carries_picture = (type[0] & 0x20) == 0 || type == "tRNS" || type == "eXIf";
    if (carries_picture && crc32_of(bytes.substr(at + 4, 4 + length)) != big_endian(bytes, at + 8 + length, 4))
      return "damaged PNG: wrong checksum in a chunk of type " + printable(type);
    has_pixels |= type == "IDAT";
    if (type == "IEND") return has_pixels ? "" : "damaged PNG: it holds no pixels";
    at += 12 + length;
  }
  return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) +
         " bytes, before its end mark";
}

}  // namespace dcgan
