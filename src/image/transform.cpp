#include "image/transform.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace dcgan {
namespace {

cv::Mat as_mat(const Image& image) {
  return cv::Mat(static_cast<int>(image.height), static_cast<int>(image.width),
                 CV_8UC(static_cast<int>(image.channels)), const_cast<uint8_t*>(image.pixels.data()));
}

Image from_mat(const cv::Mat& mat) {
  Image image(mat.cols, mat.rows, mat.channels());
  mat.copyTo(as_mat(image));
  return image;
}

/// INTER_AREA averages only when shrinking, so an axis that grows is left to a bilinear second pass.
void resize_plain(const cv::Mat& from, cv::Mat& to, cv::Size size) {
  const cv::Size shrunk(std::min(size.width, from.cols), std::min(size.height, from.rows));
  cv::Mat middle = from;
  if (shrunk != from.size()) cv::resize(from, middle, shrunk, 0, 0, cv::INTER_AREA);
  if (size != shrunk)
    cv::resize(middle, to, size, 0, 0, cv::INTER_LINEAR);
  else
    to = middle;
}

cv::Mat resized(const cv::Mat& from, cv::Size size) {
  cv::Mat to;
  if (from.channels() != 4) {
    resize_plain(from, to, size);
    return to;
  }
  cv::Mat weighted;
  from.convertTo(weighted, CV_32FC4);
  for (int y = 0; y < weighted.rows; ++y)
    for (int x = 0; x < weighted.cols; ++x) {
      auto& pixel = weighted.at<cv::Vec4f>(y, x);
      for (int c = 0; c < 3; ++c) pixel[c] *= pixel[3] / 255.0f;
    }
  resize_plain(weighted, to, size);
  for (int y = 0; y < to.rows; ++y)
    for (int x = 0; x < to.cols; ++x) {
      auto& pixel = to.at<cv::Vec4f>(y, x);
      for (int c = 0; c < 3 && pixel[3] > 0; ++c) pixel[c] *= 255.0f / pixel[3];
    }
  to.convertTo(to, CV_8UC4);
  return to;
}

/// The largest part of `from` with the shape of `size`.
cv::Rect crop_of(const cv::Mat& from, Size size, CropAt crop_at) {
  const double scale = std::min(double(from.cols) / size.width, double(from.rows) / size.height);
  const int width = std::clamp(static_cast<int>(std::lround(size.width * scale)), 1, from.cols);
  const int height = std::clamp(static_cast<int>(std::lround(size.height * scale)), 1, from.rows);
  const int top = crop_at == CropAt::kTop ? 0 : (from.rows - height) / 2;
  return {(from.cols - width) / 2, top, width, height};
}

Image padded(const cv::Mat& from, Size size) {
  const double scale = std::min(double(size.width) / from.cols, double(size.height) / from.rows);
  const int width = std::clamp<int>(static_cast<int>(std::lround(from.cols * scale)), 1, static_cast<int>(size.width));
  const int height =
      std::clamp<int>(static_cast<int>(std::lround(from.rows * scale)), 1, static_cast<int>(size.height));
  Image out(size.width, size.height, from.channels());
  const cv::Rect inside((static_cast<int>(size.width) - width) / 2, (static_cast<int>(size.height) - height) / 2, width,
                        height);
  resized(from, inside.size()).copyTo(as_mat(out)(inside));
  return out;
}

}  // namespace

Fit fit_from(const std::string& name) {
  return name == "pad" ? Fit::kPad : name == "stretch" ? Fit::kStretch : Fit::kCrop;
}
CropAt crop_at_from(const std::string& name) { return name == "top" ? CropAt::kTop : CropAt::kCenter; }

Image with_channels(const Image& image, int64_t channels) {
  if (image.channels == channels) return image;
  Image opaque;  // without alpha, unless alpha is asked for
  const Image* from = &image;
  if (image.channels == 4) {
    opaque = Image(image.width, image.height, 3);
    for (size_t i = 0, n = static_cast<size_t>(image.width * image.height); i < n; ++i) {
      const int alpha = image.pixels[4 * i + 3];
      for (size_t c = 0; c < 3; ++c)
        opaque.pixels[3 * i + c] =
            static_cast<uint8_t>((image.pixels[4 * i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    from = &opaque;
    if (channels == 3) return opaque;
  }
  const int code = from->channels == 1 ? (channels == 4 ? cv::COLOR_GRAY2RGBA : cv::COLOR_GRAY2RGB)
                                       : (channels == 4 ? cv::COLOR_RGB2RGBA : cv::COLOR_RGB2GRAY);
  cv::Mat to;
  cv::cvtColor(as_mat(*from), to, code);
  return from_mat(to);
}

Image fitted(const Image& image, Size size, Fit fit, CropAt crop_at) {
  if (image.width == size.width && image.height == size.height) return image;
  const cv::Mat from = as_mat(image);
  if (fit == Fit::kPad) return padded(from, size);
  const cv::Mat part = fit == Fit::kCrop ? from(crop_of(from, size, crop_at)) : from;
  return from_mat(resized(part, cv::Size(static_cast<int>(size.width), static_cast<int>(size.height))));
}

}  // namespace dcgan
