// Which device a run computes on. No torch.
#pragma once

#include <string>
#include <vector>

namespace dcgan {

/// "cpu", "cuda:0"...: what `asked` means here; adds a remark. Throws UsageError for a device that is not there.
std::string resolve_device(const std::string& asked, std::vector<std::string>& remarks);

/// Everything that there is to compute on, in words: "cpu", "cuda:0: NVIDIA ...".
std::vector<std::string> device_names();

}  // namespace dcgan
