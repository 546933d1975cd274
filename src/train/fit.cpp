#include "train/fit.hpp"

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <new>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "train/gpu.hpp"
#include "train/measure.hpp"

namespace dcgan {
namespace {

/// Counts the bytes of tensors in the CPU's memory while it is the thread's.
class CountedMemory : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t bytes, size_t, size_t, c10::Device device) override {
    if (device.is_cpu()) most_ = std::max(most_, now_ += bytes);
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t most() const { return most_; }

 private:
  int64_t now_ = 0, most_ = 0;
};

void take_trial_steps(const NetworkPlan& network, const TrainOptions& options, at::Device device) {
  const int steps = device.is_cuda() ? 5 : 2;  // the first choose kernels, a GPU records the fourth
  Trainer trainer(network, options, device);
  Batch pictures = made_up_batch(network, *options.batch, 0);
  for (int i = 0; i < steps; ++i, pictures.first_image += *options.batch) trainer.step(pictures);
  wait_for(device);
}

/// Bytes that a few steps with this batch took at most.
int64_t trial(const NetworkPlan& network, TrainOptions options, at::Device device, int64_t batch) {
  options.batch = batch;
  if (device.is_cuda()) {
    // Libraries and a recorded step take memory beside the tensors, so the driver is asked.
    return_gpu_memory();
    const int64_t before = gpu_memory(device).free;
    take_trial_steps(network, options, device);
    return before - gpu_memory(device).free;  // freed tensors stay with the process
  }
  const auto counted = std::make_shared<CountedMemory>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, counted);
  take_trial_steps(network, options, device);
  return counted->most() + counted->most() / 5;  // what the heap and the libraries add: 15 to 20 % seen
}

bool fits_when_tried(const NetworkPlan& network, const TrainOptions& options, at::Device device, int64_t batch) {
  try {
    trial(network, options, device, batch);
    return true;
  } catch (const c10::OutOfMemoryError&) {
    return false;
  }
}

std::string need_and_free(int64_t batch, int64_t need, int64_t free, const std::string& device) {
  return "a step of " + counted(batch, "image") + " needs about " + bytes_text(static_cast<double>(need)) + ", and " +
         bytes_text(static_cast<double>(free)) + " are free for it on " + device;
}

/// The largest batch that fits, tried on a GPU, where trying is cheap and memory is not all alike; 0: none.
int64_t largest_fitting(const StepMemory& memory, int64_t free, const NetworkPlan& network, const TrainOptions& options,
                        at::Device device) {
  int64_t batch = memory.largest_batch(free);
  while (device.is_cuda() && batch >= 2 && !fits_when_tried(network, options, device, batch)) batch /= 2;
  return batch < 2 ? 0 : batch;
}

std::string hint_to(int64_t batch) {
  return batch >= 2 ? "the largest batch that fits is " + std::to_string(batch) + ": --batch " + std::to_string(batch) +
                          ", or --batch auto, which finds it"
                    : "not even two images fit: take a smaller --size or --base-channels";
}

}  // namespace

int64_t StepMemory::largest_batch(int64_t bytes) const {
  constexpr int64_t kMost = 65536;
  int64_t batch = 0;
  for (int64_t next = 2; next <= kMost && need(next) <= bytes; next *= 2) batch = next;
  return batch;
}

StepMemory measure_step_memory(const NetworkPlan& network, const TrainOptions& options, const std::string& device,
                               int64_t threads) {
  constexpr int64_t kLeast = 2, kMost = 64;
  settle_process(threads);
  const at::Device where(device);
  // With few images the peak is where weights are updated, and says nothing of an image's share.
  const StepMemory rough = rough_step_memory(network);
  const int64_t few = std::clamp(rough.fixed / rough.per_image, kLeast, kMost);
  const int64_t small = trial(network, options, where, few), large = trial(network, options, where, 2 * few);
  where.is_cuda() ? return_gpu_memory() : return_freed_memory();
  StepMemory memory;
  memory.per_image = std::max<int64_t>(1, (large - small) / few);
  memory.fixed = std::max<int64_t>(0, small - few * memory.per_image);
  return memory;
}

int64_t memory_for_training(const std::string& device) {
  const GpuMemory gpu = device == "cpu" ? GpuMemory{} : gpu_memory(at::Device(device));
  const int64_t free = device == "cpu" ? free_memory() : gpu.free + gpu.unused;
  return free - free / 10;
}

StepMemory rough_step_memory(const NetworkPlan& network) {
  // Maps that are alive at once: a layer's output and what its activation made of it, in G once and in D for real and
  // generated images; fp32. Weights: live, averaged, two moments, gradients, a copy to draw with.
  constexpr int64_t kMaps = 2, kPasses = 2, kWeights = 6, kFloat = 4, kTaps = 16;
  const auto g = network.channels(network.options.base_channels.generator);
  const auto d = network.channels(network.options.base_channels.discriminator);
  double maps = 0, weights = 0;
  int64_t pixels = network.shape.base.width * network.shape.base.height;
  weights += static_cast<double>(network.options.latent * g.front() * pixels);
  for (size_t i = 0; i < g.size(); ++i, pixels *= 4) {
    maps += static_cast<double>(pixels) * static_cast<double>(kMaps * (g[i] + kPasses * d[i]));
    const int64_t next_g = i + 1 < g.size() ? g[i + 1] : network.image_channels,
                  next_d = i + 1 < d.size() ? d[i + 1] : network.image_channels;
    weights += static_cast<double>(kTaps * (g[i] * next_g + d[i] * next_d));
  }
  maps += static_cast<double>(3 * pixels * network.image_channels);
  return {static_cast<int64_t>(kFloat * kWeights * weights), static_cast<int64_t>(kFloat * maps)};
}

int64_t fitting_batch(std::optional<int64_t> asked, int64_t usual, const NetworkPlan& network,
                      const TrainOptions& options, const std::string& device, int64_t threads,
                      std::vector<std::string>& remarks) {
  constexpr int64_t kSurely = 4;  // an estimate this many times below what is free needs no trial
  const int64_t batch = asked.value_or(usual), free = memory_for_training(device);
  const StepMemory rough = rough_step_memory(network);
  if (rough.need(batch) < free / kSurely) return batch;
  // Where a trial itself might be the end, the estimate has to do.
  const StepMemory memory = rough.need(4) < free / 2 ? measure_step_memory(network, options, device, threads) : rough;
  const int64_t need = memory.need(batch);
  if (need <= free) return batch;
  const int64_t largest = largest_fitting(memory, free, network, options, at::Device(device));
  if (asked || largest < 2) throw Error(need_and_free(batch, need, free, device), hint_to(largest));
  remarks.push_back("batch: " + std::to_string(largest) +
                    ", the largest that fits: " + need_and_free(batch, need, free, device));
  return largest;
}

std::optional<std::string> ran_out_of_memory(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string said = torch ? torch->what_without_backtrace() : error.what();
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const c10::OutOfMemoryError*>(torch)) return said;
  // LibTorch's CPU allocator, and oneDNN in a step whose like it has done before.
  for (const char* phrase : {"can't allocate memory", "could not create a primitive"})
    if (said.find(phrase) != std::string::npos) return said;
  return std::nullopt;
}

Error out_of_memory(const NetworkPlan& network, const TrainOptions& options, const std::string& device,
                    const std::string& said) {
  if (device != "cpu") return_gpu_memory();
  const StepMemory rough = rough_step_memory(network);
  const int64_t batch = options.batch.value_or(2), need = rough.need(batch);
  // The run had begun, so it did fit: something else took memory, or the limit is not one that can be asked for.
  const int64_t smaller = std::min(rough.largest_batch(memory_for_training(device)), batch / 2);
  return Error("out of memory: " + need_and_free(batch, need, memory_for_training(device), device) + " (" +
                   printable(said.substr(0, said.find('\n'))) + ")",
               hint_to(smaller));
}

}  // namespace dcgan
