#include "image/probe.hpp"

#include <algorithm>

#include "image/bmp.hpp"
#include "image/bytes.hpp"
#include "image/jpeg_frame.hpp"
#include "image/phone_png.hpp"
#include "image/pnm.hpp"
#include "image/tiff.hpp"

namespace dcgan {
namespace {

std::string words_of(const std::string& kind) { return kind + " is of a kind that is not read"; }

/// PNG (ISO/IEC 15948): IHDR follows the signature.
void probe_png(std::string_view b, Probe& p) {
  std::string without_mark;  // of the header that comes behind it
  if (is_phone_png(b)) {
    const size_t behind = std::min(b.size(), size_t{20} + big_endian(b, 8, 4));
    without_mark = std::string(b.substr(0, 8)) + std::string(b.substr(behind));
    b = without_mark;
  }
  if (b.size() < 33 || b.substr(12, 4) != "IHDR") return void(p.problem = "the PNG header is cut off");
  p.width = big_endian(b, 16, 4), p.height = big_endian(b, 20, 4), p.bits = big_endian(b, 24, 1);
  switch (big_endian(b, 25, 1)) {
    case 0:
      p.mode = "gray", p.gray = true;
      break;
    case 2:
      p.mode = "RGB";
      break;
    case 3:
      p.mode = "palette";
      break;
    case 4:
      p.mode = "gray+alpha", p.gray = p.alpha = true;
      break;
    case 6:
      p.mode = "RGBA", p.alpha = true;
      break;
    default:
      p.problem = "the PNG header names an unknown colour type";
  }
  for (size_t at = 33; at + 12 <= b.size();) {  // tRNS comes before IDAT
    const auto type = b.substr(at + 4, 4);
    if (type == "IDAT") break;
    if (type == "tRNS") p.alpha = true;
    at += 12 + size_t{big_endian(b, at, 4)};
  }
}

void probe_jpeg(std::string_view b, Probe& p) {
  const JpegFrame frame = jpeg_frame(b);
  p.width = frame.width, p.height = frame.height, p.bits = frame.bits;
  p.gray = frame.components == 1;
  p.mode = p.gray ? "gray" : frame.components == 4 ? "CMYK" : "RGB";
  p.problem = frame.problem;
  if (!frame.unread_kind.empty()) refuse_kind(p, frame.unread_kind, frame.converter);
}

/// WebP (RFC 9649): RIFF with VP8, VP8L or VP8X first.
void probe_webp(std::string_view b, Probe& p) {
  const auto kind = b.substr(12, 4);
  p.mode = "RGB";
  if (kind == "VP8 " && b.size() >= 30) {
    p.width = little_endian(b, 26, 2) & 0x3FFF, p.height = little_endian(b, 28, 2) & 0x3FFF;
  } else if (kind == "VP8L" && b.size() >= 25) {
    const uint32_t bits = little_endian(b, 21, 4);
    p.width = 1 + (bits & 0x3FFF), p.height = 1 + (bits >> 14 & 0x3FFF), p.alpha = bits >> 28 & 1;
  } else if (kind == "VP8X" && b.size() >= 30) {
    p.width = 1 + little_endian(b, 24, 3), p.height = 1 + little_endian(b, 27, 3),
    p.alpha = big_endian(b, 20, 1) & 0x10;
  } else {
    p.problem = "the WebP header is cut off";
  }
  if (p.alpha) p.mode = "RGBA";
}

}  // namespace

Probe probe_image(std::string_view b) {
  using enum ImageFormat;
  Probe p;
  p.format = format_of(b);
  switch (p.format) {
    case kPng:
      probe_png(b, p);
      break;
    case kJpeg:
      probe_jpeg(b, p);
      break;
    case kBmp:
      probe_bmp(b, p);
      break;
    case kWebp:
      probe_webp(b, p);
      break;
    case kTiff:
      probe_tiff(b, p);
      break;
    case kPnm:
      probe_pnm(b, p);
      break;
    case kUnknown:
      p.problem = b.empty() ? "the file is empty" : "not a picture";
      break;
    default:
      p.converter = converter_of(p.format);
      p.problem = format_name(p.format) + " is not read";
  }
  if (p.problem.empty() && (p.width <= 0 || p.height <= 0)) p.problem = "its header says it has no pixels";
  return p;
}

NotRead::NotRead(const std::string& kind, Converter converter) : NotRead(words_of(kind), converter, "", "") {}

NotRead NotRead::at(const std::string& path, const std::string& before) const {
  const std::string command = conversion_command(converter_, path);
  return NotRead(problem_, converter_, "; " + conversion_words(converter_, path, before),
                 command.empty() ? "" : before + command);
}

void refuse_kind(Probe& probe, const std::string& kind, Converter converter) {
  probe.converter = converter;
  probe.problem = words_of(kind);
}

}  // namespace dcgan
