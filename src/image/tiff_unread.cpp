#include "image/tiff_unread.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "image/tiff_colours.hpp"

namespace dcgan {
namespace {

/// Those whose libtiff takes memory by the picture's size: not LZMA, whose header asks for any amount, JBIG, whose
/// header has sides of its own, nor what no camera and no program of today writes.
constexpr uint16_t kCompressions[] = {1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946, 50000, 50001};

bool is_any_of(uint16_t value, std::initializer_list<uint16_t> all) {
  return std::find(all.begin(), all.end(), value) != all.end();
}

std::string photometric_name(uint16_t photometric) {
  switch (photometric) {
    case PHOTOMETRIC_MASK:
      return "a TIFF of a transparency mask";
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
      return "a TIFF of Lab colours";
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_LOGLUV:
      return "a TIFF of logarithmic light";
    default:
      return "a TIFF of photometric interpretation " + std::to_string(photometric);
  }
}

/// Cameras' raw files are TIFFs whose first picture is a small preview, or the sensor's own mosaic.
bool is_raw(const TiffFile& file, const TiffLayout& layout) {
  constexpr uint32_t kDngVersion = 50706;
  constexpr uint16_t kMosaic = 32803, kLinearRaw = 34892;
  const bool is_preview = file.long_or(TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE;
  return file.has(kDngVersion) || layout.photometric == kMosaic || layout.photometric == kLinearRaw ||
         (is_preview && file.has(TIFFTAG_SUBIFD));
}

/// What converts data of a compression that is not read. tifffile knows many; ImageMagick, which has bounds of its own,
/// undoes by libtiff what we might.
Converter converter_of_compression(const TiffLayout& layout) {
  constexpr uint16_t kByTifffile[] = {22610, 33005, 34712, 34887, 34892, 34925,
                                      34926, 34927, 34933, 34934, 50002, 52546};
  const bool has_plain_colours = layout.photometric <= PHOTOMETRIC_RGB || layout.photometric == PHOTOMETRIC_SEPARATED;
  if (std::find(std::begin(kByTifffile), std::end(kByTifffile), layout.compression) != std::end(kByTifffile))
    return has_plain_colours ? Converter::kTiffNumbers : Converter::kSaveAgain;
  const bool is_by_magick =
      is_any_of(layout.compression, {COMPRESSION_OJPEG, COMPRESSION_NEXT, COMPRESSION_THUNDERSCAN, COMPRESSION_JBIG});
  return layout.bits <= 8 && is_by_magick ? Converter::kTiffByMagick : Converter::kSaveAgain;
}

/// Of numbers of which nothing says which is white; the first of them counts.
UnreadTiff unread_numbers(uint16_t format, const TiffLayout& layout) {
  const auto converter =
      is_any_of(layout.photometric, {0, 1, 2, 5}) ? Converter::kTiffUnknownWhite : Converter::kSaveAgain;
  switch (format) {
    case SAMPLEFORMAT_IEEEFP:
      return {"a TIFF of floating-point numbers", converter};
    case SAMPLEFORMAT_INT:
      return {"a TIFF of numbers with signs", converter};
    case SAMPLEFORMAT_COMPLEXINT:
      return {"a TIFF of complex whole numbers", Converter::kSaveAgain};
    case SAMPLEFORMAT_COMPLEXIEEEFP:
      return {"a TIFF of complex numbers", converter};
    default:
      return {"a TIFF of " + std::to_string(layout.bits) + " bits a sample", converter};
  }
}

/// Of colours; photometric interpretations that are read have their own conditions.
UnreadTiff unread_colours(const TiffFile& file, const TiffLayout& layout) {
  using enum Converter;
  if (is_any_of(layout.photometric, {PHOTOMETRIC_CIELAB, PHOTOMETRIC_ICCLAB}))
    return {"a TIFF of Lab colours", layout.samples >= 3 && layout.bits % 8 == 0 ? kTiffLab : kSaveAgain};
  if (layout.photometric == PHOTOMETRIC_MASK) return {photometric_name(layout.photometric), kTiffByMagick};
  if (layout.colours == 0) return {photometric_name(layout.photometric), kSaveAgain};
  if (layout.photometric == PHOTOMETRIC_SEPARATED &&
      (file.short_or(TIFFTAG_INKSET, INKSET_CMYK) != INKSET_CMYK || layout.samples < 4))
    return {"a TIFF of inks that are not CMYK", kSaveAgain};
  if (layout.alpha == TiffAlpha::kMultiplied && layout.photometric == PHOTOMETRIC_PALETTE)
    return {"a TIFF of a palette with alpha multiplied in", kSaveAgain};
  const bool has_blocks = layout.across != 1 || layout.down != 1;
  if (layout.is_ycbcr && (!layout.tells_blocks || (layout.samples != 3 && !layout.is_separate)))
    return {layout.tells_blocks ? "a TIFF of YCbCr colours and more" : "a TIFF of YCbCr colours of untold coarseness",
            kSaveAgain};
  if (layout.is_ycbcr && has_blocks && (layout.bits != 8 || layout.samples != 3 || layout.is_separate))
    return {
        "a TIFF of YCbCr colours that are coarser than their brightness, in " + std::to_string(layout.bits) + " bits",
        kSaveAgain};
  if (layout.photometric == PHOTOMETRIC_YCBCR && !layout.is_ycbcr && !YcbcrToRgb(file, layout.bits).is_that_of_jpeg())
    return {"a TIFF of JPEG data with a black and white of its own", kSaveAgain};
  return {};
}

}  // namespace

UnreadTiff unread_of(const TiffFile& file, const TiffLayout& layout) {
  const uint16_t format = file.short_or(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const bool has_numbers = (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) || layout.bits > 16;
  if (is_raw(file, layout)) return {"a camera's raw file", Converter::kRaw};
  if (!layout.is_known) return {"a TIFF that does not tell whether 0 is black or white", Converter::kSaveAgain};
  if (is_any_of(layout.photometric, {PHOTOMETRIC_LOGL, PHOTOMETRIC_LOGLUV}))  // ImageMagick makes them nearly gray
    return {photometric_name(layout.photometric), Converter::kSaveAgain};
  if (std::find(std::begin(kCompressions), std::end(kCompressions), layout.compression) == std::end(kCompressions) ||
      !TIFFIsCODECConfigured(layout.compression)) {
    const Converter converter = converter_of_compression(layout);
    return {"a TIFF of compression " + std::to_string(layout.compression),
            has_numbers && converter == Converter::kTiffNumbers ? Converter::kTiffUnknownWhite : converter};
  }
  return has_numbers ? unread_numbers(format, layout) : unread_colours(file, layout);
}

}  // namespace dcgan
