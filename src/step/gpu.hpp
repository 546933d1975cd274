// What training asks of an NVIDIA GPU beyond tensors: which there are, their memory, algorithms, batches that arrive
// while the GPU computes, and a step that is recorded once and replayed. gpu.cpp alone includes CUDA's headers; a
// LibTorch without CUDA is built with gpu_absent.cpp, where there is no GPU.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "step/inputs.hpp"
#include "step/options.hpp"

namespace dcgan {

/// "NVIDIA H100 80GB HBM3, compute capability 9.0, 79 GiB", one a GPU that this build can use.
std::vector<std::string> gpu_names();

/// Steps that a pipeline does plainly, so that libraries choose algorithms, before it records the next.
inline constexpr int kPlainSteps = 3;

/// It has units for bf16 and tf32: compute capability 8.0 or later.
bool gpu_has_matrix_units(at::Device device);

/// In bytes: what the driver has left, what this process holds without using it, and the most that it has held.
struct GpuMemory {
  int64_t free = 0, unused = 0, peak = 0;
};
GpuMemory gpu_memory(at::Device device);
/// Hands back to the driver what no tensor uses.
void return_gpu_memory();

/// Waits until a device has done what it was asked to. Returns at once for the CPU.
void wait_for(at::Device device);

/// Feeds steps to one GPU, on a stream of its own. One thread at a time, always the same, the one that made it.
class GpuPipeline {
 public:
  virtual ~GpuPipeline() = default;

  /// From here on what the thread asks of the GPU goes to this pipeline's stream, after all that it asked before. To be
  /// called before anything touches tensors that its steps read or write; several pipelines may live in a process.
  virtual void use_own_stream() = 0;

  /// Copies inputs from the CPU: through pinned memory on a stream of its own, while the steps before compute. What
  /// comes back lies on the GPU at the same addresses every time, as long as shapes stay and the same are defined.
  /// Waits when the GPU is three steps behind; no other step waits.
  virtual StepInputs deliver(const StepInputs& host) = 0;

  /// Does `work`, which for one `kind` must always launch the same kernels on tensors that stay where they are and must
  /// not wait for the GPU. The first kPlainSteps calls of a kind do it plainly; then it is recorded as a CUDA graph and
  /// only replayed. Where recording fails, but for want of memory, warns once and goes on plainly.
  virtual void run(int kind, const std::function<void()>& work) = 0;
  virtual bool is_recorded() const = 0;

  /// Tensors moved: what is recorded no longer holds.
  virtual void forget() = 0;
};

/// Makes `device` the calling thread's and takes its turn; the libraries' algorithms are set whenever a step runs
/// plainly. Throws Error in a build without CUDA.
std::unique_ptr<GpuPipeline> make_gpu_pipeline(at::Device device, const GpuOptions& options, bool tf32);

}  // namespace dcgan
