#include "image/tiff_file.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/text.hpp"
#include "image/tiff_unread.hpp"

namespace dcgan {
namespace {

/// What libtiff said last in this thread.
thread_local char last_words[256] = "";

void keep_words(const char*, const char* format, va_list values) {
  std::vsnprintf(last_words, sizeof last_words, format, values);
}

/// What an ExtraSamples tag says of the samples behind the colours.
void settle_alpha(const TiffFile& file, TiffLayout& layout) {
  uint16_t count = 0, *kinds = nullptr;
  const bool is_told = file.has(TIFFTAG_EXTRASAMPLES) &&
                       TIFFGetField(file.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 && count > 0;
  const int extra = layout.samples - layout.colours;
  // Four samples of RGB whose writer left the tag out are taken for colours with alpha by every reader.
  if (!is_told && extra == 1 && layout.photometric == PHOTOMETRIC_RGB) {
    layout.alpha = TiffAlpha::kStraight, layout.alpha_at = layout.colours;
    return;
  }
  for (int i = 0; i < std::min<int>(is_told ? count : 0, extra); ++i) {
    if (kinds[i] != EXTRASAMPLE_ASSOCALPHA && kinds[i] != EXTRASAMPLE_UNASSALPHA) continue;
    layout.alpha = kinds[i] == EXTRASAMPLE_ASSOCALPHA ? TiffAlpha::kMultiplied : TiffAlpha::kStraight;
    layout.alpha_at = layout.colours + i;
    return;
  }
}

/// Colours by photometric interpretation; 0 for those that are not read.
int colours_of(const TiffLayout& layout) {
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE:
      return 1;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
      return 3;
    case PHOTOMETRIC_SEPARATED:
      return 4;
    default:
      return 0;
  }
}

void read_layout(const TiffFile& file, TiffLayout& layout) {
  layout.width = file.long_or(TIFFTAG_IMAGEWIDTH, 0), layout.height = file.long_or(TIFFTAG_IMAGELENGTH, 0);
  layout.bits = file.short_or(TIFFTAG_BITSPERSAMPLE, 1), layout.samples = file.short_or(TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.compression = file.short_or(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const bool is_fax = layout.compression >= 2 && layout.compression <= 4;
  // Of three colours it can be left out, and of fax data, which are black on white. Of gray readers disagree.
  uint16_t count = 0, *kinds = nullptr;
  TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds);  // libtiff puts others behind the file's own
  const auto alphas = count - std::count(kinds, kinds + count, EXTRASAMPLE_UNSPECIFIED);
  const bool has_three = layout.samples - alphas == 3;
  layout.is_told = file.short_or(TIFFTAG_PHOTOMETRIC, UINT16_MAX) != UINT16_MAX;
  layout.is_known = layout.is_told || is_fax || has_three;
  layout.photometric = file.short_or(TIFFTAG_PHOTOMETRIC, has_three ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISWHITE);
  layout.is_separate = file.short_or(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  layout.is_tiled = TIFFIsTiled(file.get());
  layout.part_width = layout.is_tiled ? file.long_or(TIFFTAG_TILEWIDTH, 0) : layout.width;
  layout.part_height = layout.is_tiled
                           ? file.long_or(TIFFTAG_TILELENGTH, 0)
                           : std::min<int64_t>(file.long_or(TIFFTAG_ROWSPERSTRIP, UINT32_MAX), layout.height);
}

void settle_ycbcr(const TiffFile& file, TiffLayout& layout) {
  layout.is_ycbcr = layout.compression != COMPRESSION_JPEG || layout.is_separate;
  if (!layout.is_ycbcr) return void(TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB));
  uint16_t across = 2, down = 2;
  // Without the tag it is 2 x 2 by the standard, and 1 x 1 to many a writer.
  layout.tells_blocks = TIFFGetField(file.get(), TIFFTAG_YCBCRSUBSAMPLING, &across, &down) == 1;
  layout.across = across, layout.down = down;
  const auto is_usual = [](uint16_t side) { return side == 1 || side == 2 || side == 4; };
  if (!is_usual(across) || !is_usual(down))
    layout.damage = "damaged TIFF: a block of its colours has no size that there is";
}

std::string damage_of(const TiffLayout& layout) {
  constexpr int64_t kMostParts = 1 << 16;
  if (layout.width == 0 || layout.height == 0) return "the TIFF header does not tell its size";
  if (layout.part_width <= 0 || layout.part_height <= 0 || layout.bits == 0 || layout.bits > 128 ||
      layout.samples == 0 || layout.samples > 1024)
    return "the TIFF header is damaged";
  const int64_t across = (layout.width + layout.part_width - 1) / layout.part_width;
  const int64_t down = (layout.height + layout.part_height - 1) / layout.part_height;
  const int64_t planes = layout.is_separate ? layout.samples : 1;
  if (across > kMostParts || down > kMostParts || across * down > kMostParts / planes)
    return "the TIFF is cut into more than 65,536 parts";
  return "";
}

}  // namespace

TiffFile::TiffFile(std::string_view bytes) : bytes_{bytes} {
  static const bool is_quiet = [] {
    TIFFSetErrorHandler(keep_words);
    TIFFSetWarningHandler(nullptr);
    return true;
  }();
  (void)is_quiet;
  last_words[0] = 0;
  constexpr tmsize_t kMostMemory = 1'000'000'000;  // for one of its tables
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostMemory);
  const auto read = [](thandle_t handle, void* out, tmsize_t count) -> tmsize_t {
    auto& from = *static_cast<Bytes*>(handle);
    const size_t there = std::min(static_cast<size_t>(count), from.all.size() - std::min(from.at, from.all.size()));
    std::memcpy(out, from.all.data() + from.at, there);
    from.at += there;
    return static_cast<tmsize_t>(there);
  };
  const auto write = [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; };
  const auto seek = [](thandle_t handle, toff_t offset, int whence) -> toff_t {
    auto& from = *static_cast<Bytes*>(handle);
    const size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? from.at : from.all.size();
    return from.at = std::min<size_t>(base + offset, from.all.size());
  };
  const auto size = [](thandle_t handle) -> toff_t { return static_cast<Bytes*>(handle)->all.size(); };
  const auto map = [](thandle_t handle, void** base, toff_t* count) -> int {
    const auto& from = *static_cast<Bytes*>(handle);
    *base = const_cast<char*>(from.all.data()), *count = from.all.size();
    return 1;
  };
  tiff_.reset(TIFFClientOpenExt(
      "", "r", &bytes_, read, write, seek, [](thandle_t) { return 0; }, size, map, [](thandle_t, void*, toff_t) {},
      options.get()));
}

std::string TiffFile::problem() { return printable(last_words); }

bool TiffFile::has(uint32_t tag) const {
  const int count = TIFFGetTagListCount(get());
  for (int i = 0; i < count; ++i)
    if (TIFFGetTagListEntry(get(), i) == tag) return true;
  // Those that libtiff keeps apart are not in that list.
  uint16_t number = 0;
  void* values = nullptr;
  if (tag == TIFFTAG_EXTRASAMPLES || tag == TIFFTAG_SUBIFD) return TIFFGetField(get(), tag, &number, &values) == 1;
  return false;
}

uint16_t TiffFile::short_or(uint32_t tag, uint16_t otherwise) const {
  uint16_t value = 0;
  return TIFFGetField(get(), tag, &value) == 1 ? value : otherwise;
}

uint32_t TiffFile::long_or(uint32_t tag, uint32_t otherwise) const {
  uint32_t value = 0;
  return TIFFGetField(get(), tag, &value) == 1 ? value : otherwise;
}

TiffLayout layout_of(const TiffFile& file) {
  TiffLayout layout;
  if (!file.get()) {
    const std::string problem = TiffFile::problem();
    // Samples of different depths are allowed, and not read by libtiff.
    if (problem.find("per sample") != std::string::npos || problem.find("per-sample") != std::string::npos)
      layout.unread_kind = "a TIFF whose samples are of different depths", layout.converter = Converter::kTiffOddDepths;
    else if (problem.find("Cannot handle zero") != std::string::npos)  // of a strip, where there are pixels
      layout.unread_kind = "a TIFF whose samples come in other blocks", layout.converter = Converter::kSaveAgain;
    else
      layout.damage = problem.empty() ? "damaged TIFF: its directory cannot be read" : "damaged TIFF: " + problem;
    return layout;
  }
  read_layout(file, layout);
  if (!(layout.damage = damage_of(layout)).empty()) return layout;
  if (layout.photometric == PHOTOMETRIC_YCBCR) settle_ycbcr(file, layout);
  layout.colours = colours_of(layout);
  if (layout.colours > layout.samples && layout.photometric != PHOTOMETRIC_SEPARATED)
    layout.damage = "damaged TIFF: it has fewer samples than colours";
  settle_alpha(file, layout);
  if (!layout.damage.empty()) return layout;
  auto [kind, converter] = unread_of(file, layout);
  layout.unread_kind = std::move(kind), layout.converter = converter;
  // What converts it would take it for gray of another kind.
  if (!layout.is_told && converter != Converter::kNone && converter != Converter::kRaw)
    layout.converter = Converter::kSaveAgain;
  return layout;
}

}  // namespace dcgan
