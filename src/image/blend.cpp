#include "image/blend.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dcgan {
namespace {

/// The equations of one channel: for each hidden pixel, the sum over its neighbours within the picture of
/// (f(p) - f(q)) - (g(p) - g(q)) is 0, with f known where nothing is hidden and g the filling.
class Poisson {
 public:
  Poisson(const Image& picture, const Image& filling, const std::vector<bool>& hidden)
      : picture_(picture), filling_(filling), hidden_(hidden) {
    for (int64_t y = 0; y < picture.height; ++y)
      for (int64_t x = 0; x < picture.width; ++x)
        if (hidden[index(x, y)]) places_.push_back({x, y});
  }

  void solve(Image& out, int64_t channel) {
    values_.resize(hidden_.size());
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x)
        values_[index(x, y)] = (hidden_[index(x, y)] ? filling_ : picture_).at(x, y)[channel];
    const auto side = static_cast<double>(std::max(out.width, out.height));
    const double over = 2 / (1 + std::sin(std::numbers::pi / (side + 1)));  // the best factor for a square
    constexpr double kEnough = 1e-4;
    double most = 1;
    for (int64_t round = 0; round < 50 * static_cast<int64_t>(side) && most > kEnough; ++round) {
      most = 0;
      for (const auto& [x, y] : places_) most = std::max(most, relax(x, y, channel, over));
    }
    for (const auto& [x, y] : places_)
      out.at(x, y)[channel] = static_cast<uint8_t>(std::clamp(std::lround(values_[index(x, y)]), 0L, 255L));
  }

 private:
  struct Place {
    int64_t x, y;
  };
  size_t index(int64_t x, int64_t y) const { return static_cast<size_t>(y * picture_.width + x); }

  /// One pixel towards what its neighbours ask of it; how far it moved.
  double relax(int64_t x, int64_t y, int64_t channel, double over) {
    double sum = 0;
    int neighbours = 0;
    for (const auto& [u, v] : {Place{x - 1, y}, Place{x + 1, y}, Place{x, y - 1}, Place{x, y + 1}}) {
      if (u < 0 || v < 0 || u >= picture_.width || v >= picture_.height) continue;
      sum += values_[index(u, v)] + filling_.at(x, y)[channel] - filling_.at(u, v)[channel];
      ++neighbours;
    }
    const double step = over * (sum / neighbours - values_[index(x, y)]);
    values_[index(x, y)] += step;
    return std::abs(step);
  }

  const Image& picture_;
  const Image& filling_;
  const std::vector<bool>& hidden_;
  std::vector<Place> places_;
  std::vector<double> values_;
};

}  // namespace

Image blended(const Image& picture, const Image& filling, const std::vector<bool>& hidden) {
  if (std::find(hidden.begin(), hidden.end(), false) == hidden.end()) return filling;
  Image out = picture;
  Poisson equations(picture, filling, hidden);
  for (int64_t channel = 0; channel < picture.channels; ++channel) equations.solve(out, channel);
  return out;
}

}  // namespace dcgan
