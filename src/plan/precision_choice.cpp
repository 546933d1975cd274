#include "plan/precision_choice.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "step/gpu.hpp"

namespace dcgan {
namespace {

/// How many times faster a product of matrices is in bf16 than in fp32: the best of several tries of each, in turns, so
/// that other load on the machine slows both, and on one thread, which waits for no other. About 2 where units do what
/// they promise, far below 1 where they are imitated.
double bf16_gain() {
  constexpr int kTries = 5;
  constexpr int64_t kSide = 768;
  at::set_num_threads(1);
  std::map<at::ScalarType, double> best;
  for (int i = 0; i <= kTries; ++i)
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      const auto matrix = at::ones({kSide, kSide}, type);
      const auto start = std::chrono::steady_clock::now();
      at::mm(matrix, matrix);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (i == 0)
        best[type] = 1e9;  // the first call makes the kernel
      else
        best[type] = std::min(best[type], took.count());
    }
  return best[at::kFloat] / best[at::kBFloat16];
}

/// Multiplications that the strided discriminator makes for an image, in millions; a resnet makes several times as
/// many.
double discriminator_work(const NetworkPlan& network) {
  double total = 0, in = static_cast<double>(network.image_channels);
  const auto levels = network.channels(network.options.base_channels.discriminator);  // base first
  Size size = network.shape.size();
  for (auto out = levels.rbegin(); out != levels.rend(); ++out) {
    size = {size.width / 2, size.height / 2};
    total += 16 * in * static_cast<double>(*out * size.width * size.height);
    in = static_cast<double>(*out);
  }
  return total / 1e6;
}

std::string on_cpu(const std::string& asked, const NetworkPlan& network, int64_t threads,
                   std::vector<std::string>& remarks) {
  constexpr double kFaster = 1.3;  // far from what either kind of processor gives, so that every run here chooses alike
  constexpr double kLargeWork = 4;  // millions; below, layers are too small for it: docs/performance.md has the table
  const std::string units = bf16_units();
  if (asked == "tf32")
    throw UsageError("--precision tf32 needs an NVIDIA GPU, and this run computes on the CPU",
                     "use fp32" + (units.empty() ? "" : ", or bf16, for which this processor has " + units));
  if (asked == "bf16" && units.empty())
    remarks.push_back("precision: bf16 as asked, but this processor has no units for it: fp32 would be faster");
  if (asked != "auto") return asked;
  if (units.empty()) {
    remarks.push_back("precision: fp32, the processor has no units for bf16");
    return "fp32";
  }
  const double work = discriminator_work(network);
  if (work < kLargeWork) {
    remarks.push_back("precision: fp32, these networks are too small to gain from bf16");
    return "fp32";
  }
  const double gain = bf16_gain();
  at::set_num_threads(static_cast<int>(threads));
  const bool wins = gain >= kFaster;
  remarks.push_back("precision: " + std::string(wins ? "bf16" : "fp32") + ", with " + units + " products are " +
                    fixed_text(gain, 1) + " times as fast in bf16 as in fp32");
  return wins ? "bf16" : "fp32";
}

std::string on_gpu(const std::string& asked, bool has_units, std::vector<std::string>& remarks) {
  if (asked != "auto" && asked != "fp32" && !has_units)
    throw UsageError("--precision " + asked + " needs a GPU of compute capability 8.0 or later, and this one is older",
                     "use fp32");
  if (asked != "auto") return asked;
  remarks.push_back(has_units ? "precision: bf16, for which the GPU has units"
                              : "precision: fp32, the GPU is older than compute capability 8.0");
  return has_units ? "bf16" : "fp32";
}

}  // namespace

std::string resolve_precision(const std::string& asked, const std::string& device, const NetworkPlan& network,
                              int64_t threads, std::vector<std::string>& remarks) {
  return device == "cpu" ? on_cpu(asked, network, threads, remarks)
                         : on_gpu(asked, gpu_has_matrix_units(at::Device(device)), remarks);
}

std::vector<std::string> precisions_of(at::Device device) {
  if (device.is_cpu())
    return bf16_units().empty() ? std::vector<std::string>{"fp32"} : std::vector<std::string>{"fp32", "bf16"};
  return gpu_has_matrix_units(device) ? std::vector<std::string>{"fp32", "tf32", "bf16"}
                                      : std::vector<std::string>{"fp32"};
}

}  // namespace dcgan
