// Of several images the one that a discriminator takes most for real: Azadi et al. 2019, "Discriminator Rejection
// Sampling", in its simplest form. It costs diversity, and says how much.
#pragma once

#include "exchange/generator.hpp"
#include "latent/images.hpp"
#include "nn/discriminator.hpp"

namespace dcgan {

struct BestOf {
  ImageNames kept;       // `count` of them
  double diversity = 0;  // mean distance between two kept images, over that between the first candidates (random-a)
};

/// Image i of `count` is the best of `of` candidates of one class: with C classes in turn (or C = 1) candidate k is
/// image
/// ((i / C) of + k) C + i mod C of the seed. Truncated as `generate` does. Diversity is of at most 2,000 images.
BestOf best_of(Generator& generator, DiscriminatorNet& discriminator, uint64_t seed, int64_t count, int64_t of,
               const ImageClasses& classes, double most);

}  // namespace dcgan
