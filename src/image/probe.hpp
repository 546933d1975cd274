// What a picture file says about itself before it is decoded: size, colours. A few header bytes are read, nothing is
// inflated, so a hostile file costs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "image/conversion.hpp"
#include "image/format.hpp"

namespace dcgan {

struct Probe {
  ImageFormat format = ImageFormat::kUnknown;
  int64_t width = 0;  // as stored, before EXIF rotation; 0 when the header does not tell
  int64_t height = 0;
  bool gray = false;                       // stored without colour
  bool alpha = false;                      // has an alpha channel or a transparent colour
  int bits = 8;                            // a channel
  std::string mode;                        // "gray", "RGB", "palette", "CMYK", "gray+alpha", "RGBA"
  int64_t working_bytes = 0;               // what its decoder takes besides the picture
  std::string problem;                     // why it cannot be read; empty when the header is sound
  Converter converter = Converter::kNone;  // what converts it, where it is sound but of a kind that is not read
};

/// Look at the beginning of a file (all of it where it is at hand: a JPEG's size may stand far behind).
Probe probe_image(std::string_view bytes);

/// A sound picture of a kind that is not read. Not damage: the words say so, and how to go on.
class NotRead : public Error {
 public:
  /// `kind`: "a TIFF of floating-point numbers", say. The file is not known: so what to type is not, either.
  NotRead(const std::string& kind, Converter converter);
  /// Of a probe that found it so.
  explicit NotRead(const Probe& probe) : NotRead(probe.problem, probe.converter, "", "") {}
  /// The same of the file at `path`: its words end with what to type. `before`: see conversion_words.
  NotRead at(const std::string& path, const std::string& before = "") const;
  /// What converts it, once the file is known; "" where nothing does.
  const std::string& command() const { return command_; }
  Converter converter() const { return converter_; }

 private:
  NotRead(const std::string& problem, Converter converter, const std::string& how, const std::string& command)
      : Error(problem + how), problem_(problem), command_(command), converter_(converter) {}

  std::string problem_, command_;
  Converter converter_;
};

/// Sets problem and converter as NotRead has them.
void refuse_kind(Probe& probe, const std::string& kind, Converter converter);

}  // namespace dcgan
