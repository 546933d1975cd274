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
#include "image/exif.hpp"
#include "image/jpeg_frame.hpp"
#include "image/probe.hpp"

namespace dcgan {
namespace {

/// libjpeg's decoder. It reports errors by jumping out: so nothing with a destructor lives inside `guarded`.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::string_view bytes) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = [](j_common_ptr common) { give_up(common); };
    errors_.base.emit_message = [](j_common_ptr common, int level) {
      if (level < 0 && loses_data(common->err->msg_code, errors_of(common).several_scans)) give_up(common);
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
  /// How many times finer one side of a pixel of colour is than the other, of the brightness' grid: 1 for 4:4:4 and
  /// 4:2:0, 2 for 4:2:2, 4 for 4:1:1. Colours of less than full size are decoded finer where both sides allow it alone.
  int64_t skew() const {
    int64_t most = 1;
    for (int i = 0; i < info_.num_components; ++i) {
      const auto& one = info_.comp_info[i];
      const int across = std::max(1, info_.max_h_samp_factor / one.h_samp_factor);
      const int down = std::max(1, info_.max_v_samp_factor / one.v_samp_factor);
      most = std::max<int64_t>(most, std::max(across, down) / std::min(across, down));
    }
    return most;
  }
  /// What the frequencies of a picture in several scans take: all are kept until the last scan.
  int64_t scan_bytes() const {
    if (!errors_.several_scans) return 0;
    int64_t blocks = 0;
    for (int i = 0; i < info_.num_components; ++i)
      blocks += int64_t{info_.comp_info[i].width_in_blocks} * info_.comp_info[i].height_in_blocks;
    return blocks * static_cast<int64_t>(sizeof(JBLOCK));
  }
  /// The EXIF block behind its mark, or nothing.
  std::string_view exif() const {
    constexpr std::string_view kMark("Exif\0\0", 6);
    for (auto* marker = info_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(kMark)) return data.substr(kMark.size());
    }
    return {};
  }

  /// Starts at 1 / `divisor` of the size. Then `output()` says what comes. No more than `most_scans` are read.
  void start(int divisor, int most_scans) {
    errors_.most_scans = most_scans;
    watch_.progress_monitor = [](j_common_ptr common) {
      auto& errors = errors_of(common);
      if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number <= errors.most_scans) return;
      std::snprintf(errors.damage, sizeof errors.damage, "it has more than %d scans", errors.most_scans);
      std::longjmp(errors.leave, 1);
    };
    info_.progress = &watch_;
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
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW row = pixels + info_.output_scanline * stride;
        jpeg_read_scanlines(&info_, &row, 1);
      }
      jpeg_finish_decompress(&info_);
    });
  }

 private:
  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf leave;
    char damage[JMSG_LENGTH_MAX] = "";
    bool lacks_memory = false, is_unread_kind = false;
    int most_scans = 0;
    bool several_scans = false;  // known when the header is read
  };
  static Errors& errors_of(j_common_ptr info) { return *reinterpret_cast<Errors*>(info->err); }
  [[noreturn]] static void give_up(j_common_ptr info) {
    auto& errors = errors_of(info);
    errors.lacks_memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
    errors.is_unread_kind = is_of_an_unread_kind(info->err->msg_code);
    info->err->format_message(info, errors.damage);
    std::longjmp(errors.leave, 1);
  }
  /// What JPEG allows and libjpeg-turbo does not do.
  static bool is_of_an_unread_kind(int code) {
    return code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
           code == JERR_CONVERSION_NOTIMPL || code == JERR_COMPONENT_COUNT || code == JERR_FRACT_SAMPLE_NOTIMPL ||
           code == JERR_CCIR601_NOTIMPL || code == JERR_NOTIMPL || code == JERR_NOT_COMPILED;
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
    if (errors_.lacks_memory) throw Exhausted("there is not enough memory to decode a JPEG", "close other programs");
    if (errors_.damage[0] != 0) {
      const std::string damage = printable(errors_.damage);
      if (errors_.is_unread_kind) throw NotRead("a JPEG of another process (" + damage + ")", Converter::kSaveAgain);
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
  jpeg_progress_mgr watch_{};
};

/// Four inks as Adobe stores them, inverted, to RGB, in place.
void take_inks_off(Image& image) {
  uint8_t* to = image.pixels.data();
  for (const uint8_t *from = to, *end = to + image.pixels.size(); from != end; from += 4, to += 3) {
    const int inks[3] = {from[0], from[1], from[2]}, black = from[3];
    for (int c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>((inks[c] * black + 127) / 255);
  }
  image.channels = 3;
  image.pixels.resize(static_cast<size_t>(image.width * image.height * 3));
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

Jpeg decode_jpeg(std::string_view bytes, Size at_least, int64_t most_pixels) {
  std::string with_height;
  if (const JpegFrame frame = jpeg_frame(bytes); frame.height_follows && frame.problem.empty()) {
    with_height = bytes;  // libjpeg wants it in front
    with_height[frame.height_at] = static_cast<char>(frame.height >> 8);
    with_height[frame.height_at + 1] = static_cast<char>(frame.height);
    bytes = with_height;
  }
  constexpr int64_t kScanBytes = 7;  // a pixel: three full channels and some
  // Programs write ten or so. Every scan goes over the whole picture, for some bytes of the file.
  constexpr int64_t kFewestScans = 20, kMostScans = 100, kScannedPixels = 640'000'000;
  JpegDecoder decoder(bytes);
  const int64_t pixels = decoder.size().width * decoder.size().height;
  if (pixels > most_pixels || decoder.scan_bytes() > most_pixels * kScanBytes)
    throw Error("too large: " + to_text(decoder.size()) + " pixels");
  Jpeg out;
  out.orientation = exif_orientation(decoder.exif());
  if (out.orientation >= 5) std::swap(at_least.width, at_least.height);
  at_least.width *= decoder.skew(), at_least.height *= decoder.skew();  // else colours would come coarser than they are
  const int divisor = divisor_for(decoder.size(), at_least, out.orientation != 1);
  decoder.start(divisor, static_cast<int>(std::clamp(kScannedPixels / pixels, kFewestScans, kMostScans)));
  out.image = Image(decoder.output().width, decoder.output().height, decoder.components());
  decoder.read_rows(out.image.pixels.data());
  if (out.image.channels == 4) take_inks_off(out.image);
  if (divisor > 1) out.image.stored = decoder.size();
  return out;
}

}  // namespace dcgan
