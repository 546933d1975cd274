#include "image/format.hpp"

#include <algorithm>
#include <cctype>

#include "image/bytes.hpp"

namespace dcgan {
namespace {

using Is = ImageFormat;

struct Known {
  ImageFormat format;
  const char* name;
  Converter converter = Converter::kNone;  // of those that are not read
};
constexpr Known kKnown[] = {
    {Is::kPng, "PNG"},
    {Is::kJpeg, "JPEG"},
    {Is::kBmp, "BMP"},
    {Is::kWebp, "WebP"},
    {Is::kTiff, "TIFF"},
    {Is::kPnm, "PNM"},
    {Is::kGif, "GIF", Converter::kGif},
    {Is::kHeic, "HEIC", Converter::kHeic},
    {Is::kAvif, "AVIF", Converter::kAvif},
    {Is::kJpeg2000, "JPEG 2000", Converter::kJpeg2000},
    {Is::kJpegXl, "JPEG XL", Converter::kJpegXl},
    {Is::kJpegXr, "JPEG XR", Converter::kJpegXr},
    {Is::kBitmapArray, "an OS/2 bitmap array", Converter::kBitmapArray},
    {Is::kPsd, "a Photoshop file", Converter::kPsd},
    {Is::kIcon, "an icon", Converter::kIcon},
    {Is::kExr, "OpenEXR", Converter::kExr},
    {Is::kHdr, "Radiance HDR", Converter::kHdr},
    {Is::kPfm, "PFM", Converter::kPfm},
    {Is::kSvg, "SVG", Converter::kSvg},
    {Is::kPdf, "PDF", Converter::kPdf},
    {Is::kXcf, "a file of GIMP", Converter::kXcf},
    {Is::kQoi, "QOI", Converter::kQoi},
    {Is::kDds, "DDS", Converter::kDds},
    {Is::kFits, "FITS", Converter::kFits},
    {Is::kRaw, "a camera's raw file", Converter::kRaw},
    {Is::kMng, "MNG", Converter::kMng},
    {Is::kFilm, "a film", Converter::kFilm},
};

struct Mark {
  ImageFormat format;
  std::string_view bytes;
  size_t at = 0;
};
using namespace std::string_view_literals;
/// The first that fits counts: raw files of some cameras begin as a TIFF does.
constexpr Mark kMarks[] = {
    {Is::kPng, "\x89PNG\r\n\x1a\n"sv},
    {Is::kJpeg, "\xFF\xD8\xFF"sv},
    {Is::kGif, "GIF87a"sv},
    {Is::kGif, "GIF89a"sv},
    {Is::kRaw, "CR\x02"sv, 8},
    {Is::kRaw, "IIU\0"sv},
    {Is::kRaw, "IIRO"sv},
    {Is::kRaw, "IIRS"sv},
    {Is::kRaw, "MMOR"sv},
    {Is::kRaw, "FUJIFILMCCD-RAW"sv},
    {Is::kTiff, "II*\0"sv},
    {Is::kTiff, "MM\0*"sv},
    {Is::kTiff, "II+\0"sv},  // BigTIFF
    {Is::kTiff, "MM\0+"sv},
    {Is::kJpeg2000, "\0\0\0\x0CjP  \r\n\x87\n"sv},
    {Is::kJpeg2000, "\xFF\x4F\xFF\x51"sv},
    {Is::kJpegXl, "\0\0\0\x0CJXL \r\n\x87\n"sv},
    {Is::kJpegXl, "\xFF\x0A"sv},
    {Is::kJpegXr, "II\xBC"sv},
    {Is::kPsd, "8BPS"sv},
    {Is::kExr, "v/1\x01"sv},
    {Is::kHdr, "#?RADIANCE"sv},
    {Is::kHdr, "#?RGBE"sv},
    {Is::kPfm, "PF\n"sv},
    {Is::kPfm, "Pf\n"sv},
    {Is::kPdf, "%PDF-"sv},
    {Is::kXcf, "gimp xcf"sv},
    {Is::kQoi, "qoif"sv},
    {Is::kDds, "DDS "sv},
    {Is::kFits, "SIMPLE  ="sv},
    {Is::kMng, "\x8AMNG\r\n\x1a\n"sv},
    {Is::kMng, "\x8BJNG\r\n\x1a\n"sv},
    {Is::kFilm, "\x1A\x45\xDF\xA3"sv},
};

/// ISO base media files name their brand after "ftyp".
ImageFormat brand_of(std::string_view b) {
  const auto brand = b.substr(8, 4);
  if (brand == "avif" || brand == "avis") return Is::kAvif;
  if (brand == "crx ") return Is::kRaw;
  for (const char* known : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})
    if (brand == known) return Is::kHeic;
  return Is::kFilm;
}

ImageFormat riff_of(std::string_view b) {
  if (b.substr(8, 4) == "WEBP") return Is::kWebp;
  return b.substr(8, 4) == "AVI " ? Is::kFilm : Is::kUnknown;
}

/// Two bytes are a weak mark: the size of the second header must be one that there is.
bool is_bmp(std::string_view b) {
  return b.starts_with("BM") && b.size() >= 18 && little_endian(b, 14, 4) >= 12 && little_endian(b, 14, 4) <= 124;
}

bool is_icon(std::string_view b) {
  const uint32_t kind = little_endian(b, 2, 2), count = little_endian(b, 4, 2);
  return b.size() >= 22 && little_endian(b, 0, 2) == 0 && (kind == 1 || kind == 2) && count >= 1 && count <= 256 &&
         b[9] == 0 && little_endian(b, 18, 4) >= 6 + 16 * count && little_endian(b, 14, 4) > 0;
}

bool is_pnm(std::string_view b) {
  return b.size() > 2 && b[0] == 'P' && b[1] >= '1' && b[1] <= '7' && std::isspace(static_cast<uint8_t>(b[2]));
}

bool is_svg(std::string_view b) {
  const auto beginning = b.substr(0, 1024);
  return (beginning.starts_with("<?xml") || beginning.starts_with("\xEF\xBB\xBF<?xml") ||
          beginning.starts_with("<!--") || beginning.starts_with("<svg")) &&
         beginning.find("<svg") != std::string_view::npos;
}

const Known* find(ImageFormat format) {
  const auto* found =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](auto& one) { return one.format == format; });
  return found == std::end(kKnown) ? nullptr : found;
}

}  // namespace

ImageFormat format_of(std::string_view b) {
  for (const auto& mark : kMarks)
    if (b.size() >= mark.at && b.substr(mark.at).starts_with(mark.bytes)) return mark.format;
  if (b.size() >= 12 && b.starts_with("RIFF")) return riff_of(b);
  if (b.size() >= 12 && b.substr(4, 4) == "ftyp") return brand_of(b);
  if (is_bmp(b)) return Is::kBmp;
  if (b.size() >= 16 && b.starts_with("BA") && b.substr(14, 2) == "BM") return Is::kBitmapArray;
  if (is_pnm(b)) return Is::kPnm;
  if (is_icon(b)) return Is::kIcon;
  return is_svg(b) ? Is::kSvg : Is::kUnknown;
}

std::string format_name(ImageFormat format) {
  const Known* known = find(format);
  return known ? known->name : "no picture";
}

bool is_readable(ImageFormat format) { return format != Is::kUnknown && converter_of(format) == Converter::kNone; }

Converter converter_of(ImageFormat format) {
  const Known* known = find(format);
  return known ? known->converter : Converter::kNone;
}

}  // namespace dcgan
