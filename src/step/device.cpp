#include "step/device.hpp"

#include <ATen/Context.h>

#include <charconv>

#include "core/choice.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "step/gpu.hpp"

namespace dcgan {

std::string resolve_device(const std::string& asked, std::vector<std::string>& remarks) {
  const bool has_cuda = at::hasCUDA();
  const auto gpus = static_cast<int64_t>(gpu_names().size());
  if (asked == "cpu") return "cpu";
  if (asked == "auto") {
    remarks.push_back(gpus > 0   ? "device: cuda:0, the first GPU"
                      : has_cuda ? "device: cpu, no GPU was found"
                                 : "device: cpu, this LibTorch build has no CUDA");
    return gpus > 0 ? "cuda:0" : "cpu";
  }
  int64_t number = asked == "cuda" ? 0 : -1;
  if (asked.starts_with("cuda:")) {
    const char* end = asked.data() + asked.size();
    if (std::from_chars(asked.data() + 5, end, number).ptr != end) number = -1;
  }
  if (number < 0) {
    const std::string meant = choice_meant({"auto", "cpu", "cuda"}, asked);
    throw UsageError("--device is '" + printable(asked) + "': no such device",
                     (meant.empty() ? "" : "did you mean " + meant + "? ") + "allowed: auto|cpu|cuda|cuda:N");
  }
  if (number >= gpus)
    throw UsageError("--device " + asked + " does not exist: " +
                         (has_cuda ? "this machine has " + counted(gpus, "GPU") : "this LibTorch build has no CUDA"),
                     gpus > 0 ? "use cuda:0 to cuda:" + std::to_string(gpus - 1) : "use --device cpu");
  return "cuda:" + std::to_string(number);
}

std::vector<std::string> device_names() {
  std::vector<std::string> names = {"cpu"};
  for (const auto& gpu : gpu_names()) names.push_back("cuda:" + std::to_string(names.size() - 1) + ": " + gpu);
  return names;
}

}  // namespace dcgan
