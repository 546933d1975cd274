// Timing the step and the generator on made-up pictures. For `dcgan bench` and for bench/.
#pragma once

#include <optional>

#include "core/options.hpp"
#include "core/platform/cores.hpp"
#include "step/trainer.hpp"

namespace dcgan {

/// What is timed, and for how long.
struct MeasureOptions {
  Size size{64, 64};
  NetworkOptions network;
  int64_t batch = 64;
  std::string device = "auto";
  GpuOptions gpu;
  std::optional<int64_t> threads;
  double seconds = 3;
  int64_t rounds = 3;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("size", size, "side of the images, or WIDTHxHEIGHT", within(6, 7168, "pixels"));
    network.fields(visit);
    visit("batch", batch, "images a step", within(2, 65536, "images"));
    visit("device", device, "where to compute; auto: a GPU if this build and machine have one",
          words_or({"auto", "cpu", "cuda"}, "cuda:N"));
    gpu.fields(visit);
    visit("threads", threads, "CPU threads; auto: the cores that are free for it", automatic(within(1, 1024)));
    visit("seconds", seconds, "length of a round", above(0, 3600, "seconds"));
    visit("rounds", rounds, "how often each is measured", within(1, 1000));
  }

  /// Throws UsageError for a size that no network has, and as where() does.
  NetworkPlan network_plan() const;
  TrainOptions training(const std::string& precision) const;
  int64_t thread_count() const { return threads.value_or(automatic_threads().count); }
  /// Throws UsageError for a device that is not there.
  at::Device where() const;
};

/// Smooth waves of colour, another set for each number. Noise would do for speed as long as the losses stay tame; a
/// discriminator that has won outright makes gradients so small that the processor slows down.
Batch made_up_batch(const NetworkPlan& network, int64_t batch, int64_t number);

/// A trainer that goes round in a few batches lying ready in memory: no loader, no files, no records, so that what is
/// left is the step.
class StepTimer {
 public:
  /// `options` must be resolved. Takes a few steps, which choose kernels and grow the heap.
  StepTimer(const NetworkPlan& network, const TrainOptions& options, at::Device device, const GpuOptions& gpu = {});

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
double generator_images_per_second(const NetworkPlan& network, int64_t batch, double seconds, at::Device device);

}  // namespace dcgan
