#include "image/decode.hpp"

#include <algorithm>
#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <streambuf>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/damage.hpp"
#include "image/jpeg.hpp"

namespace dcgan {
namespace {

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

void orient(cv::Mat& mat, int orientation) {
  if (orientation >= 5 && orientation <= 8) cv::transpose(mat, mat);
  // After the transposition 5..8 differ from the identity by the same flips as 1, 2, 4, 3.
  if (orientation == 2 || orientation == 6) cv::flip(mat, mat, 1);
  if (orientation == 4 || orientation == 8) cv::flip(mat, mat, 0);
  if (orientation == 3 || orientation == 7) cv::flip(mat, mat, -1);
}

Image oriented(const Image& image, int orientation) {
  cv::Mat mat(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC(static_cast<int>(image.channels)),
              const_cast<uint8_t*>(image.pixels.data()));
  mat = mat.clone();
  orient(mat, orientation);
  Image out(mat.cols, mat.rows, image.channels);
  mat.copyTo(cv::Mat(mat.rows, mat.cols, mat.type(), out.pixels.data()));
  out.stored = image.stored;
  if (orientation >= 5) std::swap(out.stored.width, out.stored.height);
  return out;
}

/// With its alpha channel, which only IMREAD_UNCHANGED keeps; that flag leaves EXIF to us.
cv::Mat decode_with_alpha(const cv::Mat& data, std::string_view bytes, const Probe& probe) {
  cv::Mat mat = cv::imdecode(data, cv::IMREAD_UNCHANGED);
  if (mat.empty()) return mat;
  if (mat.depth() == CV_16U) mat.convertTo(mat, CV_8U, 1.0 / 257.0);
  if (probe.format == ImageFormat::kPng) orient(mat, png_orientation(bytes));
  if (mat.channels() == 4) {
    cv::cvtColor(mat, mat, cv::COLOR_BGRA2RGBA);
    cv::Mat alpha;
    cv::extractChannel(mat, alpha, 3);
    if (cv::countNonZero(alpha) == 0) cv::cvtColor(mat, mat, cv::COLOR_RGBA2RGB);  // unused, as in many BMPs
  } else if (mat.channels() == 3) {
    cv::cvtColor(mat, mat, cv::COLOR_BGR2RGB);
  }
  return mat;
}

cv::Mat decode_without_alpha(const cv::Mat& data, const Probe& probe) {
  cv::Mat mat = cv::imdecode(data, probe.gray ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
  if (!mat.empty() && mat.channels() == 3) cv::cvtColor(mat, mat, cv::COLOR_BGR2RGB);
  return mat;
}

}  // namespace

Image decode_image(std::string_view bytes, const Probe& probe, int64_t max_megapixels, Size at_least) {
  settle_opencv();
  if (!probe.problem.empty()) throw Error(probe.problem);
  if (probe.width > max_megapixels * 1'000'000 / probe.height)
    throw Error("too large: " + std::to_string(probe.width) + " x " + std::to_string(probe.height) +
                " pixels are more than " + std::to_string(max_megapixels) + " megapixels");
  if (probe.format == ImageFormat::kJpeg) {
    Jpeg jpeg = decode_jpeg(bytes, at_least);
    return jpeg.orientation == 1 ? std::move(jpeg.image) : oriented(jpeg.image, jpeg.orientation);
  }
  std::string essential;
  if (probe.format == ImageFormat::kPng) {
    if (const std::string damage = png_damage(bytes, essential); !damage.empty()) throw Error(damage);
    bytes = essential;
  }
  cv::Mat mat;
  decoding = true;
  try {
    const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
    mat = probe.alpha ? decode_with_alpha(data, bytes, probe) : decode_without_alpha(data, probe);
  } catch (const cv::Exception&) {
    mat.release();  // reported below like every other failure to decode
  }
  decoding = false;
  const int channels = mat.channels();
  if (mat.empty() || mat.depth() != CV_8U || (channels != 1 && channels != 3 && channels != 4))
    throw Error("damaged " + format_name(probe.format) + ": its pixels cannot be decoded");
  Image image(mat.cols, mat.rows, channels);
  mat.copyTo(cv::Mat(mat.rows, mat.cols, mat.type(), image.pixels.data()));
  return image;
}

}  // namespace dcgan
