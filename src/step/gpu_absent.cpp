// For a LibTorch without CUDA: there is no GPU.
#include "core/error.hpp"
#include "step/gpu.hpp"

namespace dcgan {

std::vector<std::string> gpu_names() { return {}; }

bool gpu_has_matrix_units(at::Device) { return false; }
GpuMemory gpu_memory(at::Device) { return {}; }
void return_gpu_memory() {}
void wait_for(at::Device) {}

std::unique_ptr<GpuPipeline> make_gpu_pipeline(at::Device, const GpuOptions&, bool) {
  throw Error("this build of dcgan has no CUDA", "build it with a LibTorch for CUDA, or use --device cpu");
}

}  // namespace dcgan
