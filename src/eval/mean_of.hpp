// A mean of a few measurements, and how far it can be trusted.
#pragma once

#include <vector>

namespace dcgan {

/// Mean and half of the 95 % interval of several values, by Student's t.
struct MeanOf {
  double value = 0, half_interval = 0;
};
/// Of at least two values.
MeanOf mean_of(const std::vector<double>& values);

}  // namespace dcgan
