#include "eval/failures.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace dcgan {
namespace {

constexpr double kRadius = 2;

/// To so many rows, from the first on, again and again.
at::Tensor repeated(const at::Tensor& features, int64_t rows) {
  return features.repeat({(rows + features.size(0) - 1) / features.size(0), 1}).slice(0, 0, rows).contiguous();
}

at::Tensor bytes_of(const at::Tensor& levels) { return levels.round().clamp(0, 255).to(at::kByte); }

at::Tensor of_noise(FeatureNetwork& network, const at::Tensor& images, const at::Tensor& features) {
  const int64_t rows = features.size(0);  // one of noise is like the other
  auto noise = at::empty(images.slice(0, 0, std::min<int64_t>(rows, kFeatureBatch)).sizes(), at::kFloat);
  for (int64_t i = 0; i < noise.size(0); ++i)
    Draw(0, Purpose::kEvaluationNoise, static_cast<uint64_t>(i))
        .uniform({noise[i].mutable_data_ptr<float>(), static_cast<size_t>(noise[i].numel())});
  return repeated(network.columns(bytes_of((noise + 1) * 127.5)), rows);
}

at::Tensor of_blurred(FeatureNetwork& network, const at::Tensor& images, const at::Tensor&) {
  constexpr int64_t kEnough = 512;
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < std::min(kEnough, images.size(0)); first += kFeatureBatch)
    parts.push_back(network.columns(blurred(images.slice(0, first, first + kFeatureBatch), kRadius)));
  const auto all = at::cat(parts);
  return all;
}

at::Tensor of_one(FeatureNetwork&, const at::Tensor&, const at::Tensor& features) {
  return repeated(features.slice(0, 0, 1), features.size(0));
}

at::Tensor of_mean(FeatureNetwork& network, const at::Tensor& images, const at::Tensor& features) {
  return repeated(network.columns(bytes_of(images.to(at::kFloat).mean(0, true))), features.size(0));
}

constexpr FailureRow kRows[] = {
    {"blurred", "blurred", "real pictures, blurred with a radius of 2 pixels", of_blurred},
    {"noise", "noise", "noise", of_noise},
    {"one_picture", "one picture", "one real picture again and again", of_one},
    {"mean_picture", "their mean", "the mean of the real pictures again and again", of_mean},
};

}  // namespace

std::span<const FailureRow> failure_rows() { return kRows; }

at::Tensor blurred(const at::Tensor& images, double radius) {
  const at::NoGradGuard no_grad;
  const auto reach = static_cast<int64_t>(std::ceil(3 * radius));
  const auto at = at::arange(-reach, reach + 1, at::kFloat);
  auto weights = at::exp(-at.square() / (2 * radius * radius));
  weights /= weights.sum();
  const auto planes = images.permute({0, 3, 1, 2}).to(at::kFloat);
  const int64_t n = planes.size(0), c = planes.size(1), h = planes.size(2), w = planes.size(3);
  auto x = planes.reshape({n * c, 1, h, w});
  const auto pad = [&](const at::Tensor& map, int64_t across, int64_t down) {
    return at::replication_pad2d(map, {across, across, down, down});
  };
  x = at::conv2d(pad(x, reach, 0), weights.view({1, 1, 1, -1}));
  x = at::conv2d(pad(x, 0, reach), weights.view({1, 1, -1, 1}));
  return bytes_of(x).view({n, c, h, w}).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace dcgan
