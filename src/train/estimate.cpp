#include "train/estimate.hpp"

#include <chrono>

#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "nn/weights.hpp"
#include "train/fit.hpp"
#include "train/trainer.hpp"

namespace dcgan {
namespace {

using std::chrono::steady_clock;

double elapsed_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

Estimate timed(const TrainPlan& plan, const Dataset& dataset) {
  constexpr double kSeconds = 3;
  Trainer trainer(plan.network, plan.options.train, at::Device(plan.options.run.device), plan.options.run.gpu);
  LoaderOptions options;
  options.batch = *plan.options.train.batch;
  options.seed = static_cast<uint64_t>(plan.options.train.seed);
  Loader loader(*dataset.pixels, options);
  Record record;
  for (int i = 0; i < kPlainSteps + 1; ++i) trainer.step(loader.next());  // the first steps choose kernels
  trainer.take_record(record);
  const auto start = steady_clock::now();
  int64_t steps = 0;
  do {
    throw_if_stopped("while a few steps were timed");
    trainer.step(loader.next());
    ++steps;
  } while (elapsed_since(start) < kSeconds);
  trainer.take_record(record);  // on a GPU: wait for it
  Estimate estimate;
  estimate.images_per_second = static_cast<double>(steps * options.batch) / elapsed_since(start);
  estimate.parameters_g = parameter_count(*trainer.generator());
  estimate.parameters_d = parameter_count(*trainer.discriminator());
  const auto evaluation = trainer.evaluation_generator();
  for (const auto& [name, tensor] : trainer.state(*evaluation))
    estimate.checkpoint_bytes += static_cast<int64_t>(tensor.nbytes());
  estimate.memory_bytes = resident_memory().anonymous;
  return estimate;
}
}  // namespace

Estimate estimate(const TrainPlan& plan, const Dataset& dataset) {
  settle_process(*plan.options.run.threads);
  return within_memory(plan.network, plan.options.train, plan.options.run.device, [&] { return timed(plan, dataset); });
}

}  // namespace dcgan
