#include "image/png.hpp"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <vector>

#include "core/error.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

/// libpng's encoder. It reports errors by jumping out: so nothing with a destructor lives inside `guarded`.
class PngWriter {
 public:
  PngWriter()
      : writer_(png_create_write_struct(
            PNG_LIBPNG_VER_STRING, nullptr, [](png_structp writer, png_const_charp) { png_longjmp(writer, 1); },
            [](png_structp, png_const_charp) {})) {
    info_ = writer_ ? png_create_info_struct(writer_) : nullptr;
    if (!info_) throw Error("libpng does not start: there is no memory, or its header is of another version");
    png_set_write_fn(
        writer_, &bytes_,
        [](png_structp writer, png_bytep data, size_t count) {
          static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(data), count);
        },
        [](png_structp) {});
  }
  ~PngWriter() { png_destroy_write_struct(&writer_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  /// False when libpng gave up.
  bool write(const Image& image, std::vector<png_text_struct>& text, std::vector<const uint8_t*>& rows) {
    // Fast ones: sheets are written while a run trains. Z_RLE, of zlib.h.
    constexpr int kFastest = 1, kRunLengths = 3;
    if (setjmp(png_jmpbuf(writer_))) return false;
    const int colour = image.channels == 1   ? PNG_COLOR_TYPE_GRAY
                       : image.channels == 3 ? PNG_COLOR_TYPE_RGB
                                             : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_IHDR(writer_, info_, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
                 colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(writer_, kFastest);
    png_set_compression_strategy(writer_, kRunLengths);
    png_set_filter(writer_, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    if (!text.empty()) png_set_text(writer_, info_, text.data(), static_cast<int>(text.size()));
    png_set_rows(writer_, info_, const_cast<png_bytepp>(rows.data()));
    png_write_png(writer_, info_, PNG_TRANSFORM_IDENTITY, nullptr);
    return true;
  }
  std::string take() { return std::move(bytes_); }

 private:
  png_structp writer_;
  png_infop info_ = nullptr;
  std::string bytes_;
};

uint32_t big_endian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

/// Keyword 0 text.
void add_latin1(std::string_view data, TextPairs& out) {
  const size_t zero = data.find('\0');
  if (zero == std::string_view::npos || zero == 0) return;
  out.emplace_back(from_latin1(data.substr(0, zero)), from_latin1(data.substr(zero + 1)));
}

/// Keyword 0 compressed? method language 0 keyword in that language 0 text.
void add_utf8(std::string_view data, TextPairs& out) {
  const size_t zero = data.find('\0');
  if (zero == std::string_view::npos || zero == 0 || data.size() < zero + 3 || data[zero + 1] != 0) return;
  const size_t language = data.find('\0', zero + 3);
  const size_t translated = language == std::string_view::npos ? language : data.find('\0', language + 1);
  if (translated == std::string_view::npos) return;
  out.emplace_back(from_latin1(data.substr(0, zero)), std::string(data.substr(translated + 1)));
}

}  // namespace

std::string encode_png(const Image& image, const TextPairs& text) {
  std::vector<png_text_struct> chunks;
  for (const auto& [keyword, value] : text) {
    png_text_struct one{};
    one.compression = is_ascii(value) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    one.key = const_cast<char*>(keyword.c_str());
    one.text = const_cast<char*>(value.c_str());
    (is_ascii(value) ? one.text_length : one.itxt_length) = value.size();
    chunks.push_back(one);
  }
  std::vector<const uint8_t*> rows;
  for (int64_t y = 0; y < image.height; ++y) rows.push_back(image.at(0, y));
  PngWriter writer;
  if (!writer.write(image, chunks, rows))
    throw Error("cannot encode a picture of " + to_text(Size{image.width, image.height}) + " pixels");
  return writer.take();
}

TextPairs png_text(std::string_view bytes) {
  constexpr size_t kFrame = 12, kMostChunks = 10'000;
  TextPairs out;
  if (!bytes.starts_with(kSignature)) return out;
  bytes.remove_prefix(kSignature.size());
  for (size_t chunk = 0; chunk < kMostChunks && bytes.size() >= kFrame; ++chunk) {
    const size_t length = big_endian(bytes);
    if (length > bytes.size() - kFrame) break;
    const auto kind = bytes.substr(4, 4), data = bytes.substr(8, length);
    if (kind == "tEXt") add_latin1(data, out);
    if (kind == "iTXt") add_utf8(data, out);
    bytes.remove_prefix(kFrame + length);
  }
  return out;
}

}  // namespace dcgan
