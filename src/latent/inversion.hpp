// The other way round: the latent whose image is nearest to a picture; and, by the part of a picture that can be seen,
// the part that cannot.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "nn/discriminator.hpp"
#include "nn/generator.hpp"
#include "nn/latents.hpp"

namespace dcgan {

struct InversionOptions : Truncation {
  int64_t starts = 8;
  int64_t steps = 400;
  double step_size = 0.05;
  std::string distance = "auto";
  double prior = 0.003;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("starts", starts, "latents that the search begins from; the nearest in the end is taken", within(1, 1024));
    visit("steps", steps, "of Adam on each latent", within(1, 1e6, "steps"));
    visit("step-size", step_size, "of Adam at the beginning; it falls to nothing along half a cosine", above(0, 10));
    visit("distance", distance,
          "between picture and image: of pixels (squared), or of the discriminator's feature maps too (perceptual); "
          "auto: perceptual where there is a discriminator and nothing is hidden",
          one_of({"auto", "pixel", "perceptual"}), "Larsen et al. 2016, section 2.2");
    visit("prior", prior, "weight of the discriminator's doubt beside the distance, where a part is hidden",
          within(0, 1e6), "Yeh et al. 2017, section 3.3");
    Truncation::fields(visit);
  }
};

/// What is looked for.
struct InversionTarget {
  at::Tensor picture;  // [C, H, W] in [-1, 1]
  at::Tensor hidden;   // bool [H, W], true where the picture is not known; undefined: all of it is
  int64_t label = 0;   // the class, for a generator that has some
};

struct Inversion {
  at::Tensor latent;              // [L]
  at::Tensor first;               // [L]; where the search that found it began
  double distance = 0;            // what was minimised, at the end
  std::vector<double> distances;  // of every start
};

/// All starts at once, in one batch. Latents stay where the space has them: normal ones within the ball that holds
/// 99.9 % of them, uniform ones in [-1, 1]; all their numbers within the truncation. A hidden part: the distance is the
/// mean of absolute differences, a pixel weighted by the share of hidden ones in the 7 x 7 around it, plus
/// prior x log(1 - D(image)): Yeh et al. 2017, "Semantic Image Inpainting with Deep Generative Models", sections 3.2
/// and 3.3. `discriminator` may be empty: then there are neither perceptual distances (Error) nor the prior. Networks
/// in evaluation mode, on one device. `progress` hears of every step that is done.
Inversion invert(GeneratorNet generator, DiscriminatorNet discriminator, const InversionTarget& target,
                 const InversionOptions& options, uint64_t seed,
                 const std::function<void(int64_t steps)>& progress = {});

/// Yeh's weights, float32 [H, W]: 0 where hidden, elsewhere the share of hidden pixels in the 7 x 7 around.
at::Tensor hole_weights(const at::Tensor& hidden);

}  // namespace dcgan
