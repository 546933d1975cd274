// How much of the generated images lies among the real ones, and how much of the real ones is reached.
// Precision and recall: Kynkaanniemi et al. 2019, "Improved precision and recall metric", section 2. Density and
// coverage: Naeem et al. 2020, "Reliable fidelity and diversity metrics", section 3. An image's ball reaches to its
// k-th nearest neighbour of its own side, the rim included.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace dcgan {

struct Prdc {
  double precision = 0;  // share of generated images inside a real ball
  double recall = 0;     // share of real images inside a generated ball
  double density = 0;    // real balls that a generated image lies in, over k; about 1 at best, may be more
  double coverage = 0;   // share of real balls that hold a generated image
  int64_t k = 0;
};

/// `radii`: [N] float64, squared distance of each image to its k-th nearest of its own side.
Prdc prdc(const at::Tensor& generated, const at::Tensor& generated_radii, const at::Tensor& real,
          const at::Tensor& real_radii, int64_t k);

}  // namespace dcgan
