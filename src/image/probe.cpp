#include "image/probe.hpp"

#include <algorithm>

#include "image/tiff.hpp"

namespace dcgan {
namespace {

uint8_t byte(std::string_view b, size_t at) { return at < b.size() ? static_cast<uint8_t>(b[at]) : 0; }
uint32_t big(std::string_view b, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | byte(b, at + i);
  return value;
}
uint32_t little(std::string_view b, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | byte(b, at + i);
  return value;
}

/// PNG (ISO/IEC 15948): IHDR follows the signature.
void probe_png(std::string_view b, Probe& p) {
  if (b.size() < 33 || b.substr(12, 4) != "IHDR") return void(p.problem = "the PNG header is cut off");
  p.width = big(b, 16, 4), p.height = big(b, 20, 4), p.bits = byte(b, 24);
  switch (byte(b, 25)) {
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
    at += 12 + size_t{big(b, at, 4)};
  }
}

/// JPEG (ITU T.81, annex B): walk the markers to the frame header SOFn.
void probe_jpeg(std::string_view b, Probe& p) {
  for (size_t at = 2; at + 9 < b.size();) {
    if (byte(b, at) != 0xFF) {
      ++at;
      continue;
    }
    const uint8_t marker = byte(b, at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += 2;
      continue;
    }
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) {
      p.bits = byte(b, at + 4), p.height = big(b, at + 5, 2), p.width = big(b, at + 7, 2);
      const int components = byte(b, at + 9);
      p.gray = components == 1;
      p.mode = p.gray ? "gray" : components == 4 ? "CMYK" : "RGB";
      return;
    }
    if (marker == 0xD9 || marker == 0xDA) break;
    at += 2 + size_t{big(b, at + 2, 2)};
  }
  p.problem = "the JPEG ends before its frame header";
}

/// BMP: sizes of 32 bits, of 16 in the 12-byte header of OS/2; a negative height is stored from the top.
void probe_bmp(std::string_view b, Probe& p) {
  if (b.size() < 30) return void(p.problem = "the BMP header is cut off");
  const bool is_os2 = little(b, 14, 4) == 12;
  p.width = is_os2 ? little(b, 18, 2) : static_cast<int32_t>(little(b, 18, 4));
  p.height = is_os2 ? little(b, 20, 2) : std::abs(static_cast<int64_t>(static_cast<int32_t>(little(b, 22, 4))));
  const uint32_t bits = little(b, is_os2 ? 24 : 28, 2);
  p.mode = bits <= 8 ? "palette" : bits == 32 ? "RGBA" : "RGB";
  p.alpha = bits == 32;
}

/// WebP (RFC 9649): RIFF with VP8, VP8L or VP8X first.
void probe_webp(std::string_view b, Probe& p) {
  const auto kind = b.substr(12, 4);
  p.mode = "RGB";
  if (kind == "VP8 " && b.size() >= 30) {
    p.width = little(b, 26, 2) & 0x3FFF, p.height = little(b, 28, 2) & 0x3FFF;
  } else if (kind == "VP8L" && b.size() >= 25) {
    const uint32_t bits = little(b, 21, 4);
    p.width = 1 + (bits & 0x3FFF), p.height = 1 + (bits >> 14 & 0x3FFF), p.alpha = bits >> 28 & 1;
  } else if (kind == "VP8X" && b.size() >= 30) {
    p.width = 1 + little(b, 24, 3), p.height = 1 + little(b, 27, 3), p.alpha = byte(b, 20) & 0x10;
    if (byte(b, 20) & 0x02) p.problem = "animated WebP is not read";
  } else {
    p.problem = "the WebP header is cut off";
  }
  if (p.alpha) p.mode = "RGBA";
}

/// Netpbm: P1..P6, then width and height in ASCII with comments between.
void probe_pnm(std::string_view b, Probe& p) {
  p.gray = b[1] == '1' || b[1] == '2' || b[1] == '4' || b[1] == '5';
  p.mode = p.gray ? "gray" : "RGB";
  size_t at = 2;
  int64_t numbers[3] = {0, 0, 255};
  const int wanted = b[1] == '1' || b[1] == '4' ? 2 : 3;
  for (int i = 0; i < wanted; ++i) {
    while (at < b.size() && (std::isspace(byte(b, at)) || b[at] == '#'))
      at = b[at] == '#' ? std::min(b.find('\n', at), b.size()) : at + 1;
    int64_t value = 0;
    const size_t start = at;
    while (at < b.size() && std::isdigit(byte(b, at)) && value < (int64_t{1} << 32))
      value = value * 10 + (b[at++] - '0');
    if (at == start) return void(p.problem = "the PNM header is broken");
    numbers[i] = value;
  }
  p.width = numbers[0], p.height = numbers[1], p.bits = numbers[2] > 255 ? 16 : 8;
}

/// ISO base media files name their brand after "ftyp".
ImageFormat brand_of(std::string_view b) {
  const auto brand = b.substr(8, 4);
  if (brand == "avif" || brand == "avis") return ImageFormat::kAvif;
  for (const char* known : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})
    if (brand == known) return ImageFormat::kHeic;
  return ImageFormat::kUnknown;
}

ImageFormat sniff(std::string_view b) {
  using enum ImageFormat;
  if (b.starts_with("\x89PNG\r\n\x1a\n")) return kPng;
  if (b.starts_with("\xFF\xD8\xFF")) return kJpeg;
  if (b.starts_with("GIF87a") || b.starts_with("GIF89a")) return kGif;
  if (b.starts_with("RIFF") && b.size() >= 12 && b.substr(8, 4) == "WEBP") return kWebp;
  if (b.starts_with(std::string_view("II*\0", 4)) || b.starts_with(std::string_view("MM\0*", 4))) return kTiff;
  if (b.starts_with("BM") && b.size() >= 18 && little(b, 14, 4) >= 12 && little(b, 14, 4) <= 124) return kBmp;
  if (b.size() > 2 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6' && std::isspace(byte(b, 2))) return kPnm;
  if (b.size() >= 12 && b.substr(4, 4) == "ftyp") return brand_of(b);
  return kUnknown;
}

}  // namespace

Probe probe_image(std::string_view b) {
  using enum ImageFormat;
  Probe p;
  p.format = b.empty() ? kUnknown : sniff(b);
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
      p.problem = format_name(p.format) + " is not read; convert it: " + conversion_command(p.format);
  }
  if (p.problem.empty() && (p.width <= 0 || p.height <= 0)) p.problem = "its header says it has no pixels";
  return p;
}

std::string format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kBmp:
      return "BMP";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kTiff:
      return "TIFF";
    case ImageFormat::kPnm:
      return "PNM";
    case ImageFormat::kGif:
      return "GIF";
    case ImageFormat::kHeic:
      return "HEIC";
    case ImageFormat::kAvif:
      return "AVIF";
    case ImageFormat::kUnknown:
      break;
  }
  return "no picture";
}

bool is_readable(ImageFormat format) { return format != ImageFormat::kUnknown && conversion_command(format).empty(); }

std::string conversion_command(ImageFormat format) {
  switch (format) {
    case ImageFormat::kGif:
      return "convert 'IN.gif[0]' OUT.png (ImageMagick)";
    case ImageFormat::kHeic:
      return "heif-convert IN.heic OUT.png (libheif-examples)";
    case ImageFormat::kAvif:
      return "avifdec IN.avif OUT.png (libavif-bin)";
    default:
      return "";
  }
}

}  // namespace dcgan
