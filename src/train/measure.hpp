// Timing the step and the generator on made-up pictures. For `dcgan bench` and for bench/.
#pragma once

#include "train/trainer.hpp"

namespace dcgan {

/// Smooth waves of colour, another set for each number. Noise would do for speed as long as the losses stay tame; a
/// discriminator that has won outright makes gradients so small that the processor slows down.
Batch made_up_batch(const NetworkPlan& network, int64_t batch, int64_t number);

/// A trainer that goes round in a few batches lying ready in memory: no loader, no files, no records, so that what is
/// left is the step.
class StepTimer {
 public:
  /// `options` must be resolved. Takes a few steps, which choose kernels and grow the heap.
  StepTimer(const NetworkPlan& network, const TrainOptions& options, at::Device device);

  struct Round {
    int64_t images = 0;
    double seconds = 0;
    Record record;
    double images_per_second() const { return static_cast<double>(images) / seconds; }
  };
  /// Whole steps until `seconds` are over.
  Round round(double seconds);

 private:
  void step();

  Trainer trainer_;
  std::vector<Batch> batches_;
};

/// Images per second of a generator in evaluation mode, `batch` at a time.
double generator_images_per_second(const NetworkPlan& network, int64_t batch, double seconds);

}  // namespace dcgan
