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

/// How one output pixel along an axis is averaged: pixels from `first` on, with weights that sum to 1.
struct Average {
  int first = 0;
  std::vector<float> weights;
};

/// `count` equal pieces of [start, start + length), an interval of an axis of `pixels` pixels.
std::vector<Average> averages(double start, double length, int pixels, int count) {
  std::vector<Average> all(static_cast<size_t>(count));
  const double step = length / count;
  for (int i = 0; i < count; ++i) {
    const double from = start + i * step, to = from + step;
    auto& average = all[static_cast<size_t>(i)];
    average.first = std::clamp(static_cast<int>(from), 0, pixels - 1);
    for (int k = average.first; k < pixels && (k < to || k == average.first); ++k)
      average.weights.push_back(
          static_cast<float>(std::max(0.0, std::min<double>(k + 1, to) - std::max<double>(k, from)) / step));
  }
  return all;
}

/// Shrinks a part of a picture whose edges may lie inside pixels, as INTER_AREA does for whole ones.
cv::Mat averaged(const cv::Mat& from, const cv::Rect2d& part, cv::Size size) {
  const int channels = from.channels();
  const auto columns = averages(part.x, part.width, from.cols, size.width);
  const auto rows = averages(part.y, part.height, from.rows, size.height);
  cv::Mat to(size, from.type());
  std::vector<float> line(static_cast<size_t>(from.cols * channels));
  for (int y = 0; y < size.height; ++y) {
    std::fill(line.begin(), line.end(), 0.0f);
    const auto& row = rows[static_cast<size_t>(y)];
    for (size_t k = 0; k < row.weights.size(); ++k) {
      const uint8_t* values = from.ptr(row.first + static_cast<int>(k));
      for (size_t x = 0; x < line.size(); ++x) line[x] += row.weights[k] * values[x];
    }
    uint8_t* out = to.ptr(y);
    for (const auto& column : columns)
      for (int c = 0; c < channels; ++c) {
        float sum = 0.5f;
        const float* values = line.data() + column.first * channels + c;
        for (const float weight : column.weights) sum += weight * *values, values += channels;
        *out++ = static_cast<uint8_t>(std::min(sum, 255.0f));
      }
  }
  return to;
}

/// Colours count by alpha. Row by row: all of them at once, in floating point, take 16 bytes a pixel.
cv::Mat averaged_by_alpha(const cv::Mat& from, cv::Size size) {
  const auto columns = averages(0, from.cols, from.cols, size.width);
  const auto rows = averages(0, from.rows, from.rows, size.height);
  cv::Mat to(size, CV_8UC4);
  std::vector<cv::Vec4f> line(static_cast<size_t>(from.cols));
  for (int y = 0; y < size.height; ++y) {
    std::fill(line.begin(), line.end(), cv::Vec4f());
    const auto& row = rows[static_cast<size_t>(y)];
    for (size_t k = 0; k < row.weights.size(); ++k) {
      const auto* values = from.ptr<cv::Vec4b>(row.first + static_cast<int>(k));
      for (size_t x = 0; x < line.size(); ++x) {
        const float alpha = row.weights[k] * values[x][3];
        for (int c = 0; c < 3; ++c) line[x][c] += values[x][c] * alpha / 255.0f;
        line[x][3] += alpha;
      }
    }
    for (int x = 0; x < size.width; ++x) {
      const auto& column = columns[static_cast<size_t>(x)];
      cv::Vec4f sum;
      for (size_t k = 0; k < column.weights.size(); ++k)
        sum += column.weights[k] * line[static_cast<size_t>(column.first) + k];
      for (int c = 0; c < 3 && sum[3] > 0; ++c) sum[c] *= 255.0f / sum[3];
      for (int c = 0; c < 4; ++c) to.at<cv::Vec4b>(y, x)[c] = static_cast<uint8_t>(std::min(sum[c] + 0.5f, 255.0f));
    }
  }
  return to;
}

cv::Mat resized(const cv::Mat& from, cv::Size size) {
  constexpr size_t kLarge = 16'000'000;  // pixels
  cv::Mat to;
  if (from.channels() != 4) {
    resize_plain(from, to, size);
    return to;
  }
  if (from.total() > kLarge) return averaged_by_alpha(from, size);
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

/// `part` of the picture as stored, brought to `size`.
cv::Mat brought(const Image& image, const cv::Rect& part, cv::Size size) {
  const cv::Mat from = as_mat(image);
  if (image.stored.width == 0) return resized(from(part), size);
  int64_t divisor = 2;
  while (divisor < 8 && (image.stored.width + divisor - 1) / divisor > image.width) divisor *= 2;
  const double scale = 1.0 / static_cast<double>(divisor);
  return averaged(from, {part.x * scale, part.y * scale, part.width * scale, part.height * scale}, size);
}

cv::Size rounded(double width, double height, cv::Size most) {
  return {std::clamp(static_cast<int>(std::lround(width)), 1, most.width),
          std::clamp(static_cast<int>(std::lround(height)), 1, most.height)};
}

/// The largest part of a picture of `whole` with the shape of `size`.
cv::Rect crop_of(cv::Size whole, cv::Size size, CropAt crop_at) {
  const double scale = std::min(double(whole.width) / size.width, double(whole.height) / size.height);
  const cv::Size part = rounded(size.width * scale, size.height * scale, whole);
  const int top = crop_at == CropAt::kTop ? 0 : (whole.height - part.height) / 2;
  return {cv::Point((whole.width - part.width) / 2, top), part};
}

Image padded(const Image& image, cv::Size whole, cv::Size size) {
  const double scale = std::min(double(size.width) / whole.width, double(size.height) / whole.height);
  const cv::Size inside = rounded(whole.width * scale, whole.height * scale, size);
  Image out(size.width, size.height, image.channels);
  const cv::Rect place({(size.width - inside.width) / 2, (size.height - inside.height) / 2}, inside);
  brought(image, {{0, 0}, whole}, inside).copyTo(as_mat(out)(place));
  return out;
}

cv::Size to_cv(Size size) { return {static_cast<int>(size.width), static_cast<int>(size.height)}; }

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
  Image out = from_mat(to);
  out.stored = image.stored;
  return out;
}

Image fitted(const Image& image, Size size, Fit fit, CropAt crop_at) {
  // Measured as stored: so a decoder that makes it smaller does not move its edges.
  const Size stored = image.stored.width == 0 ? Size{image.width, image.height} : image.stored;
  if (stored == size) return image;
  const cv::Size whole = to_cv(stored), wanted = to_cv(size);
  if (fit == Fit::kPad) return padded(image, whole, wanted);
  const cv::Rect part = fit == Fit::kCrop ? crop_of(whole, wanted, crop_at) : cv::Rect({0, 0}, whole);
  return from_mat(brought(image, part, wanted));
}

}  // namespace dcgan
