#include "dist/speed.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace dcgan {
namespace {

double median_seconds(Group& group, const at::Tensor& values) {
  constexpr int kTimes = 5;
  std::vector<double> all;
  for (int i = 0; i <= kTimes; ++i) {  // the first one does not count
    const auto begin = std::chrono::steady_clock::now();
    group.sum(values);
    values.view({-1})[0].item<float>();  // waits for a GPU
    if (i > 0) all.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(all.begin(), all.begin() + kTimes / 2, all.end());
  return all[kTimes / 2];
}

}  // namespace

ExchangeSpeed measure_exchange(Group& group, int64_t numbers, const at::Device& device) {
  const auto options = at::TensorOptions(at::kFloat).device(device);
  ExchangeSpeed speed;
  speed.latency = median_seconds(group, at::zeros({1}, options));
  speed.seconds = median_seconds(group, at::zeros({numbers}, options));
  speed.bytes_per_second = static_cast<double>(numbers) * sizeof(float) / std::max(speed.seconds, 1e-9);
  return speed;
}

}  // namespace dcgan
