// In which numbers convolutions compute. Weights, BatchNorm's statistics, losses, gradients as they reach the
// optimizer, and the optimizer's state are fp32 in every precision.
#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace dcgan {

enum class Precision {
  kFp32,
  kTf32,  // fp32 whose factors are rounded to 10 bits of mantissa inside a GPU's matrix units
  kBf16,  // convolutions read and write bfloat16 (8 bits of mantissa), sums inside are fp32
  kFp64,  // everything, weights and optimizer too: a reference for tests, no user's choice
};

/// "fp32", "tf32", "bf16", "fp64"; the option's other words are resolved before.
Precision precision_from(const std::string& name);
/// The type of weights, images and losses.
at::ScalarType storage_type(Precision precision);

/// A network's forward pass in a precision: while it lives, convolutions on `device` take bf16 copies of their inputs
/// and weights. The backward pass needs no scope. Copies are made at each use and never kept: no weight is used twice
/// in a pass, the next pass sees weights as an optimizer left them, and a recorded CUDA graph makes them anew at each
/// replay. One at a time in a thread.
class PrecisionScope {
 public:
  PrecisionScope(Precision precision, c10::DeviceType device);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  c10::DeviceType device_;
  bool on_;
};

}  // namespace dcgan
