#include "plan/estimate.hpp"

#include <algorithm>
#include <chrono>

#include "core/platform/cores.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "nn/weights.hpp"
#include "plan/fit.hpp"
#include "step/measure.hpp"
#include "step/trainer.hpp"

namespace dcgan {
namespace {

double seconds_by_clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds for an image, by a step of two: too many rather than too few.
double seconds_for_an_image(const TrainPlan& plan, TrainOptions options, at::Device device) {
  constexpr int64_t kFew = 2;
  options.batch = kFew, options.schedule.accumulate = 1, options.schedule.grow_images = 0;
  Trainer trainer(plan.network, options, device, plan.options.run.gpu);
  Batch pictures = made_up_batch(plan.network, kFew, 0);
  double seconds = 0;
  for (int i = 0; i < 2; ++i, pictures.first_image += kFew) {  // the first step chooses kernels
    throw_if_stopped("while a few steps were timed");
    const double start = seconds_by_clock();
    trainer.step(pictures);
    seconds = seconds_by_clock() - start;
  }
  return seconds / static_cast<double>(kFew);
}

/// The plan's options with the batch that is timed: the plan's own, or as many images as take about two seconds.
TrainOptions timed_options(const TrainPlan& plan, at::Device device) {
  constexpr double kLongest = 4, kInstead = 2;  // seconds of a step
  TrainOptions options = plan.options.train;
  if (device.is_cuda()) return options;
  const double one = seconds_for_an_image(plan, options, device);
  if (one * static_cast<double>(*options.batch) <= kLongest) return options;
  options.batch = std::clamp<int64_t>(static_cast<int64_t>(kInstead / one), 2, *options.batch);
  options.schedule.accumulate = 1;
  return options;
}

Estimate timed(const TrainPlan& plan, const Dataset& dataset) {
  const at::Device device(plan.options.run.device);
  TrainOptions options = timed_options(plan, device);
  options.schedule.grow_images = 0;  // the whole size, which most of a long run has
  const bool is_whole = options.batch == plan.options.train.batch;
  Trainer trainer(plan.network, options, device, plan.options.run.gpu);
  LoaderOptions loading;
  loading.batch = *options.batch;
  loading.seed = static_cast<uint64_t>(options.seed);
  Loader loader(*dataset.pixels, loading);
  Record record;
  int64_t taken = 0;
  const int warm = device.is_cuda() ? kPlainSteps + 1 : 2;  // the first steps choose kernels
  const TimedSteps timed = time_steps(
      warm,
      [&] {
        throw_if_stopped("while a few steps were timed");
        trainer.step(loader.next());
        if (++taken <= warm) trainer.take_record(record);  // on a GPU: wait for it
      },
      seconds_by_clock);
  const double start = seconds_by_clock();
  trainer.take_record(record);
  Estimate estimate;
  estimate.images_per_second =
      static_cast<double>(timed.steps * loading.batch) / (timed.seconds + seconds_by_clock() - start);
  estimate.is_rough = timed.is_rough || !is_whole;
  estimate.parameters_g = parameter_count(*trainer.generator());
  estimate.parameters_d = parameter_count(*trainer.discriminator());
  const auto evaluation = trainer.evaluation_generator();
  for (const auto& [name, tensor] : trainer.state(*evaluation))
    estimate.checkpoint_bytes += static_cast<int64_t>(tensor.nbytes());
  estimate.memory_bytes = resident_memory().anonymous;
  if (!is_whole)
    estimate.memory_bytes =
        std::max(estimate.memory_bytes, rough_step_memory(plan.network).need(*plan.options.train.batch));
  return estimate;
}
}  // namespace

TimedSteps time_steps(int warm, const std::function<void()>& step, const std::function<double()>& now) {
  constexpr double kSeconds = 3, kMost = 10;
  const double start = now();
  for (int i = 0; i < warm; ++i) {
    const double began = now();
    step();
    if (const double end = now(); end - start > kMost) return {1, end - began, true};
  }
  TimedSteps timed;
  for (const double began = now(); timed.seconds < kSeconds; timed.seconds = now() - began) step(), ++timed.steps;
  return timed;
}

Estimate estimate(const TrainPlan& plan, const Dataset& dataset) {
  const int64_t planned = *plan.options.run.threads, usable = std::min(planned, cores_at_start().usable());
  // Threads that wait for others on cores that are taken need minutes for a step.
  const int64_t threads = cores_at_start().idle() < usable ? cores_at_start().idle() : planned;
  settle_process(threads);
  Estimate out =
      within_memory(plan.network, plan.options.train, plan.options.run.device, [&] { return timed(plan, dataset); });
  out.threads = threads;
  return out;
}

}  // namespace dcgan
