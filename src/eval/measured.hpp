// A number that was measured, and how well it is known.
#pragma once

#include <limits>

namespace dcgan {

/// What is not known is NaN.
struct Measured {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  double value = kUnknown;
  double standard_error = kUnknown;
  /// 95 % interval, by the normal approximation.
  double low() const { return value - 1.959964 * standard_error; }
  double high() const { return value + 1.959964 * standard_error; }
};

}  // namespace dcgan
