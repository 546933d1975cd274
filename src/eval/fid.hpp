// Frechet distance between two sets of features, each taken for a Gaussian: |mu1 - mu2|^2 + Tr(C1 + C2 - 2 (C1
// C2)^1/2). Heusel et al. 2017, "GANs trained by a two time-scale update rule", section 2 (there with Inception
// features: FID). Biased upwards, the more so the fewer images there are: compare figures of equal counts only.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// What of a side the distance needs, float64.
struct Moments {
  at::Tensor mean;        // [F]
  at::Tensor covariance;  // [F, F], over N - 1
  /// [R, F], whose product with itself, factor^T factor, is the covariance: the centred features of fewer images than
  /// features, else the covariance's symmetric square root; undefined where that was not asked for.
  at::Tensor factor;
};

/// Moments of features [N, F], N >= 2. `with_root`: for a side that others are compared with.
Moments moments_of(const at::Tensor& features, bool with_root);

/// At least one side must have its factor; the smaller one decides how long it takes. Covariances may be singular
/// (fewer images than features).
double frechet_distance(const Moments& a, const Moments& b);

}  // namespace dcgan
