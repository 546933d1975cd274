// Which batches fit into a device's memory: found by trying small ones, before a run begins.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "plan/options.hpp"

namespace dcgan {

/// What training takes beyond what the process has, in bytes.
struct StepMemory {
  int64_t fixed = 0, per_image = 0;
  int64_t need(int64_t batch) const { return fixed + batch * per_image; }
  /// The largest power of two from 2 up whose need is within `bytes`; 0 when there is none.
  int64_t largest_batch(int64_t bytes) const;
};

/// From shapes alone: within a factor of two.
StepMemory rough_step_memory(const NetworkPlan& network);

/// On a CPU, by a few steps of two small batches. `options.precision` and `run` are resolved.
StepMemory measure_step_memory(const NetworkPlan& network, TrainOptions options, const RunOptions& run);

/// Bytes that a device has left for training: what is free, less a tenth and 200 MB at least, for what a step's tensors
/// do not show: batches that are read ahead, grids, checkpoints.
int64_t memory_for_training(const std::string& device);

/// Throws Error where two images are twice too many by the rough estimate: for before pictures are read.
void check_room_for_two(const NetworkPlan& network, const std::string& device);

/// The batch to train with: `asked`, or for "auto" `usual`, if it fits; else for "auto" the largest power of two that
/// does (tried, on a GPU), with a remark. Where memory is plenty nothing is tried. Throws Error saying need, free, and
/// the largest batch that fits, when what was asked, or even the smallest batch, does not.
int64_t fitting_batch(std::optional<int64_t> asked, int64_t usual, const NetworkPlan& network,
                      const TrainOptions& options, const RunOptions& run, std::vector<std::string>& remarks);

/// What an allocator said, when an exception means that memory ran out: LibTorch's kinds on a GPU and on a CPU, and
/// the language's own. Nothing for any other.
std::optional<std::string> ran_out_of_memory(const std::exception& error);

/// What to say when memory ran out all the same.
Error out_of_memory(const NetworkPlan& network, const TrainOptions& options, const std::string& device,
                    const std::string& said);

/// What `body` returns; out_of_memory() when memory runs out in it.
template <class Body>
auto within_memory(const NetworkPlan& network, const TrainOptions& options, const std::string& device,
                   const Body& body) {
  std::string said;
  try {
    return body();
  } catch (const std::exception& error) {
    const auto allocator = ran_out_of_memory(error);
    if (!allocator) throw;
    said = *allocator;
  }
  throw out_of_memory(network, options, device, said);  // what body held is free by now
}

}  // namespace dcgan
