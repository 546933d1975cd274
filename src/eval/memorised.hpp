// Which generated images are copies of real ones.
#pragma once

#include <ATen/core/Tensor.h>

#include "eval/neighbours.hpp"

namespace dcgan {

/// An image is memorised when it is less than half as far from its nearest real image as that one is from its own
/// neighbourhood, the fifth nearest of the other real images that are not the same picture. Real images drawn anew are
/// practically never so close: in d dimensions the chance falls as 2^-d. Exact copies within the real set change
/// nothing, and up to four nearly equal ones of a picture do not either.
/// (The ratio of distances as in Yoon et al. 2023, "Diffusion probabilistic models generalize when they fail to
/// memorize", which takes the second nearest; the fifth stands repeated pictures.)
inline constexpr double kMemorisedRatio = 0.5;
inline constexpr int64_t kNeighbourhood = 5;

/// For each real image the squared distance that "close" is measured by: [N] float64, 0 where all are the same.
/// `radii`: squared distances to the kNeighbourhood nearest others.
at::Tensor neighbourhoods(const at::Tensor& real, const at::Tensor& radii);

/// For each generated image: distance to the nearest real image over that one's neighbourhood, and which it is.
struct Closeness {
  at::Tensor ratio;  // [N] float64; 0 for an exact copy
  at::Tensor index;  // [N] int64
  double memorised_share() const;
};
Closeness closeness(const at::Tensor& generated, const at::Tensor& real, const at::Tensor& real_neighbourhoods);

}  // namespace dcgan
