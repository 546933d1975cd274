#include "eval/discriminator_features.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace dcgan {
namespace {

constexpr int64_t kBatchOfImages = 64;

/// Batches of one size, the last one filled up with its first image, because kernels may differ with the batch.
at::Tensor by_batches(const at::Tensor& images,
                      const std::function<at::Tensor(const at::Tensor& batch, int64_t first)>& of) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < images.size(0); first += kBatchOfImages) {
    const int64_t count = std::min(kBatchOfImages, images.size(0) - first);
    auto which = at::arange(first, first + kBatchOfImages, at::kLong).clamp_max(first + count - 1);
    const auto batch = images.index_select(0, which).permute({0, 3, 1, 2}).to(at::kFloat).div(127.5).sub(1);
    parts.push_back(of(batch, first).slice(0, 0, count));
  }
  return at::cat(parts);
}

}  // namespace

at::Tensor discriminator_features(DiscriminatorNet& net, const at::Tensor& images) {
  constexpr int64_t kGrid = 4;
  return by_batches(images, [&](const at::Tensor& batch, int64_t) {
    std::vector<at::Tensor> layers;
    for (const auto& map : net->feature_maps(batch))
      layers.push_back(std::get<0>(at::adaptive_max_pool2d(map.contiguous(), {kGrid, kGrid})).flatten(1));
    return at::cat(layers, 1);
  });
}

at::Tensor discriminator_logits(DiscriminatorNet& net, const at::Tensor& images, const at::Tensor& y) {
  return by_batches(images, [&](const at::Tensor& batch, int64_t first) {
    at::Tensor classes;
    if (y.defined())
      classes = y.index_select(0, at::arange(first, first + kBatchOfImages, at::kLong)
                                      .clamp_max(std::min(first + kBatchOfImages, y.size(0)) - 1));
    return net(batch, 1, classes);
  });
}

}  // namespace dcgan
