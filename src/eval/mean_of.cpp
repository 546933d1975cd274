#include "eval/mean_of.hpp"

#include <cmath>
#include <cstdint>

namespace dcgan {
namespace {

/// 97.5 % quantile of Student's t for so many degrees of freedom: Cornish and Fisher 1937's expansion from the normal
/// one, to four digits from five degrees on; exact values below.
double student_quantile(int64_t degrees) {
  constexpr double kFew[] = {0, 12.7062, 4.30265, 3.18245, 2.77645};
  if (degrees < 5) return kFew[degrees];
  constexpr double z = 1.959964;
  const auto n = static_cast<double>(degrees);
  const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

}  // namespace

MeanOf mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, student_quantile(static_cast<int64_t>(values.size()) - 1) * std::sqrt(squares / (n - 1) / n)};
}

}  // namespace dcgan
