#include "eval/kid.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>

#include "core/platform/signals.hpp"
#include "eval/blocks.hpp"
#include "eval/choice.hpp"

namespace dcgan {
namespace {

/// k between all rows of two blocks of float64.
at::Tensor kernel(const at::Tensor& a, const at::Tensor& b) {
  auto k = at::mm(a, b.t()).mul_(1.0 / static_cast<double>(a.size(1))).add_(1.0);
  return k.mul_(k.square());
}

/// Sums over what a side has with itself and with the other, for each of its rows.
struct Rows {
  at::Tensor own, cross;
  double count() const { return static_cast<double>(own.size(0)); }
};

/// Sum over (value left out - mean)^2 times (n - 1) / n; `own` and `cross` are MMD^2's terms of this side.
double jackknife(const Rows& side, double other_count) {
  const double n = side.count();
  const auto left_out = (side.own.sum() - 2.0 * side.own).div_((n - 1) * (n - 2)) -
                        (side.cross.sum() - side.cross).mul_(2.0 / ((n - 1) * other_count));
  return (n - 1) / n * (left_out - left_out.mean()).square().sum().item<double>();
}

Measured from_rows(const Rows& x, const Rows& y) {
  const double m = x.count(), n = y.count();
  Measured kid;
  kid.value = x.own.sum().item<double>() / (m * (m - 1)) + y.own.sum().item<double>() / (n * (n - 1)) -
              2.0 * x.cross.sum().item<double>() / (m * n);
  kid.standard_error =
      m > 2 && n > 2 ? std::sqrt(jackknife(x, n) + jackknife(y, m)) : std::numeric_limits<double>::quiet_NaN();
  return kid;
}

}  // namespace

at::Tensor kernel_rows(const at::Tensor& x) {
  const at::NoGradGuard no_grad;
  auto sums = at::zeros({x.size(0)}, at::kDouble);
  for (const Range rows : blocks_of(x.size(0))) {
    throw_if_stopped("while kernels were summed");
    const auto a = block(x, rows);
    for (const Range columns : blocks_of(x.size(0))) {
      if (columns.first < rows.first) continue;
      auto k = kernel(a, block(x, columns));
      if (columns.first == rows.first) k.fill_diagonal_(0);
      sums.slice(0, rows.first, rows.end).add_(k.sum(1));
      if (columns.first != rows.first) sums.slice(0, columns.first, columns.end).add_(k.sum(0));
    }
  }
  return sums;
}

Measured kid(const at::Tensor& x, const at::Tensor& y, const at::Tensor& y_rows) {
  check_features(x, y);
  const at::NoGradGuard no_grad;
  Rows of_x{kernel_rows(x), at::zeros({x.size(0)}, at::kDouble)};
  Rows of_y{y_rows.defined() ? y_rows : kernel_rows(y), at::zeros({y.size(0)}, at::kDouble)};
  for (const Range rows : blocks_of(x.size(0))) {
    throw_if_stopped("while kernels were summed");
    const auto a = block(x, rows);
    for (const Range columns : blocks_of(y.size(0))) {
      const auto k = kernel(a, block(y, columns));
      of_x.cross.slice(0, rows.first, rows.end).add_(k.sum(1));
      of_y.cross.slice(0, columns.first, columns.end).add_(k.sum(0));
    }
  }
  return from_rows(of_x, of_y);
}

KidSubsets kid_over_subsets(const at::Tensor& x, const at::Tensor& y, uint64_t seed, int64_t subsets, int64_t most) {
  check_features(x, y);
  const at::NoGradGuard no_grad;
  KidSubsets out{0, 0, subsets, std::min({most, x.size(0), y.size(0)})};
  double sum = 0, squares = 0;
  for (int64_t number = 0; number < subsets; ++number) {
    const Draw draw(seed, Purpose::kEvaluationChoice, static_cast<uint64_t>(number));
    const auto pick = [&](const at::Tensor& features, uint32_t first_word) {
      const auto rows = chosen(out.size, features.size(0), draw, first_word);
      return features.index_select(0, at::tensor(rows, at::kLong));
    };
    const double value = kid(pick(x, 0), pick(y, uint32_t{1} << 30)).value;
    sum += value, squares += value * value;
  }
  const auto n = static_cast<double>(subsets);
  out.mean = sum / n;
  out.deviation = subsets > 1 ? std::sqrt(std::max(0.0, (squares - n * out.mean * out.mean) / (n - 1))) : 0;
  return out;
}

}  // namespace dcgan
