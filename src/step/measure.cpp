#include "step/measure.hpp"

#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>

#include "core/platform/signals.hpp"
#include "nn/latents.hpp"
#include "nn/weights.hpp"
#include "step/device.hpp"

namespace dcgan {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TrainOptions MeasureOptions::training(const std::string& precision) const {
  TrainOptions out;
  out.batch = batch, out.precision = precision;
  return out;
}

at::Device MeasureOptions::where() const {
  std::vector<std::string> ignored;
  return at::Device(resolve_device(device, ignored));
}

NetworkPlan MeasureOptions::network_plan() const {
  NetworkPlan plan{network, shape_plan(size)};
  plan.options.resolve_widths(size, where().is_cpu());
  return plan;
}

Batch made_up_batch(const NetworkPlan& network, int64_t batch, int64_t number) {
  const Size size = network.shape.size();
  Batch out;
  out.labels.assign(static_cast<size_t>(batch), 0);  // of the first class, where there are any
  out.pixels.reserve(static_cast<size_t>(batch * size.width * size.height * network.image_channels));
  for (int64_t i = 0; i < batch; ++i) {
    const double phase = 0.7 * static_cast<double>(number * batch + i);
    for (int64_t y = 0; y < size.height; ++y)
      for (int64_t x = 0; x < size.width; ++x)
        for (int64_t c = 0; c < network.image_channels; ++c)
          out.pixels.push_back(static_cast<uint8_t>(
              127.5 + 120 * std::sin(phase * double(c + 1) +
                                     6.3 * (double(x) / double(size.width) + double(y) / double(size.height)))));
  }
  return out;
}

StepTimer::StepTimer(const NetworkPlan& network, const TrainOptions& options, at::Device device, const GpuOptions& gpu)
    : trainer_(network, options, device, gpu) {
  constexpr int64_t kBatches = 8;
  constexpr int kWarm = kPlainSteps + 2;  // also on a GPU what is timed is a recorded step
  for (int64_t i = 0; i < kBatches; ++i) batches_.push_back(made_up_batch(network, *options.batch, i));
  for (int i = 0; i < kWarm; ++i) step();
}

void StepTimer::step() {
  throw_if_stopped("nothing is reported");
  Batch& batch = batches_[static_cast<size_t>(trainer_.steps()) % batches_.size()];
  batch.first_image = trainer_.images();
  trainer_.step(batch);
}

StepTimer::Round StepTimer::round(double seconds) {
  Round out;
  trainer_.take_record(out.record);  // on a GPU: what went before is done
  const int64_t before = trainer_.images();
  const auto start = std::chrono::steady_clock::now();
  do step();
  while (seconds_since(start) < seconds);
  trainer_.take_record(out.record);
  out.images = trainer_.images() - before, out.seconds = seconds_since(start);
  return out;
}

double generator_images_per_second(const NetworkPlan& network, int64_t batch, double seconds, at::Device device) {
  const at::NoGradGuard no_grad;
  GeneratorNet net(network);
  initialise(*net, 0, NetworkRole::kGenerator);
  to_channels_last(*net);
  move_to(*net, device, at::kFloat);
  net->eval();
  const auto z = latents(0, Purpose::kTrainingLatent, 0, batch, network.options.latent_space()).to(device);
  net(z), wait_for(device);
  const auto start = std::chrono::steady_clock::now();
  int64_t images = 0;
  do throw_if_stopped("nothing is reported"), net(z), wait_for(device), images += batch;
  while (seconds_since(start) < seconds);
  return static_cast<double>(images) / seconds_since(start);
}

}  // namespace dcgan
