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
constexpr int64_t kBetweenParts = 8;  // pixels more between parts than between pictures

cv::Mat view(Image& image) {
  return cv::Mat(static_cast<int>(image.height), static_cast<int>(image.width),
                 CV_8UC(static_cast<int>(image.channels)), image.pixels.data());
}
}  // namespace

int64_t Sheet::Layout::cell_height() const { return height + (caption_width ? caption_lines * kCaptionHeight : 0); }
int64_t Sheet::Layout::cell_width() const { return std::max(width, caption_width); }
int64_t Sheet::Layout::sheet_width() const {
  return gap + side_by_side * part_columns() * (cell_width() + gap) + (side_by_side - 1) * kBetweenParts;
}
int64_t Sheet::Layout::sheet_height() const {
  return gap + stacked * part_rows() * (cell_height() + gap) + (stacked - 1) * kBetweenParts;
}

std::pair<int64_t, int64_t> Sheet::Layout::corner(int64_t place) const {
  const int64_t row = place / columns, column = place % columns;
  const int64_t beside = row / part_rows(), below = column / part_columns();
  const int64_t x = beside * part_columns() + column % part_columns(), y = below * part_rows() + row % part_rows();
  return {gap + x * (cell_width() + gap) + beside * kBetweenParts,
          gap + y * (cell_height() + gap) + below * kBetweenParts};
}

Sheet::Layout sheet_layout(int64_t count, int64_t columns, Size size, int64_t channels,
                           const std::vector<std::string>& captions) {
  Sheet::Layout layout;
  layout.count = count, layout.columns = columns > 0 ? columns : square_columns(count);
  layout.width = size.width, layout.height = size.height, layout.channels = channels;
  for (const auto& caption : captions)
    layout.caption_width = std::max(layout.caption_width, Sheet::caption_width(caption));
  return layout;
}

Sheet::Layout without_ribbon(Sheet::Layout layout) {
  constexpr int64_t kMost = 4;
  const auto ratio = [](const Sheet::Layout& one) {
    return static_cast<double>(one.sheet_height()) / static_cast<double>(one.sheet_width());
  };
  while (ratio(layout) > kMost && layout.part_rows() > 1) ++layout.side_by_side;
  while (1 / ratio(layout) > kMost && layout.part_columns() > 1) ++layout.stacked;
  return layout;
}

int64_t Sheet::caption_width(const std::string& caption) {
  int below = 0;
  return cv::getTextSize(caption, cv::FONT_HERSHEY_PLAIN, kCaptionScale, 1, &below).width + 4;
}

Sheet::Sheet(const Layout& layout)
    : layout_(layout), image_(layout.sheet_width(), layout.sheet_height(), layout.channels, 255) {}

void Sheet::put(int64_t place, const Image& image, const std::string& caption) {
  const auto [left, top] = layout_.corner(place);
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
