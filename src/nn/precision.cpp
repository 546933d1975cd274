#include "nn/precision.hpp"

#include <ATen/autocast_mode.h>

namespace dcgan {

Precision precision_from(const std::string& name) {
  if (name == "fp64") return Precision::kFp64;
  return name == "bf16" ? Precision::kBf16 : name == "tf32" ? Precision::kTf32 : Precision::kFp32;
}

at::ScalarType storage_type(Precision precision) { return precision == Precision::kFp64 ? at::kDouble : at::kFloat; }

PrecisionScope::PrecisionScope(Precision precision, c10::DeviceType device)
    : device_(device), on_(precision == Precision::kBf16) {
  if (!on_) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_cache_enabled(false);
  at::autocast::set_autocast_enabled(device_, true);
}

PrecisionScope::~PrecisionScope() {
  if (!on_) return;
  at::autocast::set_autocast_enabled(device_, false);
  at::autocast::set_autocast_cache_enabled(true);
}

}  // namespace dcgan
