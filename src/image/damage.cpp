#include "image/damage.hpp"

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>

// jpeglib.h needs FILE and size_t before it.
#include <jpeglib.h>

// jerror.h gives the numbers of libjpeg's messages.
#include <jerror.h>

#include "core/text.hpp"

namespace dcgan {
namespace {

struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf leave;
  char damage[JMSG_LENGTH_MAX] = "";
  bool several_scans = false;  // known when the header is read
};

JpegErrors& errors_of(j_common_ptr info) { return *reinterpret_cast<JpegErrors*>(info->err); }

/// Warnings that mean lost picture data. The rest (JWRN_EXTRANEOUS_DATA, version marks) is common in sound files.
/// A JPEG of one scan that ends early also hits the (made up) end marker while it needs bits; where it does
/// not, only the end mark is missing. One of several may have lost whole scans: there the end itself counts.
bool loses_data(int code, bool several_scans) {
  return (several_scans && code == JWRN_JPEG_EOF) || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
         code == JWRN_MUST_RESYNC || code == JWRN_BOGUS_PROGRESSION || code == JWRN_ARITH_BAD_CODE;
}

void remember(j_common_ptr info) {
  auto& errors = errors_of(info);
  if (errors.damage[0] == 0) info->err->format_message(info, errors.damage);
}

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t n = 0; n < 256; ++n) {
    uint32_t c = n;
    for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
  return table;
}

/// CRC-32 as PNG uses it (ISO/IEC 15948, annex D).
uint32_t crc32_of(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  uint32_t c = 0xFFFFFFFFu;
  for (const char b : bytes) c = kTable[(c ^ static_cast<uint8_t>(b)) & 0xFF] ^ (c >> 8);
  return ~c;
}

uint32_t big32(std::string_view b, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(b[at + i]);
  return value;
}

}  // namespace

std::string jpeg_damage(std::string_view bytes) {
  jpeg_decompress_struct info{};
  JpegErrors errors;
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = [](j_common_ptr common) {
    remember(common);
    std::longjmp(errors_of(common).leave, 1);
  };
  errors.base.emit_message = [](j_common_ptr common, int level) {
    if (level < 0 && loses_data(common->err->msg_code, errors_of(common).several_scans)) remember(common);
  };
  errors.base.output_message = [](j_common_ptr) {};
  if (setjmp(errors.leave) == 0) {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&info, TRUE);
    errors.several_scans = jpeg_has_multiple_scans(&info);
    info.scale_num = 1, info.scale_denom = 8;
    info.dct_method = JDCT_IFAST;
    if (info.jpeg_color_space == JCS_YCCK) info.out_color_space = JCS_CMYK;
    jpeg_start_decompress(&info);
    JSAMPARRAY row = info.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&info), JPOOL_IMAGE,
                                            info.output_width * static_cast<JDIMENSION>(info.output_components), 1);
    while (info.output_scanline < info.output_height && errors.damage[0] == 0) jpeg_read_scanlines(&info, row, 1);
    if (errors.damage[0] == 0) jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return errors.damage[0] ? "damaged JPEG: " + printable(errors.damage) : "";
}

std::string png_damage(std::string_view bytes, std::string& essential) {
  essential.assign(bytes.substr(0, 8));
  bool has_pixels = false;
  for (size_t at = 8; at < bytes.size();) {
    if (at + 12 > bytes.size()) break;
    const size_t length = big32(bytes, at);
    if (length > bytes.size() - at - 12)
      return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) + " of at least " +
             with_commas(static_cast<int64_t>(at + 12 + length)) + " bytes";
    const auto type = bytes.substr(at + 4, 4);
    const bool carries_picture = (type[0] & 0x20) == 0 || type == "tRNS" || type == "eXIf";
    if (crc32_of(bytes.substr(at + 4, 4 + length)) != big32(bytes, at + 8 + length)) {
      if (carries_picture) return "damaged PNG: wrong checksum in a chunk of type " + printable(type);
    } else if (carries_picture) {
      essential += bytes.substr(at, 12 + length);
    }
    has_pixels |= type == "IDAT";
    if (type == "IEND") return has_pixels ? "" : "damaged PNG: it holds no pixels";
    at += 12 + length;
  }
  return "damaged PNG: the file ends after " + with_commas(static_cast<int64_t>(bytes.size())) +
         " bytes, before its end mark";
}

}  // namespace dcgan
