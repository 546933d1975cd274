// Two sets of features side by side, with what several figures need of them computed once. Knows nothing of images,
// names or files; which figures there are is eval/figures.
#pragma once

#include <optional>

#include "eval/fid.hpp"
#include "eval/kid.hpp"
#include "eval/memorised.hpp"
#include "eval/prdc.hpp"

namespace dcgan {

/// What figures need of the real side: computed once and kept (eval/real_side). A figure that needs more has a tensor
/// here, a line in `each` and one in reference_of.
struct Reference {
  at::Tensor features;  // [N, F] float32
  at::Tensor kernels;   // [N], see kernel_rows
  Moments moments;      // with the root
  at::Tensor radii;     // [N, kNeighbourhood], squared distances to the nearest others; infinite where there is none
  at::Tensor neighbourhoods;  // [N], see memorised.hpp
  double spread = 0;          // mean distance between two images, of the first few thousand
  int64_t count() const { return features.size(0); }

  /// Names and tensors, as they are kept.
  template <class Visit>
  void each(Visit&& visit) {
    visit("features", features), visit("kernels", kernels), visit("mean", moments.mean);
    visit("covariance", moments.covariance), visit("root", moments.root), visit("radii", radii);
    visit("neighbourhoods", neighbourhoods);
  }
};
Reference reference_of(const at::Tensor& features);

/// Squared distance to the k-th nearest other, for k up to kNeighbourhood; with fewer others to the farthest.
at::Tensor radius(const at::Tensor& radii, int64_t k);

class Comparison {
 public:
  /// Features [N, F] of generated images. `real`, and `trained` where pictures trained on are others than those,
  /// outlive it. `k` of precision, recall, density and coverage. Throws Error for fewer than two images on a side.
  Comparison(at::Tensor generated, const Reference& real, const Reference* trained = nullptr, int64_t k = 5);

  const at::Tensor& generated() const { return generated_; }
  const Reference& real() const { return real_; }
  /// Computed when they are first asked for. One thread.
  const Prdc& prdc() const;
  /// To the pictures trained on.
  const Closeness& closeness() const;

 private:
  const at::Tensor generated_;
  const Reference& real_;
  const Reference& trained_;
  const int64_t k_;
  mutable std::optional<Prdc> prdc_;
  mutable std::optional<Closeness> closeness_;
};

/// Mean distance between two images, of at most the first 2,000: how diverse they are.
double spread_of(const at::Tensor& features);

}  // namespace dcgan
