#include "image/decode.hpp"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <streambuf>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/bmp.hpp"
#include "image/decoder_memory.hpp"
#include "image/jpeg.hpp"
#include "image/phone_png.hpp"
#include "image/png.hpp"
#include "image/png_damage.hpp"
#include "image/pnm.hpp"
#include "image/tiff.hpp"
#include "image/webp.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMegapixel = 1'000'000;

/// True while this thread decodes.
thread_local bool decoding = false;

/// OpenCV writes every failure to std::cerr, beside the error that it gives us. Those lines go nowhere; what
/// other code writes there, and other threads, passes through.
class QuietWhileDecoding : public std::streambuf {
 public:
  explicit QuietWhileDecoding(std::streambuf* to) : to_(to) {}

 protected:
  int_type overflow(int_type c) override {
    return decoding || traits_type::eq_int_type(c, traits_type::eof()) ? traits_type::not_eof(c)
                                                                       : to_->sputc(traits_type::to_char_type(c));
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    return decoding ? count : to_->sputn(text, count);
  }
  int sync() override { return to_->pubsync(); }

 private:
  std::streambuf* to_;
};

void settle_opencv() {
  static const bool settled = [] {
    static auto* const quiet = new QuietWhileDecoding(std::cerr.rdbuf());  // outlives std::cerr
    std::cerr.rdbuf(quiet);
    cv::setNumThreads(1);  // the loader brings its own threads
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    return true;
  }();
  (void)settled;
}

/// Turned and mirrored as EXIF has it (1 to 8).
Image oriented(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool is_transposed = orientation >= 5;
  // After the transposition 5..8 differ from the identity by the same flips as 1, 2, 4, 3.
  const bool flips_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool flips_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  Image out(is_transposed ? image.height : image.width, is_transposed ? image.width : image.height, image.channels);
  for (int64_t y = 0; y < out.height; ++y)
    for (int64_t x = 0; x < out.width; ++x) {
      const int64_t from_x = flips_x ? out.width - 1 - x : x, from_y = flips_y ? out.height - 1 - y : y;
      const uint8_t* from = is_transposed ? image.at(from_y, from_x) : image.at(from_x, from_y);
      std::copy(from, from + image.channels, out.at(x, y));
    }
  out.stored = image.stored;
  if (is_transposed) std::swap(out.stored.width, out.stored.height);
  return out;
}

/// Of OpenCV's order to RGB, in place.
void swap_channels(Image& image) {
  if (image.channels == 3)
    for (size_t i = 0; i < image.pixels.size(); i += 3) std::swap(image.pixels[i], image.pixels[i + 2]);
}

[[noreturn]] void refuse_size(const Probe& probe, int64_t max_megapixels) {
  throw Error("too large: " + std::to_string(probe.width) + " x " + std::to_string(probe.height) +
              " pixels are more than " + std::to_string(max_megapixels) + " megapixels");
}

/// By OpenCV: a BMP of run lengths. Empty when it cannot be decoded.
Image decode_by_opencv(std::string_view bytes, int64_t max_megapixels) {
  Image image;
  DecoderMemory memory(image.pixels, max_megapixels * kMegapixel);
  cv::Mat mat;
  int problem = 0;
  decoding = true;
  errno = 0;
  try {
    const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
    mat = cv::imdecode(data, cv::IMREAD_COLOR);
  } catch (const cv::Exception& error) {
    problem = error.code;
  }
  const bool lacks_memory = mat.empty() && (errno == ENOMEM || problem == cv::Error::StsNoMem || memory.has_failed());
  decoding = false;
  if (memory.has_refused()) throw Error("too large: its decoder finds more pixels than its header says");
  if (lacks_memory) throw Exhausted("there is not enough memory to decode a picture", "close other programs");
  if (mat.empty() || mat.type() != CV_8UC3) return {};
  image.width = mat.cols, image.height = mat.rows, image.channels = 3;
  if (!memory.holds(mat)) {
    image.pixels.resize(mat.total() * mat.elemSize());
    mat.copyTo(cv::Mat(mat.rows, mat.cols, mat.type(), image.pixels.data()));
  }
  swap_channels(image);
  return image;
}

Image decode_any_bmp(std::string_view bytes, int64_t max_megapixels) {
  if (is_masked_bmp(bytes)) return decode_bmp(bytes);
  if (is_plain_palette_bmp(bytes)) return decode_palette_bmp(bytes);
  Image image = decode_by_opencv(bytes, max_megapixels);
  if (image.pixels.empty()) throw Error("damaged BMP: its pixels cannot be decoded");
  return image;
}

/// What a decoder made, turned. `Decoded` has an image and its orientation.
template <class Decoded>
Image upright(Decoded decoded) {
  return oriented(std::move(decoded.image), decoded.orientation);
}

}  // namespace

int64_t decoding_bytes(const Probe& probe) {
  // A JPEG in several scans keeps 6 bytes of frequencies; what is decoded is brought to other channels in a copy.
  const int64_t pixel = probe.alpha && probe.bits == 16 ? 16 : probe.gray ? 4 : 12;
  const double most = 1e15;
  return static_cast<int64_t>(std::min(most, double(probe.width) * double(probe.height) * double(pixel))) +
         std::min<int64_t>(probe.working_bytes, int64_t(most));
}

Image decode_image(std::string_view bytes, const Probe& probe, int64_t max_megapixels, Size at_least) {
  constexpr int64_t kWorkingBytes = 8;  // a pixel
  settle_opencv();
  if (probe.converter != Converter::kNone) throw NotRead(probe);
  if (!probe.problem.empty()) throw Error(probe.problem);
  if (probe.width > max_megapixels * kMegapixel / probe.height) refuse_size(probe, max_megapixels);
  if (probe.working_bytes > max_megapixels * kMegapixel * kWorkingBytes)
    throw Error("too large: it can only be decoded in parts of " + bytes_text(double(probe.working_bytes)));
  if (bytes.size() > INT32_MAX) throw Error("too large: a file of " + bytes_text(double(bytes.size())));
  const int64_t most_pixels = max_megapixels * kMegapixel;
  switch (probe.format) {
    case ImageFormat::kJpeg:
      return upright(decode_jpeg(bytes, at_least, most_pixels));
    case ImageFormat::kPng:
      if (const std::string damage = png_damage(bytes); !damage.empty()) throw Error(damage);
      if (is_phone_png(bytes)) return upright(decode_phone_png(bytes));
      return upright(decode_png(bytes));
    case ImageFormat::kWebp:
      return upright(decode_webp(bytes, most_pixels));
    case ImageFormat::kTiff:
      return upright(decode_tiff(bytes));
    case ImageFormat::kPnm:
      return decode_pnm(bytes);
    case ImageFormat::kBmp:
      return decode_any_bmp(bytes, max_megapixels);
    default:
      throw Error(format_name(probe.format) + " is not read");
  }
}

}  // namespace dcgan
