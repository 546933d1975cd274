#include "nn/weights.hpp"

#include <ATen/core/grad_mode.h>

#include <vector>

#include "core/random.hpp"

namespace dcgan {

void initialise(torch::nn::Module& network, uint64_t seed, NetworkRole role) {
  constexpr float kSpread = 0.02f;
  const at::NoGradGuard no_grad;
  uint64_t number = 0;
  for (auto& named : network.named_parameters()) {
    auto& parameter = named.value();
    const uint64_t index = static_cast<uint64_t>(role) << 32 | number++;
    if (named.key().ends_with("bias")) {
      parameter.zero_();
      continue;
    }
    std::vector<float> values(static_cast<size_t>(parameter.numel()));
    Draw(seed, Purpose::kInitialWeights, index).normal(values);
    const float mean = parameter.dim() == 1 ? 1.0f : 0.0f;
    for (float& value : values) value = mean + kSpread * value;
    parameter.copy_(torch::from_blob(values.data(), parameter.sizes(), torch::kFloat32));
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
