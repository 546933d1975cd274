#include "image/jpeg.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstdio>

// jpeglib.h needs FILE and size_t before it.
#include <jpeglib.h>

// jerror.h gives the numbers of libjpeg's messages.
#include <jerror.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// libjpeg's decoder. It reports errors by jumping out: so nothing with a destructor lives inside `guarded`.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::string_view bytes) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = [](j_common_ptr common) {
      remember(common);
      std::longjmp(errors_of(common).leave, 1);
    };
    errors_.base.emit_message = [](j_common_ptr common, int level) {
      if (level < 0 && loses_data(common->err->msg_code, errors_of(common).several_scans)) remember(common);
    };
    errors_.base.output_message = [](j_common_ptr) {};
    guarded([&] {
      jpeg_create_decompress(&info_);
      jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
      jpeg_read_header(&info_, TRUE);
      errors_.several_scans = jpeg_has_multiple_scans(&info_);
    });
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  Size size() const { return {info_.image_width, info_.image_height}; }
  /// The EXIF block behind its mark, or nothing.
  std::string_view exif() const {
    constexpr std::string_view kMark("Exif\0\0", 6);
    for (auto* marker = info_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(kMark)) return data.substr(kMark.size());
    }
    return {};
  }

  /// Starts at 1 / `divisor` of the size. Then `output()` says what comes.
  void start(int divisor) {
    guarded([&] {
      info_.scale_num = 1, info_.scale_denom = static_cast<unsigned>(divisor);
      const bool has_inks = info_.jpeg_color_space == JCS_YCCK || info_.jpeg_color_space == JCS_CMYK;
      info_.out_color_space = has_inks ? JCS_CMYK : info_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
      jpeg_start_decompress(&info_);
    });
  }
  Size output() const { return {info_.output_width, info_.output_height}; }
  int64_t components() const { return info_.output_components; }

  void read_rows(uint8_t* pixels) {
    const size_t stride = static_cast<size_t>(info_.output_width) * static_cast<size_t>(info_.output_components);
    guarded([&] {
      while (info_.output_scanline < info_.output_height && errors_.damage[0] == 0) {
        JSAMPROW row = pixels + info_.output_scanline * stride;
        jpeg_read_scanlines(&info_, &row, 1);
      }
      if (errors_.damage[0] == 0) jpeg_finish_decompress(&info_);
    });
  }

 private:
  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf leave;
    char damage[JMSG_LENGTH_MAX] = "";
    bool several_scans = false;  // known when the header is read
  };
  static Errors& errors_of(j_common_ptr info) { return *reinterpret_cast<Errors*>(info->err); }
  static void remember(j_common_ptr info) {
    auto& errors = errors_of(info);
    if (errors.damage[0] == 0) info->err->format_message(info, errors.damage);
  }
  /// Warnings that mean lost picture data. The rest (JWRN_EXTRANEOUS_DATA, version marks) is common in sound files.
  /// A JPEG of one scan that ends early also hits the (made up) end marker while it needs bits; where it does
  /// not, only the end mark is missing. One of several may have lost whole scans: there the end itself counts.
  static bool loses_data(int code, bool several_scans) {
    return (several_scans && code == JWRN_JPEG_EOF) || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
           code == JWRN_MUST_RESYNC || code == JWRN_BOGUS_PROGRESSION || code == JWRN_ARITH_BAD_CODE;
  }

  template <class Body>
  void guarded(const Body& body) {
    if (setjmp(errors_.leave) == 0) body();
    if (errors_.damage[0] != 0) {
      const std::string damage = printable(errors_.damage);
      throw Error("damaged JPEG: " + damage);
    }
  }

  /// Frees what libjpeg holds even when the constructor above throws.
  struct Info : jpeg_decompress_struct {
    Info() : jpeg_decompress_struct{} {}
    ~Info() { jpeg_destroy_decompress(this); }
  };
  Info info_;
  Errors errors_{};
};

/// Four inks as Adobe stores them, inverted, to RGB.
Image without_inks(const Image& inks) {
  Image out(inks.width, inks.height, 3);
  const auto* from = inks.pixels.data();
  for (size_t i = 0; i < out.pixels.size(); i += 3, from += 4)
    for (size_t c = 0; c < 3; ++c) out.pixels[i + c] = static_cast<uint8_t>((from[c] * from[3] + 127) / 255);
  return out;
}

/// `whole`: only divisors of both sides, so that turning the picture leaves no part of a pixel at its left or top.
int divisor_for(Size size, Size at_least, bool whole) {
  if (at_least.width <= 0 || at_least.height <= 0) return 1;
  const auto serves = [&](int divisor) {
    return size.width >= divisor * at_least.width && size.height >= divisor * at_least.height &&
           (!whole || (size.width % divisor == 0 && size.height % divisor == 0));
  };
  int divisor = 1;
  while (divisor < 8 && serves(2 * divisor)) divisor *= 2;
  return divisor;
}

}  // namespace

Jpeg decode_jpeg(std::string_view bytes, Size at_least) {
  JpegDecoder decoder(bytes);
  Jpeg out;
  out.orientation = exif_orientation(decoder.exif());
  if (out.orientation >= 5) std::swap(at_least.width, at_least.height);
  const int divisor = divisor_for(decoder.size(), at_least, out.orientation != 1);
  decoder.start(divisor);
  out.image = Image(decoder.output().width, decoder.output().height, decoder.components());
  decoder.read_rows(out.image.pixels.data());
  if (out.image.channels == 4) out.image = without_inks(out.image);
  if (divisor > 1) out.image.stored = decoder.size();
  return out;
}

int exif_orientation(std::string_view tiff) {
  if (tiff.size() < 8) return 1;
  const bool is_little = tiff[0] == 'I';
  const auto number = [&](size_t at, size_t bytes) {
    size_t value = 0;
    for (size_t i = 0; i < bytes && at + i < tiff.size(); ++i)
      value |= static_cast<size_t>(static_cast<uint8_t>(tiff[at + i])) << 8 * (is_little ? i : bytes - 1 - i);
    return value;
  };
  const size_t directory = number(4, 4);
  for (size_t i = 0; i < std::min<size_t>(number(directory, 2), 64); ++i)
    if (number(directory + 2 + 12 * i, 2) == 0x0112) {
      const auto orientation = static_cast<int>(number(directory + 10 + 12 * i, 2));
      return orientation >= 1 && orientation <= 8 ? orientation : 1;
    }
  return 1;
}

}  // namespace dcgan
