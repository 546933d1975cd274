#include "eval/comparison.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace dcgan {

double spread_of(const at::Tensor& features) {
  constexpr int64_t kEnough = 2000;
  return mean_distance(features.slice(0, 0, kEnough));
}

at::Tensor Reference::as_given() const { return at::cat({features.mul(unit).add_(centre), thumbnails}, 1); }

Reference reference_of(const at::Tensor& columns, const std::vector<int64_t>& groups, int64_t thumbnail) {
  check_features(columns, columns);
  const at::Tensor given = columns.slice(1, 0, columns.size(1) - thumbnail);
  Reference reference;
  reference.centre = at::zeros({given.size(1)}), reference.unit = at::ones({given.size(1)});
  int64_t first = 0;
  for (const int64_t size : groups) {
    const auto group = given.slice(1, first, first + size);
    const double unit = group.std(0).mean().item<double>();
    reference.centre.slice(0, first, first + size).fill_(group.mean().item<double>());
    if (unit > 0) reference.unit.slice(0, first, first + size).fill_(unit);
    first += size;
  }
  reference.features = groups.empty() ? given.contiguous() : given.sub(reference.centre).div_(reference.unit);
  const at::Tensor& features = reference.features;
  reference.kernels = kernel_rows(features);
  reference.moments = moments_of(features, /*with_root=*/true);
  reference.radii = nearest_others(features, kNeighbourhood).squared;
  reference.neighbourhoods = neighbourhoods(features, reference.radii);
  reference.kinds = kinds_of(features);
  reference.spread = spread_of(features);
  reference.thumbnails = columns.slice(1, given.size(1)).contiguous();
  reference.thumbnail = thumbnail;
  if (thumbnail > 0)
    reference.neighbourhoods_of_thumbnails =
        neighbourhoods(reference.thumbnails, nearest_others(reference.thumbnails, kNeighbourhood).squared);
  return reference;
}

Closeness closeness(const at::Tensor& given, const Reference& real) {
  Closeness found = closeness(real.measured(given), real.features, real.neighbourhoods);
  if (real.thumbnail == 0) return found;
  const Closeness by_thumbnails =
      closeness(real.thumbnails_of(given), real.thumbnails, real.neighbourhoods_of_thumbnails);
  const at::Tensor is_closer = by_thumbnails.ratio < found.ratio;
  return {at::where(is_closer, by_thumbnails.ratio, found.ratio),
          at::where(is_closer, by_thumbnails.index, found.index)};
}

at::Tensor radius(const at::Tensor& radii, int64_t k) {
  const auto up_to = radii.slice(1, 0, k);
  return at::where(up_to.isinf(), at::zeros_like(up_to), up_to).amax(1);
}

Comparison::Comparison(at::Tensor generated, const Reference& real, const Reference* trained, int64_t k)
    : given_(std::move(generated)),
      generated_(real.measured(given_)),
      real_(real),
      trained_(trained ? *trained : real),
      k_(k) {
  check_features(generated_, real_.features);
}

const Prdc& Comparison::prdc() const {
  if (!prdc_)
    prdc_ = dcgan::prdc(generated_, radius(nearest_others(generated_, k_).squared, k_), real_.features,
                        radius(real_.radii, k_), k_);
  return *prdc_;
}

const at::Tensor& Comparison::shares() const {
  if (!shares_.defined()) shares_ = shares_of(generated_, real_.kinds.centres);
  return shares_;
}

const Closeness& Comparison::closeness() const {
  if (!closeness_) closeness_ = dcgan::closeness(given_, trained_);
  return *closeness_;
}

}  // namespace dcgan
