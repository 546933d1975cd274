#include "eval/neighbours.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <limits>

#include "core/platform/signals.hpp"

namespace dcgan {
namespace {

/// Puts the smallest of a block into the k best of each of its rows, which stay sorted.
void keep_nearest(const at::Tensor& block_distances, const at::Tensor& floors, int64_t first_column, Neighbours& best) {
  const int64_t columns = block_distances.size(1), k = best.squared.size(1);
  const double* distances = block_distances.const_data_ptr<double>();
  const double* floor = floors.const_data_ptr<double>();
  double* squared = best.squared.mutable_data_ptr<double>();
  int64_t* index = best.index.mutable_data_ptr<int64_t>();
  at::parallel_for(0, block_distances.size(0), 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const double *const row = distances + i * columns, least = floor[i];
      double* const kept = squared + i * k;
      int64_t* const who = index + i * k;
      for (int64_t j = 0; j < columns; ++j) {
        if (!(row[j] < kept[k - 1]) || row[j] <= least) continue;
        int64_t place = k - 1;
        for (; place > 0 && row[j] < kept[place - 1]; --place)
          kept[place] = kept[place - 1], who[place] = who[place - 1];
        kept[place] = row[j], who[place] = first_column + j;
      }
    }
  });
}

Neighbours search(const at::Tensor& x, const at::Tensor& y, int64_t k, bool same_set, Same same) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> squared, index;
  for (const Range rows : blocks_of(x.size(0))) {
    throw_if_stopped("while neighbours were looked for");
    const auto a = block(x, rows);
    Neighbours best{at::full({a.size(0), k}, kFar, at::kDouble), at::full({a.size(0), k}, -1, at::kLong)};
    const auto floors = same == Same::kLeaveOut ? rounding_of(a) : at::full({a.size(0)}, -1, at::kDouble);
    for (const Range columns : blocks_of(y.size(0))) {
      auto distances = squared_distances(a, block(y, columns));
      if (same_set && columns.first == rows.first) distances.fill_diagonal_(kFar);
      keep_nearest(distances, floors, columns.first, best);
    }
    squared.push_back(best.squared), index.push_back(best.index);
  }
  return {at::cat(squared), at::cat(index)};
}

}  // namespace

at::Tensor squared_distances(const at::Tensor& x, const at::Tensor& y) {
  auto out = at::mm(x, y.t()).mul_(-2.0);
  out.add_(x.square().sum(1, true)).add_(y.square().sum(1).unsqueeze(0));
  return out.clamp_min_(0.0);
}

Neighbours nearest(const at::Tensor& x, const at::Tensor& y, int64_t k, Same same) {
  return search(x, y, k, /*same_set=*/false, same);
}

Neighbours nearest_others(const at::Tensor& x, int64_t k) { return search(x, x, k, /*same_set=*/true, Same::kCount); }

at::Tensor rounding_of(const at::Tensor& features) {
  constexpr double kRounding = 1e-10;  // of squared lengths
  return features.to(at::kDouble).square().sum(1).mul_(2 * kRounding);
}

double mean_distance(const at::Tensor& features) {
  const at::NoGradGuard no_grad;
  double sum = 0;
  for (const Range rows : blocks_of(features.size(0))) {
    const auto a = block(features, rows);
    for (const Range columns : blocks_of(features.size(0))) {
      auto distances = squared_distances(a, block(features, columns));
      if (columns.first == rows.first) distances.fill_diagonal_(0.0);  // exact, where rounding is not
      sum += distances.sqrt_().sum().item<double>();
    }
  }
  const auto n = static_cast<double>(features.size(0));
  return sum / (n * (n - 1));
}

}  // namespace dcgan
