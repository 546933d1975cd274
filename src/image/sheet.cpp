#include "image/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/error.hpp"

namespace dcgan {
namespace {
constexpr int kCaptionHeight = 13;
constexpr double kCaptionScale = 0.75;

cv::Mat view(Image& image) {
  return cv::Mat(static_cast<int>(image.height), static_cast<int>(image.width),
                 CV_8UC(static_cast<int>(image.channels)), image.pixels.data());
}
}  // namespace

int64_t Sheet::Layout::cell_height() const { return height + (caption_width ? caption_lines * kCaptionHeight : 0); }
int64_t Sheet::Layout::cell_width() const { return std::max(width, caption_width); }
int64_t Sheet::Layout::sheet_width() const { return gap + std::min(columns, count) * (cell_width() + gap); }
int64_t Sheet::Layout::sheet_height() const {
  const int64_t rows = (count + columns - 1) / columns;
  return gap + rows * (cell_height() + gap);
}

int64_t Sheet::caption_width(const std::string& caption) {
  int below = 0;
  return cv::getTextSize(caption, cv::FONT_HERSHEY_PLAIN, kCaptionScale, 1, &below).width + 4;
}

Sheet::Sheet(const Layout& layout)
    : layout_(layout), image_(layout.sheet_width(), layout.sheet_height(), layout.channels, 255) {}

void Sheet::put(int64_t place, const Image& image, const std::string& caption) {
  const int64_t left = layout_.gap + place % layout_.columns * (layout_.cell_width() + layout_.gap);
  const int64_t top = layout_.gap + place / layout_.columns * (layout_.cell_height() + layout_.gap);
  for (int64_t y = 0; y < image.height; ++y)
    std::memcpy(image_.at(left, top + y), image.at(0, y), static_cast<size_t>(image.width * image.channels));
  if (layout_.caption_width == 0) return;
  int64_t line_top = top + layout_.height;
  for (size_t from = 0; from <= caption.size(); line_top += kCaptionHeight) {
    const size_t end = std::min(caption.find('\n', from), caption.size());
    cv::putText(view(image_), caption.substr(from, end - from),
                cv::Point(static_cast<int>(left), static_cast<int>(line_top + 10)), cv::FONT_HERSHEY_PLAIN,
                kCaptionScale, layout_.channels == 1 ? cv::Scalar(0) : cv::Scalar(0, 0, 0, 255), 1, cv::LINE_AA);
    from = end + 1;
  }
}

std::string Sheet::fitting(const std::string& caption, int64_t width) {
  std::string letters;  // Hershey's are those of ASCII; of a character of several bytes the first counts
  for (const char c : caption)
    if ((c & 0xc0) != 0x80) letters += c >= ' ' && c < 0x7f ? c : '?';
  std::string cut = letters;
  for (size_t kept = letters.size(); kept > 1 && caption_width(cut) > width;) {
    --kept;
    cut = letters.substr(0, (kept + 1) / 2) + ".." + letters.substr(letters.size() - kept / 2);
  }
  return cut;
}

int64_t square_columns(int64_t count) {
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count)))));
}

std::string encode_jpeg(const Image& image) {
  const cv::Mat pixels = view(const_cast<Image&>(image));  // only read
  cv::Mat mat = pixels;
  if (image.channels == 3) cv::cvtColor(pixels, mat = cv::Mat(), cv::COLOR_RGB2BGR);
  std::vector<uint8_t> bytes;
  if (!cv::imencode(".jpg", mat, bytes))
    throw Error("cannot encode a picture of " + to_text(Size{image.width, image.height}) + " pixels");
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace dcgan
