#include "dataset/npy_shape.hpp"

#include <algorithm>
#include <cmath>

namespace dcgan {
namespace {

const std::string kOpaque = "[..., [0, 0, 0, 1]]";  // gray and alpha as colours and alpha

bool is_depth(int64_t n) { return n == 1 || n == 3 || n == 4; }

/// Of a square of so many pixels; 0 for what is none.
int64_t side_of(int64_t pixels) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
  return side > 1 && side * side == pixels ? side : 0;
}

std::string sides_text(int64_t side) { return std::to_string(side) + ", " + std::to_string(side) + ")"; }

NpyShape rows(int64_t count, int64_t width) {
  if (count == width) return {NpyShape::kOther, "[None]", "one gray picture"};
  if (const int64_t side = side_of(width))
    return {NpyShape::kOther, ".reshape(-1, " + sides_text(side), "a gray picture a row"};
  if (const int64_t side = width % 3 == 0 ? side_of(width / 3) : 0)
    return {NpyShape::kOther, ".reshape(-1, 3, " + sides_text(side) + ".transpose(0, 2, 3, 1)",
            "a picture a row, its red, green and blue one after another"};
  if (const int64_t side = side_of(width - 1))
    return {NpyShape::kOther, "[:, 1:].reshape(-1, " + sides_text(side),
            "a gray picture a row after its label, which is left out"};
  constexpr int64_t kLeast = 4;
  if (std::min(count, width) < kLeast) return {NpyShape::kUnknown, "", ""};
  return {NpyShape::kOther, "[None]", "one gray picture"};
}

NpyShape of_three(const std::vector<int64_t>& s) {
  constexpr int64_t kMostDepth = 4;
  if (s[2] > kMostDepth || s[1] <= s[2]) return {};
  return {NpyShape::kOther, "[None]" + (s[2] == 2 ? kOpaque : std::string()), "one picture, [height, width, channels]"};
}

NpyShape of_four(const std::vector<int64_t>& s) {
  constexpr int64_t kMostDepth = 4;
  const bool is_thin = (s[2] == 1 || s[2] == 3) && s[1] > kMostDepth;  // as pictures; [height, width, channels, N]
  if (is_depth(s[3]) && !(is_thin && s[0] > kMostDepth)) return {};
  if (is_depth(s[1])) return {NpyShape::kOther, ".transpose(0, 2, 3, 1)", "[N, channels, height, width]"};
  if (is_depth(s[2])) return {NpyShape::kOther, ".transpose(3, 0, 1, 2)", "[height, width, channels, N]"};
  if (s[3] == 2) return {NpyShape::kOther, kOpaque, "gray and alpha"};
  if (s[1] == 2) return {NpyShape::kOther, ".transpose(0, 2, 3, 1)" + kOpaque, "gray and alpha"};
  return {NpyShape::kUnknown, "", ""};
}

}  // namespace

NpyShape shape_of(const std::vector<int64_t>& shape) {
  const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  if (is_empty || shape.size() < 2) return {NpyShape::kUnknown, "", ""};
  if (shape.size() == 2) return rows(shape[0], shape[1]);
  if (shape.size() == 3) return of_three(shape);
  if (shape.size() == 4) return of_four(shape);
  // Groups of pictures: the front sides count them together.
  const NpyShape inner = of_four({shape.end() - 4, shape.end()});
  if (inner.kind == NpyShape::kUnknown || (inner.kind == NpyShape::kOther && inner.code.starts_with(".transpose(3")))
    return {NpyShape::kUnknown, "", ""};
  std::string sides;
  for (size_t i = shape.size() - 3; i < shape.size(); ++i) sides += ", " + std::to_string(shape[i]);
  return {NpyShape::kOther, ".reshape(-1" + sides + ")" + inner.code, "groups of pictures"};
}

}  // namespace dcgan
