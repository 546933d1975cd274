// Two sets of features side by side, with what several figures need of them computed once. Knows nothing of images,
// names or files; which figures there are is eval/figures.
#pragma once

#include <optional>
#include <vector>

#include "eval/fid.hpp"
#include "eval/kid.hpp"
#include "eval/memorised.hpp"
#include "eval/prdc.hpp"

namespace dcgan {

/// What figures need of the real side: computed once and kept (eval/real_side). A figure that needs more has a tensor
/// here, a line in `each` and one in reference_of.
/// Of features that come in groups (FeatureInfo::groups) each group is measured in its own unit: the mean deviation of
/// its features among these pictures, from the mean of all of them. So that shallow maps, which tell textures and edges
/// apart, count beside deep ones, which tell things apart.
struct Reference {
  at::Tensor features;      // [N, F] float32, in those units
  at::Tensor centre, unit;  // [F]: what is taken off features as a network gives them, and what they are divided by
  at::Tensor kernels;       // [N], see kernel_rows
  Moments moments;          // with the root
  at::Tensor radii;  // [N, kNeighbourhood], squared distances to the nearest others; infinite where there is none
  at::Tensor neighbourhoods;  // [N], see memorised.hpp
  double spread = 0;          // mean distance between two images, of the first few thousand
  int64_t count() const { return features.size(0); }
  /// Features as the network gives them in these units, and back.
  at::Tensor measured(const at::Tensor& features) const { return features.sub(centre).div_(unit); }
  at::Tensor as_given() const { return features.mul(unit).add_(centre); }

  /// Names and tensors, as they are kept.
  template <class Visit>
  void each(Visit&& visit) {
    visit("features", features), visit("centre", centre), visit("unit", unit);
    visit("kernels", kernels), visit("mean", moments.mean);
    visit("covariance", moments.covariance), visit("root", moments.root), visit("radii", radii);
    visit("neighbourhoods", neighbourhoods);
  }
};
/// `features` as the network gives them, `groups` of FeatureInfo.
Reference reference_of(const at::Tensor& features, const std::vector<int64_t>& groups = {});

/// Squared distance to the k-th nearest other, for k up to kNeighbourhood; with fewer others to the farthest.
at::Tensor radius(const at::Tensor& radii, int64_t k);

class Comparison {
 public:
  /// Features [N, F] of generated images, as the network gives them. `real`, and `trained` where pictures trained on
  /// are others than those, outlive it. `k` of precision, recall, density and coverage. Throws Error for fewer than two
  /// images on a side.
  Comparison(at::Tensor generated, const Reference& real, const Reference* trained = nullptr, int64_t k = 5);

  /// In the units of the real side.
  const at::Tensor& generated() const { return generated_; }
  const Reference& real() const { return real_; }
  /// Computed when they are first asked for. One thread.
  const Prdc& prdc() const;
  /// To the pictures trained on.
  const Closeness& closeness() const;

 private:
  const at::Tensor given_, generated_;
  const Reference& real_;
  const Reference& trained_;
  const int64_t k_;
  mutable std::optional<Prdc> prdc_;
  mutable std::optional<Closeness> closeness_;
};

/// Mean distance between two images, of at most the first 2,000: how diverse they are.
double spread_of(const at::Tensor& features);

}  // namespace dcgan
