#include "train/average.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "latent/latents.hpp"
#include "nn/weights.hpp"

namespace dcgan {

double average_decay(int64_t batch, int64_t images_seen, int64_t half_life, double ramp) {
  const auto full = static_cast<double>(half_life);
  const double half = ramp > 0 ? std::min(full, ramp * static_cast<double>(images_seen)) : full;
  return half > 0 ? std::pow(0.5, static_cast<double>(batch) / half) : 0;
}

void update_average(const std::vector<at::Tensor>& average, const std::vector<at::Tensor>& live,
                    const at::Tensor& weight) {
  const at::NoGradGuard no_grad;
  at::_foreach_lerp_(average, live, std::vector<at::Tensor>(average.size(), weight));
}

GeneratorNet evaluation_copy(GeneratorNetImpl& net, const std::vector<at::Tensor>& weights, uint64_t seed) {
  constexpr int64_t kBatches = 4, kBatch = 64;
  const at::NoGradGuard no_grad;
  GeneratorNet copy(net.plan());
  const auto device = weights.front().device();
  const auto type = weights.front().scalar_type();
  move_to(*copy, device, type);
  const auto parameters = copy->parameters();
  for (size_t i = 0; i < parameters.size(); ++i)
    at::Tensor(parameters[i]).set_data(weights[i].detach().clone());  // clone keeps the memory format
  for (auto norm : copy->norms()) {
    norm->reset_running_stats();
    norm->options.momentum(std::nullopt);  // a cumulative mean
  }
  copy->train();
  const int64_t classes = net.plan().classes;
  for (int64_t first = 0; first < kBatches * kBatch; first += kBatch) {
    const auto z = latents(seed, Purpose::kStatisticsLatent, first, kBatch, net.plan().options.latent_space());
    // Classes in turn, as generated images take them.
    const auto y =
        classes > 0 ? at::arange(first, first + kBatch, at::kLong).remainder(classes).to(device) : at::Tensor();
    copy(z.to(device, type), y);
  }
  copy->eval();
  return copy;
}

}  // namespace dcgan
