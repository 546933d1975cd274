// What a training step would cost if nothing were lost: every convolution at the speed of a matrix product of its
// shape, everything else at the speed of copying its bytes. Both speeds are measured here, on this machine, now.
// Williams, Waterman and Patterson 2009, "Roofline".
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nn/network.hpp"
#include "nn/precision.hpp"

namespace dcgan {

/// A convolution's pass as the matrix product [m, k] x [k, n] that does the same arithmetic.
struct Product {
  int64_t m = 0, k = 0, n = 0;
  int64_t times = 1;  // in one step
  double operations() const { return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n); }
};

/// All convolutions of one alternating step: forward, and backward to inputs and weights where they are needed.
std::vector<Product> step_products(const NetworkPlan& plan, int64_t batch);
/// Bytes that BatchNorm with its activation, the other activations, Adam, and the moving average must read and write in
/// one step. `element_bytes`: of an activation.
double step_bytes(const NetworkPlan& plan, int64_t batch, int64_t element_bytes);

struct Roofline {
  double product_seconds = 0;  // of the convolutions of a step
  double copy_seconds = 0;     // of its bytes
  double operations = 0;       // of the convolutions
  double bytes = 0;
  double copy_bytes_per_second = 0;  // read and written both count
  double seconds() const { return product_seconds + copy_seconds; }
};

/// Takes a few seconds. On a CPU with the threads that are set.
Roofline measure_roofline(const NetworkPlan& plan, int64_t batch, Precision precision, at::Device device);

}  // namespace dcgan
