#include "image/pnm.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>

#include "core/text.hpp"
#include "image/bytes.hpp"

namespace dcgan {
namespace {

struct Header {
  int kind = 0;  // 1 to 7
  int64_t width = 0, height = 0;
  int64_t samples = 1;  // a pixel
  int64_t most = 1;     // the largest value
  size_t pixels_at = 0;
  std::string tuples;  // of a PAM: "RGB_ALPHA", say; may be empty
  std::string problem;
  /// As ImageMagick writes them, 0 for none; perhaps with alpha.
  bool has_inks() const { return (tuples == "CMYK" && samples == 4) || (tuples == "CMYK_ALPHA" && samples == 5); }
  bool has_alpha() const { return has_inks() ? samples == 5 : samples == 2 || samples == 4; }
  bool is_ascii() const { return kind <= 3; }
  bool is_bits() const { return kind == 1 || kind == 4; }
};

bool is_space(char c) { return std::isspace(static_cast<uint8_t>(c)); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t behind_space(std::string_view b, size_t at) {
  while (at < b.size() && (is_space(b[at]) || b[at] == '#'))
    at = b[at] == '#' ? std::min(b.find_first_of("\n\r", at), b.size()) : at + 1;
  return at;
}

/// -1 when there is no number, or one above four billion.
int64_t take_number(std::string_view b, size_t& at) {
  int64_t value = 0;
  const size_t start = at;
  while (at < b.size() && is_digit(b[at]) && value < (int64_t{1} << 32)) value = value * 10 + (b[at++] - '0');
  return at == start || value >= (int64_t{1} << 32) ? -1 : value;
}

/// Lines of a word and its value, up to ENDHDR.
void read_pam(std::string_view b, Header& header) {
  size_t at = 2;
  for (int lines = 0; lines < 1000; ++lines) {
    at = behind_space(b, at);
    const size_t end = std::min(b.find('\n', at), b.size());
    std::string_view line = b.substr(at, end - at);
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    at = end + 1;
    if (line == "ENDHDR") return void(header.pixels_at = at);
    const size_t gap = std::min(line.find_first_of(" \t"), line.size());
    const auto word = line.substr(0, gap), value = line.substr(std::min(behind_space(line, gap), line.size()));
    size_t digits = 0;
    if (word == "WIDTH") header.width = take_number(value, digits);
    if (word == "HEIGHT") header.height = take_number(value, digits);
    if (word == "DEPTH") header.samples = take_number(value, digits);
    if (word == "MAXVAL") header.most = take_number(value, digits);
    if (word == "TUPLTYPE") header.tuples = value;
    if (end >= b.size()) break;
  }
  header.problem = "the PAM header is cut off";
}

Header header_of(std::string_view b) {
  Header header;
  header.kind = b[1] - '0';
  if (header.kind == 7) {
    read_pam(b, header);
  } else {
    header.samples = header.kind == 3 || header.kind == 6 ? 3 : 1;
    size_t at = 2;
    for (int64_t* value : {&header.width, &header.height, &header.most}) {
      if (value == &header.most && header.is_bits()) break;
      at = behind_space(b, at);
      if ((*value = take_number(b, at)) < 0) header.problem = "the PNM header is broken";
    }
    header.pixels_at = at + (header.is_ascii() ? 0 : 1);  // one white space, and no more, stands before bytes
  }
  const bool is_broken = header.most < 1 || header.most > 65535 || header.samples < 1 || header.samples > 1000;
  if (header.problem.empty() && is_broken) header.problem = "the PNM header is broken";
  if (header.problem.empty() && (header.width < 1 || header.height < 1))
    header.problem = "its header says it has no pixels";
  return header;
}

/// PAM names what its samples are. Any name will do for a usual number of them, but one that says otherwise.
bool has_known_tuples(const Header& header) {
  if (header.has_inks()) return true;
  constexpr const char* kOthers[] = {"LAB", "CIE", "LUV", "XYZ", "YUV", "YC",  "YIQ", "HS",
                                     "BGR", "GBR", "ARG", "ABG", "CMY", "XRG", "XBG", "RGBX"};
  std::string word;
  for (const char c : header.tuples + "_") {
    if (std::isalnum(static_cast<uint8_t>(c))) {
      word += static_cast<char>(std::toupper(static_cast<uint8_t>(c)));
      continue;
    }
    if (std::any_of(std::begin(kOthers), std::end(kOthers), [&](const char* one) { return word.starts_with(one); }))
      return false;
    word.clear();
  }
  return header.samples <= 4;
}

/// Samples one after another, whatever they are written as.
class Samples {
 public:
  Samples(std::string_view bytes, const Header& header) : bytes_(bytes), header_(header), at_(header.pixels_at) {}

  uint32_t next() {
    if (header_.kind == 1) return next_digit();
    if (header_.is_ascii()) return next_word();
    const size_t width = header_.most > 255 ? 2 : 1;
    if (at_ + width > bytes_.size()) cut_off();
    at_ += width;
    return big_endian(bytes_, at_ - width, width);
  }
  /// Bits of one row; each row begins with a new byte. Ones are black.
  void next_bits(uint8_t* out, int64_t count) {
    const auto row = static_cast<size_t>((count + 7) / 8);
    if (at_ + row > bytes_.size()) cut_off();
    for (int64_t x = 0; x < count; ++x)
      out[x] = static_cast<uint8_t>(bytes_[at_ + static_cast<size_t>(x / 8)]) >> (7 - x % 8) & 1 ? 0 : 255;
    at_ += row;
  }

 private:
  [[noreturn]] void cut_off() const {
    throw Error("damaged PNM: the file ends after " + with_commas(static_cast<int64_t>(bytes_.size())) +
                " bytes, before its last pixel");
  }
  /// PBM needs no space between its digits.
  uint32_t next_digit() {
    at_ = behind_space(bytes_, at_);
    if (at_ >= bytes_.size()) cut_off();
    const char digit = bytes_[at_++];
    if (digit != '0' && digit != '1') throw Error("damaged PNM: a pixel is neither 0 nor 1");
    return digit == '1' ? 0 : 1;
  }
  uint32_t next_word() {
    at_ = behind_space(bytes_, at_);
    if (at_ >= bytes_.size()) cut_off();
    const int64_t value = take_number(bytes_, at_);
    if (value < 0) throw Error("damaged PNM: a pixel is not a number");
    return static_cast<uint32_t>(std::min<int64_t>(value, header_.most));
  }

  std::string_view bytes_;
  const Header& header_;
  size_t at_;
};

}  // namespace

void probe_pnm(std::string_view bytes, Probe& probe) {
  const Header header = header_of(bytes);
  probe.width = header.width, probe.height = header.height;
  probe.bits = header.most > 255 ? 16 : 8;
  probe.gray = header.samples <= 2, probe.alpha = header.has_alpha();
  probe.mode = probe.gray ? (probe.alpha ? "gray+alpha" : "gray") : probe.alpha ? "RGBA" : "RGB";
  if (header.has_inks()) probe.mode = "CMYK";
  probe.problem = header.problem;
  if (probe.problem.empty() && !has_known_tuples(header))
    refuse_kind(probe,
                "a PAM of " + (header.tuples.empty() ? counted(header.samples, "sample") + " a pixel"
                                                     : "'" + printable(header.tuples) + "'"),
                Converter::kSaveAgain);
}

Image decode_pnm(std::string_view bytes) {
  const Header header = header_of(bytes);
  const int64_t colours = header.samples - (header.has_alpha() ? 1 : 0);
  Image image(header.width, header.height, header.has_alpha() ? 4 : header.has_inks() ? 3 : header.samples);
  Samples samples(bytes, header);
  for (int64_t y = 0; y < header.height; ++y) {
    uint8_t* out = image.at(0, y);
    if (header.kind == 4) {
      samples.next_bits(out, header.width);
      continue;
    }
    for (int64_t x = 0; x < header.width; ++x, out += image.channels) {
      uint8_t pixel[5] = {};
      for (int64_t s = 0; s < header.samples; ++s)
        pixel[s] = to_eight_bits(samples.next(), static_cast<uint32_t>(header.most));
      for (int64_t c = 0; c < std::min<int64_t>(3, image.channels); ++c)
        out[c] = header.has_inks() ? static_cast<uint8_t>(((255 - pixel[c]) * (255 - pixel[3]) + 127) / 255)
                                   : pixel[colours == 1 ? 0 : c];
      if (header.has_alpha()) out[3] = pixel[colours];
    }
  }
  return image;
}

}  // namespace dcgan
