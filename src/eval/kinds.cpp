#include "eval/kinds.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "eval/choice.hpp"
#include "eval/neighbours.hpp"

namespace dcgan {
namespace {

constexpr double kRounding = 1e-9;  // of a share

at::Tensor nearest_centre(const at::Tensor& features, const at::Tensor& centres) {
  return nearest(features, centres, 1).index.select(1, 0);
}

}  // namespace

Kinds kinds_of(const at::Tensor& features) {
  constexpr int64_t kMost = 40, kPicturesEach = 4, kRounds = 15;
  const at::NoGradGuard no_grad;
  const int64_t n = features.size(0), count = std::clamp<int64_t>(n / kPicturesEach, 1, kMost);
  const auto first = chosen(count, n, Draw(0, Purpose::kEvaluationChoice, kChoiceOfKinds));
  Kinds kinds{features.index_select(0, at::tensor(first, at::kLong)), {}};
  for (int64_t round = 0; round < kRounds; ++round) {
    const at::Tensor index = nearest_centre(features, kinds.centres);
    const at::Tensor counts = at::bincount(index, {}, count).to(at::kFloat).unsqueeze(1);
    const at::Tensor sums = at::zeros_like(kinds.centres).index_add_(0, index, features);
    kinds.centres = at::where(counts > 0, sums / counts.clamp_min(1), kinds.centres);  // of none it stays
  }
  kinds.shares = shares_of(features, kinds.centres);
  return kinds;
}

at::Tensor shares_of(const at::Tensor& features, const at::Tensor& centres) {
  const at::NoGradGuard no_grad;
  const auto counts = at::bincount(nearest_centre(features, centres), {}, centres.size(0));
  return counts.to(at::kDouble) / static_cast<double>(features.size(0));
}

double kinds_covered(const at::Tensor& real_shares, const at::Tensor& shares) {
  return (real_shares * (shares >= real_shares / 4 - kRounding)).sum().item<double>();
}

double kinds_fitting(const at::Tensor& real_shares, const at::Tensor& shares) {
  return (shares * (shares <= 2 * real_shares + kRounding)).sum().item<double>();
}

}  // namespace dcgan
