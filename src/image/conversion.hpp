// How a sound picture that this program does not read becomes one that it reads: a table of commands, each tried as
// it is typed by tests/image/conversion_test.cpp. Not for which pictures those are (image/probe).
#pragma once

#include <string>

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
/// Nothing else stands in it. "" for kNone and kSaveAgain.
std::string conversion_command(Converter by, const std::string& path);
/// The same as a clause behind the words of what it is: "convert it by ImageMagick: ...". `before` is put in front of
/// the command: what brings the file to `path`.
std::string conversion_words(Converter by, const std::string& path, const std::string& before = "");

}  // namespace dcgan
