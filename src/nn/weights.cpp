#include "nn/weights.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>

#include "core/random.hpp"

namespace dcgan {

namespace {

/// The spread of Glorot's weights, [outputs or inputs, the other, k, k].
float glorot_spread(const at::Tensor& weight) {
  const auto fans = static_cast<double>((weight.size(0) + weight.size(1)) * weight[0][0].numel());
  return static_cast<float>(std::sqrt(2 / fans));
}

at::Tensor normal_like(const at::Tensor& target, const Draw& draw) {
  auto values = at::empty(target.sizes(), at::kFloat);
  draw.normal({values.mutable_data_ptr<float>(), static_cast<size_t>(values.numel())});
  return values;
}

/// Sets one parameter by its name.
void draw_parameter(const std::string& name, at::Tensor& parameter, const Draw& draw) {
  constexpr float kSpread = 0.02f;
  if (name.ends_with("bias")) {
    parameter.zero_();
  } else if (name.ends_with("class_gain")) {
    parameter.fill_(1);
  } else {
    const bool is_in_block = name.starts_with("block") && parameter.dim() == 4;
    const float spread = is_in_block ? glorot_spread(parameter) : kSpread, mean = parameter.dim() == 1 ? 1.0f : 0.0f;
    auto values = normal_like(parameter, draw);
    float* all = values.mutable_data_ptr<float>();
    for (int64_t i = 0; i < values.numel(); ++i) all[i] = mean + spread * all[i];
    parameter.copy_(values);
  }
}

}  // namespace

void initialise(torch::nn::Module& network, uint64_t seed, NetworkRole role) {
  const at::NoGradGuard no_grad;
  const auto buffers = network.named_buffers();
  uint64_t number = 0;
  for (auto& named : network.named_parameters()) {
    const std::string& name = named.key();
    const uint64_t index = static_cast<uint64_t>(role) << 32 | number++;
    draw_parameter(name, named.value(), Draw(seed, Purpose::kInitialWeights, index));
    if (!name.ends_with(".weight")) continue;
    if (const auto* u = buffers.find(name.substr(0, name.size() - 6) + "u")) {
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
