// Two sets of features compared by every measure of this room. Knows nothing of images, names or files.
#pragma once

#include "eval/fid.hpp"
#include "eval/kid.hpp"
#include "eval/memorised.hpp"
#include "eval/prdc.hpp"

namespace dcgan {

/// What of the real side every comparison needs: computed once.
struct Reference {
  at::Tensor features;  // [N, F] float32
  at::Tensor kernels;   // [N], see kernel_rows
  Moments moments;      // with the root
  at::Tensor radii;     // [N, kNeighbourhood], squared distances to the nearest others; infinite where there is none
  at::Tensor neighbourhoods;  // [N], see memorised.hpp
  double spread = 0;          // mean distance between two images, of the first few thousand
  int64_t count() const { return features.size(0); }
};
Reference reference_of(const at::Tensor& features);

/// Squared distance to the k-th nearest other, for k up to kNeighbourhood; with fewer others to the farthest.
at::Tensor radius(const at::Tensor& radii, int64_t k);

struct Comparison {
  Kid kid;
  double fid = 0;
  Prdc prdc;
  Closeness closeness;
  double memorised = 0;
  double diversity = 0;  // spread over that of the reference
};
/// `k` of precision, recall, density and coverage.
Comparison compare(const at::Tensor& features, const Reference& reference, int64_t k = 5);

/// Mean distance between two images, of at most the first 2,000: how diverse they are.
double spread_of(const at::Tensor& features);

}  // namespace dcgan
