#include "image/decode.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <streambuf>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/damage.hpp"
#include "image/decoder_memory.hpp"
#include "image/jpeg.hpp"

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

/// Orientation (1..8) in a PNG's eXIf chunk, 1 when there is none.
int png_orientation(std::string_view png) {
  const size_t chunk = png.find("eXIf");
  return chunk == std::string_view::npos ? 1 : exif_orientation(png.substr(chunk + 4));
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

/// 16 bits a channel to 8, in place.
void narrow(std::vector<uint8_t>& pixels) {
  for (size_t i = 0; 2 * i < pixels.size(); ++i) {
    uint16_t value = 0;
    std::memcpy(&value, pixels.data() + 2 * i, 2);
    pixels[i] = static_cast<uint8_t>((value + 128) / 257);  // to the nearest
  }
  pixels.resize(pixels.size() / 2);
}

/// Of OpenCV's order to RGB, in place; alpha that is 0 everywhere is unused, as in many BMPs, and left out.
void settle_channels(Image& image) {
  const auto step = static_cast<size_t>(image.channels);
  if (image.channels < 3) return;
  bool is_opaque_nowhere = image.channels == 4;
  for (size_t i = 0; i < image.pixels.size(); i += step) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
    if (step == 4 && image.pixels[i + 3] != 0) is_opaque_nowhere = false;
  }
  if (!is_opaque_nowhere) return;
  for (size_t from = 0, to = 0; from < image.pixels.size(); from += 4, to += 3)
    std::copy_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(from), 3,
                image.pixels.begin() + static_cast<std::ptrdiff_t>(to));
  image.channels = 3;
  image.pixels.resize(static_cast<size_t>(image.width * image.height * 3));
}

[[noreturn]] void refuse_size(const Probe& probe, int64_t max_megapixels) {
  throw Error("too large: " + std::to_string(probe.width) + " x " + std::to_string(probe.height) +
              " pixels are more than " + std::to_string(max_megapixels) + " megapixels");
}

/// By OpenCV. Empty when it cannot be decoded.
Image decode_by_opencv(std::string_view bytes, const Probe& probe, int64_t max_megapixels) {
  Image image;
  DecoderMemory memory(image.pixels, max_megapixels * kMegapixel);
  cv::Mat mat;
  int problem = 0;
  decoding = true;
  errno = 0;
  try {
    const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
    // Only the first flag keeps alpha; it leaves EXIF to us.
    mat = cv::imdecode(data, probe.alpha ? cv::IMREAD_UNCHANGED : probe.gray ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
  } catch (const cv::Exception& error) {
    problem = error.code;
  }
  const bool lacks_memory = mat.empty() && (errno == ENOMEM || problem == cv::Error::StsNoMem || memory.has_failed());
  decoding = false;
  if (memory.has_refused()) throw Error("too large: its decoder finds more pixels than its header says");
  if (lacks_memory) throw Exhausted("there is no memory to decode a picture", "end other programs");
  const int channels = mat.channels();
  const bool is_wide = mat.depth() == CV_16U;
  if (mat.empty() || (mat.depth() != CV_8U && !is_wide) || (channels != 1 && channels != 3 && channels != 4)) return {};
  image.width = mat.cols, image.height = mat.rows, image.channels = channels;
  if (!memory.holds(mat)) {
    image.pixels.resize(mat.total() * mat.elemSize());
    mat.copyTo(cv::Mat(mat.rows, mat.cols, mat.type(), image.pixels.data()));
  }
  if (is_wide) narrow(image.pixels);
  settle_channels(image);
  return image;
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
  if (!probe.problem.empty()) throw Error(probe.problem);
  if (probe.width > max_megapixels * kMegapixel / probe.height) refuse_size(probe, max_megapixels);
  if (probe.working_bytes > max_megapixels * kMegapixel * kWorkingBytes)
    throw Error("too large: it can only be decoded in parts of " + bytes_text(double(probe.working_bytes)));
  if (bytes.size() > INT32_MAX) throw Error("too large: a file of " + bytes_text(double(bytes.size())));
  if (probe.format == ImageFormat::kJpeg) {
    Jpeg jpeg = decode_jpeg(bytes, at_least, max_megapixels * kMegapixel);
    return oriented(std::move(jpeg.image), jpeg.orientation);
  }
  std::string essential;
  if (probe.format == ImageFormat::kPng) {
    if (const std::string damage = png_damage(bytes, essential); !damage.empty()) throw Error(damage);
    bytes = essential;
  }
  Image image = decode_by_opencv(bytes, probe, max_megapixels);
  if (image.pixels.empty()) throw Error("damaged " + format_name(probe.format) + ": its pixels cannot be decoded");
  const bool is_turned = probe.format == ImageFormat::kPng && probe.alpha;  // else OpenCV did it
  return is_turned ? oriented(std::move(image), png_orientation(bytes)) : image;
}

}  // namespace dcgan
