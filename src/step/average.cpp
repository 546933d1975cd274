#include "step/average.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "nn/latents.hpp"
#include "nn/weights.hpp"

namespace dcgan {
namespace {

constexpr int64_t kBatch = 64;  // of statistics

}  // namespace

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

at::Tensor statistics_latents(const LatentSpace& space, uint64_t seed) {
  // Twice as many as numbers in a latent: enough for a covariance of full rank, batches centred.
  const int64_t batches = std::max<int64_t>(4, (2 * space.length + kBatch - 1) / kBatch);
  auto z = latents(seed, Purpose::kStatisticsLatent, 0, batches * kBatch, space).to(at::kDouble);
  z = z.view({batches, kBatch, -1});
  z = (z - z.mean(1, /*keepdim=*/true)).view({batches * kBatch, -1});
  const auto covariance = z.t().mm(z) / z.size(0);
  z = at::linalg_solve_triangular(at::linalg_cholesky(covariance), z.t(), /*upper=*/false).t();
  const double variance = space.is_uniform ? 1.0 / 3 : 1;
  return (z * std::sqrt(variance)).to(at::kFloat).contiguous();
}

GeneratorNet evaluation_copy(GeneratorNetImpl& net, const std::vector<at::Tensor>& weights, uint64_t seed) {
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
  const auto z = statistics_latents(net.plan().options.latent_space(), seed).to(device, type);
  for (int64_t first = 0; first < z.size(0); first += kBatch) {
    // Classes in turn, as generated images take them.
    const auto y =
        classes > 0 ? at::arange(first, first + kBatch, at::kLong).remainder(classes).to(device) : at::Tensor();
    copy(z.narrow(0, first, kBatch), y);
  }
  copy->eval();
  return copy;
}

}  // namespace dcgan
