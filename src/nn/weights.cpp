#include "nn/weights.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>

#include "core/random.hpp"

namespace dcgan {

namespace {

at::Tensor normal_like(const at::Tensor& target, const Draw& draw) {
  auto values = at::empty(target.sizes(), at::kFloat);
  draw.normal({values.mutable_data_ptr<float>(), static_cast<size_t>(values.numel())});
  return values;
}

void draw_parameter(const PlannedWeight& planned, at::Tensor& parameter, const Draw& draw) {
  const auto mean = static_cast<float>(planned.mean), spread = static_cast<float>(planned.spread);
  if (spread == 0) {
    parameter.fill_(mean);
    return;
  }
  auto values = normal_like(parameter, draw);
  float* all = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) all[i] = mean + spread * all[i];
  parameter.copy_(values);
}

}  // namespace

void initialise(DescribedNetImpl& network, uint64_t seed, NetworkRole role) {
  const at::NoGradGuard no_grad;
  const auto buffers = network.named_buffers();
  auto parameters = network.named_parameters();
  uint64_t number = 0;
  for (const PlannedWeight& planned : network.planned_weights()) {
    const uint64_t index = static_cast<uint64_t>(role) << 32 | number++;
    draw_parameter(planned, parameters[planned.name], Draw(seed, Purpose::kInitialWeights, index));
    if (!planned.name.ends_with(".weight")) continue;
    if (const auto* u = buffers.find(planned.name.substr(0, planned.name.size() - 6) + "u")) {
      const auto start = normal_like(*u, Draw(seed, Purpose::kSpectralStart, index));
      at::Tensor(*u).copy_(start / start.norm());
    }
  }
}

int64_t parameter_count(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

void move_to(torch::nn::Module& network, at::Device device, at::ScalarType type) {
  const at::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.set_data(parameter.to(device, type));
  for (auto& buffer : network.buffers())
    buffer.set_data(buffer.to(device, buffer.is_floating_point() ? type : buffer.scalar_type()));
}

void to_channels_last(torch::nn::Module& network) {
  const at::NoGradGuard no_grad;
  for (auto& parameter : network.parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace dcgan
