// The only unit that includes CUDA's headers: the runtime's, and those of LibTorch that need no more (a machine with a
// compiler and a driver may lack cuBLAS's and cuSPARSE's).
#include "step/gpu.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <cuda.h>  // before LibTorch's, whose classes differ by its version

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr int64_t kAhead = 3;  // steps that the CPU may be ahead of the GPU

/// A place in the work of a stream.
class Event {
 public:
  Event() { C10_CUDA_CHECK(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming | cudaEventBlockingSync)); }
  ~Event() { C10_CUDA_CHECK_WARN(cudaEventDestroy(event_)); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(c10::cuda::CUDAStream stream) { C10_CUDA_CHECK(cudaEventRecord(event_, stream)); }
  /// The stream goes on only after this place.
  void make_wait(c10::cuda::CUDAStream stream) { C10_CUDA_CHECK(cudaStreamWaitEvent(stream, event_, 0)); }
  /// Waits here; returns at once when it was never recorded.
  void wait() { C10_CUDA_CHECK(cudaEventSynchronize(event_)); }

 private:
  cudaEvent_t event_ = nullptr;
};

using MemoryPool = decltype(at::cuda::graph_pool_handle());  // its name moved between versions

/// One batch on its way: pinned memory that the GPU copies from by itself, and where it copies to.
struct Slot {
  StepInputs pinned, landed;
  Event copied, taken;
};

at::Tensor pinned_like(const at::Tensor& tensor) {
  return at::empty_like(tensor, tensor.options().pinned_memory(true));
}

class CudaPipeline : public GpuPipeline {
 public:
  /// `device` is the thread's current one: events belong to that.
  CudaPipeline(at::Device device, const GpuOptions& options, bool tf32)
      : device_(device),
        deterministic_(options.deterministic),
        tf32_(tf32),
        stream_(c10::cuda::getStreamFromPool(false, device.index())),
        copies_(c10::cuda::getStreamFromPool(false, device.index())),
        recorded_(!options.no_graph) {
    use_own_stream();
  }

  void use_own_stream() override {
    const auto before = c10::cuda::getCurrentCUDAStream(device_.index());
    if (before == stream_) return;
    turn_.record(before);
    turn_.make_wait(stream_);
    c10::cuda::setCurrentCUDAStream(stream_);
  }

  StepInputs deliver(const StepInputs& host) override {
    if (!fits(host)) make_room(host);
    Slot& slot = slots_[static_cast<size_t>(delivered_++ % kAhead)];
    slot.taken.wait();  // of three steps ago
    copy(slot.pinned, host);
    {
      const c10::cuda::CUDAStreamGuard on(copies_);
      copy(slot.landed, slot.pinned);
    }
    slot.copied.record(copies_);
    slot.copied.make_wait(stream_);
    copy(inputs_, slot.landed);
    slot.taken.record(stream_);
    return inputs_;
  }

  void run(int kind, const std::function<void()>& work) override {
    Recording& recording = recordings_[kind];
    if (recording.graph) return recording.graph->replay();
    settle_libraries();
    if (recorded_ && recording.plain >= kPlainSteps) record(work, recording);
    if (recording.graph) return recording.graph->replay();
    ++recording.plain;
    work();
  }

  bool is_recorded() const override {
    return std::any_of(recordings_.begin(), recordings_.end(),
                       [](const auto& one) { return one.second.graph != nullptr; });
  }

  void forget() override {
    stream_.synchronize();  // one may be running
    recordings_.clear();
  }

 private:
  /// These belong to the process, and several trainers may live in it.
  void settle_libraries() const {
    auto& context = at::globalContext();
    context.setBenchmarkCuDNN(!deterministic_);
    context.setDeterministicCuDNN(deterministic_);
    context.setDeterministicAlgorithms(deterministic_, /*warn_only=*/false);
    context.setDeterministicFillUninitializedMemory(false);
    context.setAllowTF32CuDNN(tf32_);
    context.setAllowTF32CuBLAS(tf32_);
  }

  /// A kind of step: how often it was done plainly, and its recording.
  struct Recording {
    int plain = 0;
    std::unique_ptr<at::cuda::CUDAGraph> graph;
  };

  static std::vector<at::Tensor> listed(StepInputs inputs) {
    std::vector<at::Tensor> all;
    inputs.each([&](const at::Tensor& tensor) { all.push_back(tensor); });
    return all;
  }
  /// Tensor by tensor; on a stream, if from or to pinned memory, without waiting.
  static void copy(const StepInputs& to, const StepInputs& from) {
    const auto targets = listed(to), sources = listed(from);
    for (size_t i = 0; i < targets.size(); ++i)
      if (targets[i].defined()) targets[i].copy_(sources[i], /*non_blocking=*/true);
  }
  static StepInputs made_like(StepInputs inputs, const std::function<at::Tensor(const at::Tensor&)>& make) {
    inputs.each([&](at::Tensor& tensor) {
      if (tensor.defined()) tensor = make(tensor);
    });
    return inputs;
  }

  bool fits(const StepInputs& host) const {
    const auto here = listed(inputs_), there = listed(host);
    for (size_t i = 0; i < here.size(); ++i)
      if (here[i].defined() != there[i].defined() || (here[i].defined() && here[i].sizes() != there[i].sizes()))
        return false;
    return true;
  }

  void make_room(const StepInputs& host) {
    forget();
    const auto on_device = [&](const at::Tensor& t) { return at::empty_like(t, t.options().device(device_)); };
    inputs_ = made_like(host, on_device);
    for (Slot& slot : slots_) slot.pinned = made_like(host, pinned_like), slot.landed = made_like(host, on_device);
    stream_.synchronize();  // the other stream writes to what was just taken
  }

  void record(const std::function<void()>& work, Recording& recording) {
    stream_.synchronize();
    return_gpu_memory();  // a graph takes memory of its own, and cannot have what plain steps left behind
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    const auto pool = at::cuda::graph_pool_handle();
    try {
      graph->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
      work();
      graph->capture_end();
      recording.graph = std::move(graph);
    } catch (const c10::Error& error) {
      end_failed(*graph, pool);
      failed_ = std::move(graph);
      if (dynamic_cast<const c10::OutOfMemoryError*>(&error)) throw;
      recorded_ = false;
      warn("the step could not be recorded as a CUDA graph, so its kernels are launched one by one: " +
           printable(error.what_without_backtrace()));
    }
  }

  /// Neither the graph's destructor nor its reset ends a capture that an exception left open: the stream would go on
  /// recording what should be done. Which of these calls throws depends on how far it came and on LibTorch's version.
  void end_failed(at::cuda::CUDAGraph& graph, MemoryPool pool) const {
    const auto attempt = [](const auto& act) {
      try {
        act();
      } catch (const c10::Error&) {  // the first error is the one that is reported
      }
    };
    attempt([&] { graph.capture_end(); });
    attempt([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(device_.index(), pool); });
    cudaGetLastError();
  }

  at::Device device_;
  bool deterministic_, tf32_;
  c10::cuda::CUDAStream stream_, copies_;
  bool recorded_;
  StepInputs inputs_;
  std::array<Slot, kAhead> slots_;
  int64_t delivered_ = 0;
  Event turn_;
  std::map<int, Recording> recordings_;
  std::unique_ptr<at::cuda::CUDAGraph> failed_;  // stays, because the allocator may still ask it
};

}  // namespace

std::vector<std::string> gpu_names() {
  std::vector<std::string> names;
  for (c10::DeviceIndex i = 0; i < c10::cuda::device_count(); ++i) {
    cudaDeviceProp is;
    C10_CUDA_CHECK(cudaGetDeviceProperties(&is, i));
    names.push_back(std::string(is.name) + ", compute capability " + std::to_string(is.major) + "." +
                    std::to_string(is.minor) + ", " + bytes_text(static_cast<double>(is.totalGlobalMem)));
  }
  return names;
}

bool gpu_has_matrix_units(at::Device device) {
  int major = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device.index()));
  return major >= 8;
}

GpuMemory gpu_memory(at::Device device) {
  const c10::cuda::CUDAGuard guard(device);
  at::empty({0}, at::TensorOptions(device));  // the allocator knows no device before its first tensor
  size_t free = 0, total = 0;
  C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
  const auto& used = stats.allocated_bytes[0];  // 0: large and small blocks together
  const auto& held = stats.reserved_bytes[0];
  return {static_cast<int64_t>(free), held.current - used.current, held.peak};
}

void return_gpu_memory() { c10::cuda::CUDACachingAllocator::emptyCache(); }

void wait_for(at::Device device) {
  if (device.is_cuda()) c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

std::unique_ptr<GpuPipeline> make_gpu_pipeline(at::Device device, const GpuOptions& options, bool tf32) {
  // Read once, at cuBLAS's first call: workspaces of a fixed size, which --deterministic needs. The same in every
  // process, so that a run and its resume choose alike.
  set_environment("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
  c10::cuda::set_device(device.index());
  return std::make_unique<CudaPipeline>(device, options, tf32);
}

}  // namespace dcgan
