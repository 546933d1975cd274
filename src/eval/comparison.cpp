#include "eval/comparison.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace dcgan {

double spread_of(const at::Tensor& features) {
  constexpr int64_t kEnough = 2000;
  return mean_distance(features.slice(0, 0, kEnough));
}

Reference reference_of(const at::Tensor& features) {
  check_features(features, features);
  Reference reference;
  reference.features = features;
  reference.kernels = kernel_rows(features);
  reference.moments = moments_of(features, /*with_root=*/true);
  reference.radii = nearest_others(features, kNeighbourhood).squared;
  reference.neighbourhoods = neighbourhoods(features, reference.radii);
  reference.spread = spread_of(features);
  return reference;
}

at::Tensor radius(const at::Tensor& radii, int64_t k) {
  const auto up_to = radii.slice(1, 0, k);
  return at::where(up_to.isinf(), at::zeros_like(up_to), up_to).amax(1);
}

Comparison compare(const at::Tensor& features, const Reference& reference, int64_t k) {
  check_features(features, reference.features);
  Comparison out;
  out.kid = kid(features, reference.features, reference.kernels);
  out.fid = frechet_distance(reference.moments, moments_of(features, /*with_root=*/false));
  const auto radii = nearest_others(features, k).squared;
  out.prdc = prdc(features, radius(radii, k), reference.features, radius(reference.radii, k), k);
  out.closeness = closeness(features, reference.features, reference.neighbourhoods);
  out.memorised = out.closeness.memorised_share();
  out.diversity = spread_of(features) / reference.spread;
  return out;
}

}  // namespace dcgan
