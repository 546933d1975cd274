// Two sets of features side by side, with what several figures need of them computed once. Knows nothing of images,
// names or files; which figures there are is eval/figures.
#pragma once

#include <optional>
#include <vector>

#include "eval/fid.hpp"
#include "eval/kid.hpp"
#include "eval/kinds.hpp"
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
  int64_t thumbnail = 0;    // T, columns behind the features that copies are told by as well
  at::Tensor thumbnails;    // [N, T]
  at::Tensor centre, unit;  // [F]: what is taken off features as a network gives them, and what they are divided by
  at::Tensor kernels;       // [N], see kernel_rows
  Moments moments;          // with the factor
  at::Tensor radii;  // [N, kNeighbourhood], squared distances to the nearest others; infinite where there is none
  at::Tensor neighbourhoods;                // [N], see memorised.hpp
  at::Tensor neighbourhoods_of_thumbnails;  // [N]; undefined for T = 0
  double spread = 0;                        // mean distance between two images, of the first few thousand
  Kinds kinds;
  int64_t count() const { return features.size(0); }
  /// Of columns as the network gives them, [M, F + T], the features in these units, and the thumbnails. And back.
  at::Tensor measured(const at::Tensor& given) const {
    return given.slice(1, 0, features.size(1)).sub(centre).div_(unit);
  }
  at::Tensor thumbnails_of(const at::Tensor& given) const { return given.slice(1, features.size(1)); }
  at::Tensor as_given() const;

  /// Names and tensors, as they are kept.
  template <class Visit>
  void each(Visit&& visit) {
    visit("features", features), visit("centre", centre), visit("unit", unit);
    visit("kernels", kernels), visit("mean", moments.mean);
    visit("covariance", moments.covariance), visit("factor", moments.factor), visit("radii", radii);
    visit("neighbourhoods", neighbourhoods), visit("kinds", kinds.centres), visit("shares", kinds.shares);
    if (thumbnail == 0) return;
    visit("thumbnails", thumbnails), visit("neighbourhoods_of_thumbnails", neighbourhoods_of_thumbnails);
  }
};
/// `given` as the network gives it, [N, F + T], `groups` and `thumbnail`, T, of FeatureInfo.
Reference reference_of(const at::Tensor& given, const std::vector<int64_t>& groups = {}, int64_t thumbnail = 0);

/// Of images as the network gives them: the smaller ratio of the two, by features and by thumbnails. Features alone
/// overlook copies with a little noise, thumbnails those that were mirrored or moved.
Closeness closeness(const at::Tensor& given, const Reference& real);

/// Squared distance to the k-th nearest other, for k up to kNeighbourhood; with fewer others to the farthest.
at::Tensor radius(const at::Tensor& radii, int64_t k);

class Comparison {
 public:
  /// Columns [N, F + T] of generated images, as the network gives them. `real`, and `trained` where pictures trained on
  /// are others than those, outlive it. `k` of precision, recall, density and coverage. Throws Error for fewer than two
  /// images on a side.
  Comparison(at::Tensor generated, const Reference& real, const Reference* trained = nullptr, int64_t k = 5);

  /// In the units of the real side.
  const at::Tensor& generated() const { return generated_; }
  const Reference& real() const { return real_; }
  /// Computed when they are first asked for. One thread.
  const Prdc& prdc() const;
  /// Of the real side's kinds among the generated images, [K].
  const at::Tensor& shares() const;
  /// To the pictures trained on.
  const Closeness& closeness() const;

 private:
  const at::Tensor given_, generated_;
  const Reference& real_;
  const Reference& trained_;
  const int64_t k_;
  mutable std::optional<Prdc> prdc_;
  mutable at::Tensor shares_;
  mutable std::optional<Closeness> closeness_;
};

/// Mean distance between two images, of at most the first 2,000: how diverse they are.
double spread_of(const at::Tensor& features);

}  // namespace dcgan
