// Arithmetic on latents: "3,17,40 + 5,6,7 - 8,9,10" adds and subtracts means of chosen ones. Radford et al. 2015,
// section 6.3.2: single latents are unstable, the mean of three is not.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "latent/rows.hpp"

namespace dcgan {

/// One term of a sum.
struct LatentTerm {
  bool is_minus = false;
  std::vector<LatentPoint> points;  // at least one; their mean is the term
  /// [L].
  at::Tensor mean() const;
};

/// A sum as latent/syntax/expression reads it, its names as parse_point does. Throws UsageError that names the place.
std::vector<LatentTerm> parse_expression(const std::string& text, const LatentOptions& options,
                                         const GeneratorInfo& info);

/// The sum, [L]. Numbers of normal latents have variance 1, which a sum of independent ones has not: `typical` divides
/// by sqrt(sum of c^2) over the coefficients c of all points, so that the sum lies where training was. (In the paper's
/// sums of three means of three it is 1 already.) Sums of uniform latents are left as they are.
/// Throws UsageError when the latents cancel out, which no length can be given.
at::Tensor sum_of(const std::vector<LatentTerm>& terms, bool is_uniform, bool typical = true);

/// Nine latents [9, L] for three rows of three: `centre` in the middle, and around it the same with noise, uniform in
/// [-scale, scale), keyed by (seed, place). Radford et al. 2015, figure 7: scale 0.25.
at::Tensor surroundings(const at::Tensor& centre, double scale, uint64_t seed);

}  // namespace dcgan
