#include "plan/fit.hpp"

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <bit>
#include <new>
#include <numeric>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "step/gpu.hpp"
#include "step/measure.hpp"
#include "step/objective.hpp"

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

void take_trial_steps(const NetworkPlan& network, TrainOptions options, const RunOptions& run, int64_t batch) {
  const at::Device device(run.device);
  options.batch = batch;
  options.schedule.grow_images = 0;  // the whole size takes the most
  Trainer trainer(network, options, device, run.gpu);
  Batch pictures = made_up_batch(network, batch, 0);
  // Every kind of step must have come: with and without G's update, with and without a penalty's turn.
  const int64_t turns = std::max<int64_t>(1, Objective(options.objective).lazy_every());
  const int64_t cycle = std::max<int64_t>(2, std::lcm(options.schedule.critic_steps, turns));
  for (int64_t i = 0; i < (device.is_cuda() ? kPlainSteps + 1 : 1) * cycle; ++i, pictures.first_image += batch)
    trainer.step(pictures);
  wait_for(device);
}

/// Bytes of the CPU's memory that a few steps with this batch take at most.
int64_t counted_trial(const NetworkPlan& network, const TrainOptions& options, const RunOptions& run, int64_t batch) {
  const auto counted = std::make_shared<CountedMemory>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, counted);
  take_trial_steps(network, options, run, batch);
  return counted->most() + counted->most() / 5;  // what the heap and the libraries add: 15 to 20 % seen
}

/// On a GPU trying is cheap, and the only way to know: libraries and a recorded step take memory beside the tensors.
bool fits_on_gpu(const NetworkPlan& network, const TrainOptions& options, const RunOptions& run, int64_t batch) {
  bool fits = true;
  try {
    take_trial_steps(network, options, run, batch);
  } catch (const std::exception& error) {
    if (!ran_out_of_memory(error)) throw;
    fits = false;
  }
  return_gpu_memory();
  return fits;
}

/// Numbers of an image that are in memory at once while a network learns: what convolutions made, what activations made
/// of it, and sums. What is summed at once, and a norm or a modulation apart from its activation, needs no place of its
/// own.
int64_t kept_numbers(const NetworkDescription& net) {
  std::vector<int64_t> uses(net.inputs.size() + net.layers.size()), sums = uses;
  for (const auto& layer : net.layers) {
    ++uses[static_cast<size_t>(layer.from)];
    if (!layer.joins_maps()) continue;
    ++uses[static_cast<size_t>(layer.other)];
    ++sums[static_cast<size_t>(layer.from)], ++sums[static_cast<size_t>(layer.other)];
  }
  int64_t kept = 0;
  size_t value = net.inputs.size();
  for (const auto& layer : net.layers) {
    const bool has_place = layer.is_convolution() || layer.is_activation() || layer.joins_maps() ||
                           layer.kind == LayerKind::kTanh || layer.kind == LayerKind::kMinibatchStd ||
                           layer.kind == LayerKind::kRelu6 || layer.kind == LayerKind::kPad;
    const bool is_summed_at_once = sums[value] == 1 && uses[value] == 1;
    if (has_place && !is_summed_at_once) kept += layer.out.numbers();
    ++value;
  }
  return kept;
}

/// A trial's batch. With fewer images the peak is where weights are updated, and says nothing of an image's share.
int64_t telling_batch(const StepMemory& rough) {
  constexpr int64_t kLeast = 2, kMost = 64;
  return std::clamp(rough.fixed / rough.per_image, kLeast, kMost);
}

std::string need_and_free(int64_t batch, int64_t need, int64_t free, const std::string& device) {
  return "a step of " + counted(batch, "image") + " needs about " + bytes_text(static_cast<double>(need)) + ", and " +
         bytes_text(static_cast<double>(free)) + " are free for it on " + device;
}

/// What is in memory at once of a batch that is computed in parts.
int64_t at_once(int64_t batch, const TrainOptions& options) {
  const int64_t parts = options.schedule.accumulate;
  return (batch + parts - 1) / parts;
}

std::string hint_to(int64_t batch) {
  return batch >= 2 ? "the largest batch that fits is " + std::to_string(batch) + ": --batch " + std::to_string(batch) +
                          ", or --batch auto, which finds it; --accumulate N computes a larger one in N parts"
                    : "not even two images fit: take a smaller --size or --base-channels";
}

}  // namespace

int64_t StepMemory::largest_batch(int64_t bytes) const {
  constexpr int64_t kMost = 65536;
  int64_t batch = 0;
  for (int64_t next = 2; next <= kMost && need(next) <= bytes; next *= 2) batch = next;
  return batch;
}

StepMemory measure_step_memory(const NetworkPlan& network, TrainOptions options, const RunOptions& run) {
  settle_process(*run.threads);
  options.schedule.accumulate = 1;  // an image's share is asked for
  const StepMemory rough = rough_step_memory(network);
  const int64_t few = telling_batch(rough);
  const int64_t small = counted_trial(network, options, run, few),
                large = counted_trial(network, options, run, 2 * few);
  return_freed_memory();
  StepMemory memory;
  memory.per_image = std::max<int64_t>(1, (large - small) / few);
  memory.fixed = std::max<int64_t>(0, small - few * memory.per_image);
  return memory;
}

int64_t memory_for_training(const std::string& device) {
  const GpuMemory gpu = device == "cpu" ? GpuMemory{} : gpu_memory(at::Device(device));
  const int64_t free = device == "cpu" ? free_memory() : gpu.free + gpu.unused;
  constexpr int64_t kOther = 200'000'000;
  return std::max<int64_t>(0, free - std::max(free / 10, kOther));
}

StepMemory rough_step_memory(const NetworkPlan& network) {
  // Weights: live, averaged, two moments, gradients, a copy to draw with. Maps once for G, and in D for real and
  // generated images; fp32.
  constexpr int64_t kPasses = 2, kWeights = 6, kFloat = 4;
  const NetworkDescription g = network.generator(), d = network.discriminator();
  return {kFloat * kWeights * (g.weight_count() + d.weight_count()),
          kFloat * (kept_numbers(g) + kPasses * kept_numbers(d))};
}

void check_room_for_two(const NetworkPlan& network, const std::string& device) {
  const int64_t need = rough_step_memory(network).need(2), free = memory_for_training(device);
  if (need > 2 * free) throw Error(need_and_free(2, need, free, device), hint_to(0));
}

int64_t fitting_batch(std::optional<int64_t> asked, int64_t usual, const NetworkPlan& network,
                      const TrainOptions& options, const RunOptions& run, std::vector<std::string>& remarks) {
  constexpr int64_t kSurely = 4;  // an estimate this many times below what is free needs no trial
  const int64_t batch = asked.value_or(usual), free = memory_for_training(run.device);
  StepMemory memory = rough_step_memory(network);
  if (memory.need(at_once(batch, options)) < free / kSurely) return batch;
  int64_t largest = 0;
  if (at::Device(run.device).is_cuda()) {
    if (memory.need(at_once(batch, options)) < kSurely * free && fits_on_gpu(network, options, run, batch))
      return batch;
    largest = std::min(memory.largest_batch(kSurely * free), static_cast<int64_t>(std::bit_floor(uint64_t(batch - 1))));
    while (largest >= 2 && !fits_on_gpu(network, options, run, largest)) largest /= 2;
  } else {
    // Where a trial itself might be the end, the estimate has to do.
    if (memory.need(2 * telling_batch(memory)) < free / 2) memory = measure_step_memory(network, options, run);
    if (memory.need(at_once(batch, options)) <= free) return batch;
    largest = options.schedule.accumulate * memory.largest_batch(free);
  }
  const std::string why = need_and_free(batch, memory.need(at_once(batch, options)), free, run.device);
  if (asked || largest < 2) throw Error(why, hint_to(largest));
  remarks.push_back("batch: " + std::to_string(largest) + ", the largest that fits: " + why);
  return largest;
}

std::optional<std::string> ran_out_of_memory(const std::exception& error) {
  constexpr int64_t kLittle = 1 << 30;  // bytes
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string said = torch ? torch->what_without_backtrace() : error.what();
  const auto says = [&](const char* phrase) { return said.find(phrase) != std::string::npos; };
  const bool is_sure = dynamic_cast<const std::bad_alloc*>(&error) ||
                       dynamic_cast<const c10::OutOfMemoryError*>(torch) || says("can't allocate memory") ||
                       says("CUDA error: out of memory") || says("CUBLAS_STATUS_ALLOC_FAILED") ||
                       says("CUDNN_STATUS_ALLOC_FAILED");
  // oneDNN says no more than this.
  if (is_sure || (says("could not create a primitive") && free_memory() < kLittle)) return said;
  return std::nullopt;
}

Error out_of_memory(const NetworkPlan& network, const TrainOptions& options, const std::string& device,
                    const std::string& said) {
  device == "cpu" ? return_freed_memory() : return_gpu_memory();
  const StepMemory rough = rough_step_memory(network);
  const int64_t batch = options.batch.value_or(2), free = memory_for_training(device);
  int64_t smaller = rough.largest_batch(free);
  while (smaller >= batch) smaller /= 2;
  return Error("out of memory: " + need_and_free(batch, rough.need(at_once(batch, options)), free, device) + " now (" +
                   printable(said.substr(0, said.find('\n'))) + ")",
               smaller >= 2 ? "free memory that other programs hold, or begin with a smaller batch: --batch " +
                                  std::to_string(smaller) + " needs about " +
                                  bytes_text(static_cast<double>(rough.need(smaller)))
                            : "free memory that other programs hold, or take a smaller --size or --base-channels");
}

}  // namespace dcgan
