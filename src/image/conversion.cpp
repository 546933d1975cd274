#include "image/conversion.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "image/conversion_code.hpp"

namespace dcgan {
namespace {

using By = Converter;

constexpr char kMagick[] = "ImageMagick", kPillow[] = "Python with Pillow", kNumpy[] = "Python with numpy and Pillow",
               kCodecs[] = "Python with imagecodecs, numpy and Pillow",
               kTifffile[] = "Python with tifffile, imagecodecs, numpy and Pillow",
               kTaken[] = "numbers within 0 to 1 or 0 to 255 are taken for that, others from the lowest to the highest";

struct Row {
  Converter by;
  const char* needs;  // what to install, by its name
  /// {in} and {out} are words for the file and for what becomes of it, {file:in}, {file:out} and {file:frames} those
  /// for ffmpeg. Through standard input where names would mean something to the program. "" for a program of Python's.
  /// Without single quotes: a loop over many files is in such.
  const char* command;
  const char* ending = ".png";
  const char* remark = "";  // what it does that may be otherwise
  const char* name = "";    // of a long program of Python's, which `dcgan data converter NAME` prints
};

constexpr Row kRows[] = {
    {By::kGif, kMagick, "convert \"gif:-[0]\" -coalesce -strip png:- < {in} > {out}"},
    {By::kHeic, "libheif-examples", "heif-convert {in} {out}"},
    {By::kAvif, "Python with Pillow 11.3 or newer", ""},
    {By::kJpeg2000, kMagick, "convert jp2:- -strip -depth 8 png:- < {in} > {out}"},
    {By::kJpegXl, kCodecs, "", ".png", "", "jpeg-xl"},
    {By::kJpegXr, kCodecs, "", ".png", "", "jpeg-xr"},
    {By::kJpegLs, kCodecs, "", ".png", "", "jpeg-ls"},
    {By::kDeepJpeg, kCodecs, "", ".png", "", "deep-jpeg"},
    {By::kBitmapArray, "Python", "", ".bmp"},
    {By::kJpegInBmp, "Python", "", ".jpg"},
    {By::kPngInBmp, "Python", ""},
    {By::kPsd, kMagick, "convert \"psd:-[0]\" -strip -depth 8 png:- < {in} > {out}"},
    {By::kIcon, kPillow, ""},
    {By::kExr, "ffmpeg", "ffmpeg -nostdin -apply_trc iec61966_2_1 -i {file:in} -pix_fmt rgba {file:out}"},
    {By::kHdr, kMagick, "convert hdr:- -set colorspace RGB -colorspace sRGB -strip -depth 8 png:- < {in} > {out}"},
    {By::kPfm, kNumpy, "", ".png", kTaken, "pfm"},
    {By::kSvg, "librsvg2-bin", "rsvg-convert < {in} > {out}"},
    {By::kPdf, "poppler-utils", "pdftoppm -png -r 150 {in} {in}"},
    {By::kXcf, kMagick, "convert xcf:- -background none -flatten -strip -depth 8 png:- < {in} > {out}"},
    {By::kQoi, kPillow, ""},
    {By::kDds, kPillow, ""},
    {By::kFits, kNumpy, "", ".png", kTaken, "fits"},
    {By::kRaw, "libraw-bin", "dcraw_emu -w -Z - {in} > {out} && [ -s {out} ]", ".ppm"},  // it fails with 0
    {By::kMng, kMagick, "convert \"-[0]\" -coalesce -strip -depth 8 png:- < {in} > {out}"},
    {By::kFilm, "ffmpeg", "ffmpeg -nostdin -i {file:in} {file:frames}"},
    {By::kTiffByMagick, kMagick, "convert \"tiff:-[0]\" -auto-orient -strip -depth 8 png:- < {in} > {out}"},
    {By::kTiffNumbers, kTifffile, "", ".png", "", "tiff"},
    {By::kTiffUnknownWhite, kTifffile, "", ".png", kTaken, "tiff"},
    {By::kTiffLab, kTifffile, "", ".png", "", "tiff-lab"},
    {By::kTiffOddDepths, kTifffile, "", ".png", "", "tiff-odd-depths"},
};

const Row* row_of(Converter by) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.by == by; });
  return found == std::end(kRows) ? nullptr : found;
}

/// The words that a command is filled with.
struct Words {
  std::string in, out, file_in, file_out, frames;
};

Words words_for(const std::string& path, const std::string& ending) {
  std::string pattern = "file:";  // for ffmpeg % in a name is a number's place
  for (const char c : path) pattern += c == '%' ? "%%" : std::string(1, c);
  const std::string out = path + ending;
  return {shell_word(path), shell_word(out), shell_word("file:" + path), shell_word("file:" + out),
          shell_word(pattern + "-%05d.png")};
}

/// Of the file that a loop's variable f names.
Words words_in_loop(const std::string& ending) {
  return {"\"$f\"", "\"$f" + ending + "\"", "\"file:$f\"", "\"file:$f" + ending + "\"",
          "\"file:$(printf %s \"$f\" | sed s/%/%%/g)-%05d.png\""};
}

/// In one pass: a name may hold any of these words.
std::string filled(std::string_view text, const Words& words) {
  const std::pair<std::string_view, const std::string&> all[] = {{"{in}", words.in},
                                                                 {"{out}", words.out},
                                                                 {"{file:in}", words.file_in},
                                                                 {"{file:out}", words.file_out},
                                                                 {"{file:frames}", words.frames}};
  std::string done;
  while (!text.empty()) {
    const auto* found =
        std::find_if(std::begin(all), std::end(all), [&](auto& word) { return text.starts_with(word.first); });
    const bool is_word = found != std::end(all);
    done += is_word ? found->second : std::string(1, text[0]);
    text.remove_prefix(is_word ? found->first.size() : 1);
  }
  return done;
}

/// What is typed for one file. A shell makes the file of > before the program runs: one that fails must not leave it,
/// for an empty file is no picture.
std::string command_of(const Row& row, const Words& words) {
  if (!*row.command) {
    const std::string files = " " + words.in + " " + words.out;
    if (!*row.name) return "python3 -c " + shell_word(python_code(row.by)) + files;
    return "p=$(dcgan data converter " + std::string(row.name) + ") && python3 -c \"$p\"" + files;
  }
  const std::string command = filled(row.command, words);
  const bool is_made_by_shell = std::string_view(row.command).find("> {out}") != std::string_view::npos;
  return command + (is_made_by_shell ? " || { rm -f " + words.out + "; false; }" : "");
}

/// How files that end with one of `endings` ("gif") are found below a folder.
std::string find_words(const std::string& folder, const std::vector<std::string>& endings) {
  std::string tests;
  for (const auto& ending : endings) tests += (tests.empty() ? "" : " -o ") + ("-iname \"*." + ending) + "\"";
  if (endings.size() > 1) tests = "\\( " + tests + " \\)";
  return "find -L " + shell_word(folder) + " -type f " + tests;
}

}  // namespace

std::string conversion_command(Converter by, const std::string& path) {
  const Row* row = row_of(by);
  return row ? command_of(*row, words_for(path, row->ending)) : "";
}

std::string conversion_needs(Converter by) {
  const Row* row = row_of(by);
  return row ? std::string(row->needs) + (*row->remark ? std::string(" (") + row->remark + ")" : "") : "";
}

std::string conversion_words(Converter by, const std::string& path, const std::string& before) {
  if (!row_of(by)) return "save it again as a PNG in the program that made it";
  return "convert it by " + conversion_needs(by) + ": " + before + conversion_command(by, path);
}

std::string conversion_of_all(Converter by, const std::string& folder, const std::vector<std::string>& endings) {
  const Row* row = row_of(by);
  if (!row) return "";
  const bool makes_one = std::string_view(row->command).find("out}") != std::string_view::npos || !*row->command;
  const Words words = words_in_loop(row->ending);
  const std::string command = command_of(*row, words),
                    each = makes_one ? "[ -e " + words.out + " ] || { " + command + "; }" : command;
  return find_words(folder, endings) + " -exec sh -c " + shell_word("for f; do " + each + "; done") + " sh {} +";
}

std::string conversion_of_these(Converter by, const std::vector<std::string>& paths) {
  const Row* row = row_of(by);
  if (!row) return "";
  std::string names;
  for (const auto& path : paths) names += " " + shell_word(path);
  return "for f in" + names + "; do " + command_of(*row, words_in_loop(row->ending)) + "; done";
}

bool is_converted(Converter by, const std::string& path) {
  const Row* row = row_of(by);
  std::error_code ignored;
  if (!row) return false;
  for (const char* of_several : {"-00001.png", "-1.png", "-01.png", "-001.png"})
    if (std::filesystem::exists(path + of_several, ignored)) return true;
  return std::filesystem::file_size(path + row->ending, ignored) > 0 && !ignored;
}

std::vector<std::string> converter_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows)
    if (*row.name && std::find(names.begin(), names.end(), row.name) == names.end()) names.emplace_back(row.name);
  return names;
}

std::string converter_program(const std::string& name) {
  for (const Row& row : kRows)
    if (*row.name && row.name == name) return python_code(row.by);
  return "";
}

}  // namespace dcgan
