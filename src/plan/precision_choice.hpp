// Which precision a run computes in: what was asked, or what `auto` finds to be faster on this machine.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "nn/network.hpp"

namespace dcgan {

/// "fp32", "tf32" or "bf16"; adds a remark that says why. On a CPU with units for bf16 `auto` takes it for networks
/// large enough to gain, if a product of matrices is really faster (some hundredths of a second to find out); on a GPU
/// it goes by what it is. `device` is resolved. Throws UsageError naming what there is for a precision that the device
/// does not have.
std::string resolve_precision(const std::string& asked, const std::string& device, const NetworkPlan& network,
                              int64_t threads, std::vector<std::string>& remarks);

/// The precisions that are worth timing on a device: fp32, and those that it has units for.
std::vector<std::string> precisions_of(at::Device device);

}  // namespace dcgan
