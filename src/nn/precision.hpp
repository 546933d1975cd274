// In which numbers convolutions compute. Weights, BatchNorm's statistics, losses, gradients as they reach the
// optimizer, and the optimizer's state are fp32 in every precision.
#pragma once

#include <c10/core/DeviceType.h>

#include <string>

namespace dcgan {

enum class Precision {
  kFp32,
  kTf32,  // fp32 whose factors are rounded to 10 bits of mantissa inside a GPU's matrix units
  kBf16,  // convolutions read and write bfloat16 (8 bits of mantissa), sums inside are fp32
};

/// "fp32", "tf32", "bf16"; the option's other words are resolved before.
Precision precision_from(const std::string& name);

/// A network's forward pass in a precision: while it lives, convolutions on `device` take bf16 copies of their inputs
/// and weights. The backward pass needs no scope. Copies are forgotten at its end, so that the next one sees weights as
/// an optimizer left them. One at a time in a thread.
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
