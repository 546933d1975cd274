#include "eval/fid.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <cstdint>

#include "eval/blocks.hpp"

namespace dcgan {
namespace {

/// Eigenvalues below the rounding of the largest one are zero: their square roots would add up to something.
at::Tensor without_rounding(const at::Tensor& values) {
  const double limit = values.abs().max().item<double>() * static_cast<double>(values.numel()) * 2.3e-16;
  return at::where(values > limit, values, at::zeros_like(values));
}

/// The square root of a symmetric matrix without negative eigenvalues.
at::Tensor symmetric_root(const at::Tensor& matrix) {
  const auto [values, vectors] = at::linalg_eigh(matrix);
  return at::mm(vectors * without_rounding(values).sqrt(), vectors.t());
}

}  // namespace

Moments moments_of(const at::Tensor& features, bool with_root) {
  const at::NoGradGuard no_grad;
  check_features(features, features);
  const int64_t n = features.size(0), f = features.size(1);
  Moments moments{at::zeros({f}, at::kDouble), at::zeros({f, f}, at::kDouble), {}};
  for (const Range rows : blocks_of(n)) moments.mean += block(features, rows).sum(0);
  moments.mean /= static_cast<double>(n);
  const bool is_low = n < f;
  if (is_low) moments.factor = at::empty({n, f}, at::kDouble);
  for (const Range rows : blocks_of(n)) {
    const auto centred = block(features, rows) - moments.mean;
    moments.covariance.addmm_(centred.t(), centred);
    if (is_low) moments.factor.slice(0, rows.first, rows.end).copy_(centred);
  }
  moments.covariance /= static_cast<double>(n - 1);
  if (is_low)
    moments.factor /= std::sqrt(static_cast<double>(n - 1));
  else if (with_root)
    moments.factor = symmetric_root(moments.covariance);
  return moments;
}

double frechet_distance(const Moments& a, const Moments& b) {
  const at::NoGradGuard no_grad;
  const auto rows = [](const Moments& side) { return side.factor.defined() ? side.factor.size(0) : INT64_MAX; };
  const Moments& factored = rows(a) <= rows(b) ? a : b;
  const Moments& other = rows(a) <= rows(b) ? b : a;
  // (C1 C2)^1/2 has the eigenvalues of (A C2 A^T)^1/2 with C1 = A^T A, beside zeros, and that is symmetric.
  auto product = at::mm(at::mm(factored.factor, other.covariance), factored.factor.t());
  product = (product + product.t()) / 2;
  const double cross = without_rounding(at::linalg_eigvalsh(product)).sqrt().sum().item<double>();
  const double means = (a.mean - b.mean).square().sum().item<double>();
  return means + a.covariance.trace().item<double>() + b.covariance.trace().item<double>() - 2 * cross;
}

}  // namespace dcgan
