// How a sound picture that this program does not read becomes one that it reads: a table of commands, each tried as
// it is typed by tests/image/conversion_test.cpp. Not for which pictures those are (image/probe).
#pragma once

#include <string>
#include <vector>

namespace dcgan {

/// Named by what they convert.
enum class Converter {
  kNone,       // nothing to convert: it is read, or damaged, or no picture
  kSaveAgain,  // no program of a usual machine reads it, or nothing in the file says what its numbers mean
  kGif,
  kHeic,
  kAvif,
  kJpeg2000,
  kJpegXl,
  kJpegXr,
  kJpegLs,
  kDeepJpeg,  // more than 8 bits, or lossless
  kBitmapArray,
  kJpegInBmp,
  kPngInBmp,
  kPsd,
  kIcon,
  kExr,
  kHdr,
  kPfm,
  kSvg,
  kPdf,
  kXcf,
  kQoi,
  kDds,
  kFits,
  kRaw,
  kMng,
  kFilm,
  kTiffByMagick,      // masks; compressions that libtiff undoes with any amount of memory
  kTiffNumbers,       // compressions that tifffile undoes; JPEG data of more than 8 bits
  kTiffUnknownWhite,  // in floating point, with signs, complex, of more than 16 bits
  kTiffLab,
  kTiffOddDepths,  // samples of different depths
};

/// A command for a shell that writes the picture in the file at `path` as another file beside it, which is read.
/// Nothing else stands in it, and one that fails leaves no file. "" for kNone and kSaveAgain.
std::string conversion_command(Converter by, const std::string& path);
/// The same for all files below `folder` that end with one of `endings` (letters and digits, without the dot), whatever
/// they are called; what was made before is left alone.
std::string conversion_of_all(Converter by, const std::string& folder, const std::vector<std::string>& endings);
/// The same for these files.
std::string conversion_of_these(Converter by, const std::vector<std::string>& paths);
/// What must be installed for it, by its name, and what the command takes for granted.
std::string conversion_needs(Converter by);
/// Whether a picture that the command makes of the file at `path` lies beside it.
bool is_converted(Converter by, const std::string& path);

/// Programs of Python's that are too long for a line: commands ask `dcgan data converter NAME` for them.
std::vector<std::string> converter_names();
/// Such a program, which reads the file sys.argv[1] and writes sys.argv[2]; "" for a name that is not there.
std::string converter_program(const std::string& name);

/// The same as a clause behind the words of what it is: "convert it by ImageMagick: ...". `before` is put in front of
/// the command: what brings the file to `path`.
std::string conversion_words(Converter by, const std::string& path, const std::string& before = "");

}  // namespace dcgan
