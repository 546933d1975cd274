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

Comparison::Comparison(at::Tensor generated, const Reference& real, const Reference* trained, int64_t k)
    : generated_(std::move(generated)), real_(real), trained_(trained ? *trained : real), k_(k) {
  check_features(generated_, real_.features);
}

const Prdc& Comparison::prdc() const {
  if (!prdc_)
    prdc_ = dcgan::prdc(generated_, radius(nearest_others(generated_, k_).squared, k_), real_.features,
                        radius(real_.radii, k_), k_);
  return *prdc_;
}

const Closeness& Comparison::closeness() const {
  if (!closeness_) closeness_ = dcgan::closeness(generated_, trained_.features, trained_.neighbourhoods);
  return *closeness_;
}

}  // namespace dcgan
