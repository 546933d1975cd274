#include "train/histograms.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace dcgan {

Histogram histogram_of(const at::Tensor& values) {
  constexpr int64_t kRanges = 40;
  auto numbers = values.detach().to(at::kCPU, at::kDouble).flatten();
  numbers = numbers.masked_select(at::isfinite(numbers));
  Histogram out;
  if (numbers.numel() == 0) return out;
  out.least = numbers.min().item<double>(), out.most = numbers.max().item<double>();
  out.count = static_cast<double>(numbers.numel());
  out.sum = numbers.sum().item<double>(), out.sum_of_squares = numbers.square().sum().item<double>();
  if (out.least == out.most) {
    out.limits = {out.most}, out.counts = {out.count};
    return out;
  }
  const auto counts = at::histc(numbers, kRanges, out.least, out.most);
  for (int64_t i = 0; i < kRanges; ++i) {
    out.limits.push_back(out.least + (out.most - out.least) * static_cast<double>(i + 1) / kRanges);
    out.counts.push_back(counts[i].item<double>());
  }
  return out;
}

std::vector<std::pair<std::string, Histogram>> histograms_of(const NamedTensors& tensors) {
  std::vector<std::pair<std::string, Histogram>> all;
  for (const auto& [name, tensor] : tensors)
    if (tensor.defined()) all.emplace_back(name, histogram_of(tensor));
  return all;
}

}  // namespace dcgan
