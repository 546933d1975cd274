#include "image/probe.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "image/bmp.hpp"
#include "image/bytes.hpp"
#include "image/pnm.hpp"
#include "image/tiff.hpp"

namespace dcgan {
namespace {

std::string words_of(const std::string& kind, const std::string& command) {
  return kind + " is of a kind that is not read; convert it: " + command;
}

/// PNG (ISO/IEC 15948): IHDR follows the signature.
void probe_png(std::string_view b, Probe& p) {
  if (b.size() >= 16 && b.substr(12, 4) == "CgBI") {
    p.convert = "pngcrush -revert-iphone-optimizations IN.png OUT.png (pngcrush)";
    return void(p.problem = words_of("a PNG changed for iPhones", p.convert));
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

/// JPEG (ITU T.81, annex B): walk the markers to the frame header SOFn.
void probe_jpeg(std::string_view b, Probe& p) {
  for (size_t at = 2; at + 9 < b.size();) {
    if (big_endian(b, at, 1) != 0xFF) {
      ++at;
      continue;
    }
    const uint8_t marker = big_endian(b, at + 1, 1);
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
      p.bits = big_endian(b, at + 4, 1), p.height = big_endian(b, at + 5, 2), p.width = big_endian(b, at + 7, 2);
      const int components = big_endian(b, at + 9, 1);
      p.gray = components == 1;
      p.mode = p.gray ? "gray" : components == 4 ? "CMYK" : "RGB";
      if (p.height == 0) refuse_kind(p, "a JPEG that tells its height behind its pixels");
      return;
    }
    if (marker == 0xF7) {  // the frame of ITU T.87
      p.convert = "ffmpeg -i IN.jls OUT.png (ffmpeg)";
      return void(p.problem = words_of("a JPEG-LS", p.convert));
    }
    if (marker == 0xD9 || marker == 0xDA) break;
    at += 2 + size_t{big_endian(b, at + 2, 2)};
  }
  p.problem = "the JPEG ends before its frame header";
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
    p.width = 1 + little_endian(b, 24, 3), p.height = 1 + little_endian(b, 27, 3), p.alpha = big_endian(b, 20, 1) & 0x10;
  } else {
    p.problem = "the WebP header is cut off";
  }
  if (p.alpha) p.mode = "RGBA";
}

/// A command for a sound file of `format` that this program does not read.
std::string command_for(ImageFormat format) {
  if (const std::string command = conversion_command(format); !command.empty()) return command;
  const std::string ending = format == ImageFormat::kTiff   ? "tif"
                             : format == ImageFormat::kJpeg ? "jpg"
                                                            : lowercase(format_name(format));
  return "convert 'IN." + ending + "[0]' -depth 8 OUT.png (ImageMagick)";
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
      p.convert = conversion_command(p.format);
      p.problem = format_name(p.format) + " is not read; convert it: " + p.convert;
  }
  if (p.problem.empty() && (p.width <= 0 || p.height <= 0)) p.problem = "its header says it has no pixels";
  return p;
}

NotRead::NotRead(const std::string& kind, ImageFormat format)
    : Error(words_of(kind, command_for(format))), command_(command_for(format)) {}

void refuse_kind(Probe& probe, const std::string& kind) {
  probe.convert = command_for(probe.format);
  probe.problem = words_of(kind, probe.convert);
}

}  // namespace dcgan
