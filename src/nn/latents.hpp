// Drawing latents: seed, purpose and index alone decide one. Truncation.
#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <optional>

#include "core/options.hpp"
#include "core/random.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// z [count, length], row i keyed by (seed, purpose, first + i). On the CPU.
at::Tensor latents(uint64_t seed, Purpose purpose, int64_t first, int64_t count, const LatentSpace& space);

/// The truncation trick (Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
/// section 3.1): latents whose numbers lie within -most .. most, less diverse and more typical. Not drawn again until
/// they do, but by the one increasing map from the normal distribution to the truncated one, so that each latent stays
/// the latent it is, only nearer. Uniform latents are scaled. z of any shape; most > 0, infinite: unchanged.
at::Tensor truncated(const at::Tensor& z, double most, bool is_uniform);

/// How far from the middle of latent space a verb may go.
struct Truncation {
  std::optional<double> truncate;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("truncate", truncate,
          "keep every number of a latent within -C .. C: less diverse, more typical images; auto: off",
          automatic(above(0, 10, "C")), "Brock et al. 2019, section 3.1");
  }
  double most() const { return truncate.value_or(std::numeric_limits<double>::infinity()); }
};

/// What the verbs that draw from latent space have in common.
struct LatentOptions : Truncation {
  int64_t seed = 0;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("seed", seed, "seed of images named by their index alone", within(0, 9e18));
    Truncation::fields(visit);
  }
};

}  // namespace dcgan
