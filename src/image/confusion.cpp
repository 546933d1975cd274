#include "image/confusion.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <opencv2/imgproc.hpp>

namespace dcgan {
namespace {

constexpr int kCell = 40, kLetter = 8, kLine = 16;
constexpr double kTextScale = 0.9;

void write(cv::Mat& picture, const std::string& text, int left, int top, const cv::Scalar& colour) {
  cv::putText(picture, text, cv::Point(left, top), cv::FONT_HERSHEY_PLAIN, kTextScale, colour, 1, cv::LINE_AA);
}

}  // namespace

Image confusion_picture(const std::vector<std::string>& names, const std::vector<int64_t>& counts) {
  constexpr size_t kMost = 100;
  const size_t classes = std::min(names.size(), kMost);
  size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, name.size());
  const int left = kLetter * static_cast<int>(std::min<size_t>(longest, 30)) + 40;
  const int top = 2 * kLine;
  const int side = kCell * static_cast<int>(classes);
  cv::Mat picture(top + side + 4, left + side + 4, CV_8UC3, cv::Scalar(255, 255, 255));
  for (size_t r = 0; r < classes; ++r) {
    const auto row = counts.begin() + static_cast<int64_t>(r * names.size());
    const auto sum = std::accumulate(row, row + static_cast<int64_t>(names.size()), int64_t{0});
    const int y = top + kCell * static_cast<int>(r);
    write(picture, std::to_string(r) + " " + names[r], 4, y + kCell / 2 + 5, cv::Scalar(0, 0, 0));
    write(picture, std::to_string(r), left + kCell * static_cast<int>(r) + kCell / 2 - 4, top - 6, cv::Scalar(0, 0, 0));
    for (size_t c = 0; c < classes; ++c) {
      const double share = sum > 0 ? static_cast<double>(row[static_cast<int64_t>(c)]) / static_cast<double>(sum) : 0;
      const int x = left + kCell * static_cast<int>(c);
      const double light = 255 * (1 - share);
      cv::rectangle(picture, cv::Rect(x, y, kCell - 1, kCell - 1),
                    r == c ? cv::Scalar(light, 160 + 95 * (1 - share), light) : cv::Scalar(255, light, light),
                    cv::FILLED);
      const auto percent = static_cast<int>(std::lround(100 * share));
      if (percent > 0) write(picture, std::to_string(percent), x + 10, y + kCell / 2 + 5, cv::Scalar(0, 0, 0));
    }
  }
  Image out(picture.cols, picture.rows, 3);
  std::memcpy(out.pixels.data(), picture.data, out.pixels.size());
  return out;
}

}  // namespace dcgan
