// A part of one picture laid into another without a seam.
#pragma once

#include <vector>

#include "image/image.hpp"

namespace dcgan {

/// `picture` whose hidden pixels are filled from `filling` so that they have its gradients, and the picture's own
/// colours where they meet: Perez et al. 2003, "Poisson Image Editing", section 2. Both of one shape; hidden: width x
/// height, row by row. Pixels that are not hidden stay as they are. Where all are hidden there is nothing to meet: the
/// filling. Solved by successive over-relaxation to within a hundredth of a level.
Image blended(const Image& picture, const Image& filling, const std::vector<bool>& hidden);

}  // namespace dcgan
