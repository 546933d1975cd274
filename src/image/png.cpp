#include "image/png.hpp"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "core/error.hpp"
#include "image/bytes.hpp"
#include "image/exif.hpp"

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
    if (!info_) throw Error("libpng does not start: there is not enough memory, or its header is of another version");
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

/// libpng's decoder, likewise.
class PngReader {
 public:
  PngReader(std::string_view bytes, bool has_sum) : left_(bytes) {
    reader_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, give_up, [](png_structp, png_const_charp) {});
    info_ = reader_ ? png_create_info_struct(reader_) : nullptr;
    if (!info_) throw Exhausted("libpng does not start: there is not enough memory", "close other programs");
    png_set_read_fn(reader_, this, [](png_structp reader, png_bytep out, size_t count) {
      auto& left = static_cast<PngReader*>(png_get_io_ptr(reader))->left_;
      if (count > left.size()) png_error(reader, "the file ends too early");
      std::memcpy(out, left.data(), count);
      left.remove_prefix(count);
    });
    // Profiles, text, times and what else is of no use here are not even looked at.
    png_set_keep_unknown_chunks(reader_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    // Some encoders claim a smaller window than they use.
    png_set_option(reader_, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    if (!has_sum) png_set_option(reader_, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_set_user_limits(reader_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller has its own
  }
  ~PngReader() { png_destroy_read_struct(&reader_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Then `width`, `height` and `channels` (1 to 4) say what comes. False when libpng gave up; `problem` says why.
  bool start() {
    if (setjmp(png_jmpbuf(reader_))) return false;
    png_read_info(reader_, info_);
    png_set_scale_16(reader_);
    png_set_expand(reader_);  // palettes, few bits, transparent colours
    passes_ = png_set_interlace_handling(reader_);
    png_read_update_info(reader_, info_);
    width = png_get_image_width(reader_, info_), height = png_get_image_height(reader_, info_);
    channels = png_get_channels(reader_, info_);
    return true;
  }
  /// `rows`: of width x channels bytes each.
  bool read(std::vector<png_bytep>& rows) {
    if (setjmp(png_jmpbuf(reader_))) return false;
    const auto count = static_cast<png_uint_32>(rows.size());
    for (int pass = 0; pass < passes_; ++pass) png_read_rows(reader_, rows.data(), nullptr, count);
    png_read_end(reader_, nullptr);
    return true;
  }

  int64_t width = 0, height = 0, channels = 0;
  char problem[128] = "";

 private:
  static void give_up(png_structp reader, png_const_charp problem) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(reader));
    std::snprintf(self->problem, sizeof self->problem, "%s", problem);
    png_longjmp(reader, 1);
  }

  png_structp reader_ = nullptr;
  png_infop info_ = nullptr;
  std::string_view left_;
  int passes_ = 1;
};

/// Gray and alpha as four channels, in place.
void spread_gray(Image& image) {
  image.channels = 4;
  image.pixels.resize(2 * image.pixels.size());
  for (size_t i = image.pixels.size() / 4; i-- > 0;) {
    const uint8_t gray = image.pixels[2 * i], alpha = image.pixels[2 * i + 1];
    uint8_t* out = image.pixels.data() + 4 * i;
    out[0] = out[1] = out[2] = gray, out[3] = alpha;
  }
}

/// Calls `visit(kind, data)` for every chunk up to the first that is cut off, while it says true; 10,000 at most.
template <class Visit>
void each_chunk(std::string_view bytes, const Visit& visit) {
  constexpr size_t kFrame = 12, kMostChunks = 10'000;
  if (!bytes.starts_with(kSignature)) return;
  bytes.remove_prefix(kSignature.size());
  for (size_t chunk = 0; chunk < kMostChunks && bytes.size() >= kFrame; ++chunk) {
    const size_t length = big_endian(bytes, 0, 4);
    if (length > bytes.size() - kFrame || !visit(bytes.substr(4, 4), bytes.substr(8, length))) return;
    bytes.remove_prefix(kFrame + length);
  }
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

Png decode_png(std::string_view bytes, bool has_sum) {
  PngReader reader(bytes, has_sum);
  const auto give_up = [&] {
    if (std::string_view(reader.problem) == "Out of memory")
      throw Exhausted("there is not enough memory to decode a PNG", "close other programs");
    throw Error("damaged PNG: " + printable(reader.problem));
  };
  if (!reader.start()) give_up();
  Png out;
  out.image = Image(reader.width, reader.height, reader.channels);
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < reader.height; ++y) rows.push_back(out.image.at(0, y));
  if (!reader.read(rows)) give_up();
  if (reader.channels == 2) spread_gray(out.image);
  each_chunk(bytes, [&](std::string_view kind, std::string_view data) {
    if (kind == "eXIf") out.orientation = exif_orientation(data);
    return kind != "eXIf";
  });
  return out;
}

TextPairs png_text(std::string_view bytes) {
  TextPairs out;
  each_chunk(bytes, [&](std::string_view kind, std::string_view data) {
    if (kind == "tEXt") add_latin1(data, out);
    if (kind == "iTXt") add_utf8(data, out);
    return true;
  });
  return out;
}

}  // namespace dcgan
