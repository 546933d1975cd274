#include "image/conversion.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "image/conversion_code.hpp"

namespace dcgan {
namespace {

using enum Converter;

constexpr char kMagick[] = "ImageMagick", kPillow[] = "Python with Pillow", kNumpy[] = "Python with numpy and Pillow",
               kCodecs[] = "Python with imagecodecs, numpy and Pillow",
               kTifffile[] = "Python with tifffile, imagecodecs, numpy and Pillow",
               kTaken[] = "numbers within 0 to 1 or 0 to 255 are taken for that, others from the lowest to the highest";

struct Row {
  Converter by;
  const char* needs;  // what to install, by its name
  /// {in} and {out} are words for the file and for what becomes of it, {file:in}, {file:out} and {file:frames} those
  /// for ffmpeg. Through standard input where names would mean something to the program. "" for a program of Python's.
  const char* command;
  const char* ending = ".png";
  const char* remark = "";  // what it does that may be otherwise
};

constexpr Row kRows[] = {
    {kGif, kMagick, "convert 'gif:-[0]' -coalesce -strip png:- < {in} > {out}"},
    {kHeic, "libheif-examples", "heif-convert {in} {out}"},
    {kAvif, "Python with Pillow 11.3 or newer", ""},
    {kJpeg2000, kMagick, "convert jp2:- -strip -depth 8 png:- < {in} > {out}"},
    {kJpegXl, kCodecs, ""},
    {kJpegXr, kCodecs, ""},
    {kJpegLs, kCodecs, ""},
    {kDeepJpeg, kCodecs, ""},
    {kBitmapArray, "Python", "", ".bmp"},
    {kJpegInBmp, "Python", "", ".jpg"},
    {kPngInBmp, "Python", ""},
    {kPsd, kMagick, "convert 'psd:-[0]' -strip -depth 8 png:- < {in} > {out}"},
    {kIcon, kPillow, ""},
    {kExr, "ffmpeg", "ffmpeg -apply_trc iec61966_2_1 -i {file:in} -pix_fmt rgba {file:out}"},
    {kHdr, kMagick, "convert hdr:- -set colorspace RGB -colorspace sRGB -strip -depth 8 png:- < {in} > {out}"},
    {kPfm, kNumpy, "", ".png", kTaken},
    {kSvg, "librsvg2-bin", "rsvg-convert < {in} > {out}"},
    {kPdf, "poppler-utils", "pdftoppm -png -r 150 {in} {in}"},
    {kXcf, kMagick, "convert xcf:- -background none -flatten -strip -depth 8 png:- < {in} > {out}"},
    {kQoi, kPillow, ""},
    {kDds, kPillow, ""},
    {kFits, kNumpy, "", ".png", kTaken},
    {kRaw, "libraw-bin", "dcraw_emu -w -Z - {in} > {out}", ".ppm"},
    {kMng, kMagick, "convert '-[0]' -coalesce -strip -depth 8 png:- < {in} > {out}"},
    {kFilm, "ffmpeg", "ffmpeg -i {file:in} {file:frames}"},
    {kTiffByMagick, kMagick, "convert 'tiff:-[0]' -auto-orient -strip -depth 8 png:- < {in} > {out}"},
    {kTiffNumbers, kTifffile, "", ".png", ""},
    {kTiffUnknownWhite, kTifffile, "", ".png", kTaken},
    {kTiffLab, kTifffile, ""},
    {kTiffOddDepths, kTifffile, ""},
};

const Row* row_of(Converter by) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.by == by; });
  return found == std::end(kRows) ? nullptr : found;
}

/// For ffmpeg % in a name is a number's place.
std::string frames_word(const std::string& path) {
  std::string pattern = "file:";
  for (const char c : path) pattern += c == '%' ? "%%" : std::string(1, c);
  return shell_word(pattern + "-%05d.png");
}

/// In one pass: a name may hold any of these words.
std::string filled(std::string_view text, const std::string& path, const std::string& out) {
  const std::pair<std::string_view, std::string> words[] = {{"{in}", shell_word(path)},
                                                            {"{out}", shell_word(out)},
                                                            {"{file:in}", shell_word("file:" + path)},
                                                            {"{file:out}", shell_word("file:" + out)},
                                                            {"{file:frames}", frames_word(path)}};
  std::string done;
  while (!text.empty()) {
    const auto* found =
        std::find_if(std::begin(words), std::end(words), [&](auto& word) { return text.starts_with(word.first); });
    const bool is_word = found != std::end(words);
    done += is_word ? found->second : std::string(1, text[0]);
    text.remove_prefix(is_word ? found->first.size() : 1);
  }
  return done;
}

}  // namespace

std::string conversion_command(Converter by, const std::string& path) {
  const Row* row = row_of(by);
  if (!row) return "";
  const std::string out = path + row->ending;
  return *row->command ? filled(row->command, path, out) : python_command(python_code(by), {path, out});
}

std::string conversion_words(Converter by, const std::string& path, const std::string& before) {
  const Row* row = row_of(by);
  if (!row) return "save it again as a PNG in the program that made it";
  const std::string remark = *row->remark ? std::string(" (") + row->remark + ")" : "";
  return std::string("convert it by ") + row->needs + remark + ": " + before + conversion_command(by, path);
}

}  // namespace dcgan
