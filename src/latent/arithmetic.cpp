#include "latent/arithmetic.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "latent/syntax/expression.hpp"

namespace dcgan {
namespace {

/// In "3-z.npy" the file may be z.npy or 3-z.npy: where the first is not there, the second may have been meant.
void check_is_there(const std::string& name) {
  if (name.find(".npy") == std::string::npos) return;
  check_named_is_there(row_named(name).file,
                       "check the path; put quotes around a file's name that holds a sign, a comma, a parenthesis or a "
                       "blank: 3 + 'my-z.npy#3'");
}

}  // namespace

at::Tensor LatentTerm::mean() const {
  auto sum = at::zeros_like(points.front().z, at::kDouble);
  for (const auto& point : points) sum += point.z.to(at::kDouble);
  return (sum / static_cast<double>(points.size())).to(at::kFloat);
}

std::vector<LatentTerm> parse_expression(const std::string& text, const LatentOptions& options,
                                         const GeneratorInfo& info) {
  std::vector<LatentTerm> terms;
  for (const auto& written : parse_terms(text)) {
    LatentTerm term{written.is_minus, {}};
    for (const auto& name : written.names) {
      check_is_there(name);
      term.points.push_back(parse_point(name, "the expression's latent", options, info));
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

at::Tensor sum_of(const std::vector<LatentTerm>& terms, bool is_uniform, bool typical) {
  auto sum = at::zeros_like(terms.front().points.front().z, at::kDouble);
  std::map<std::string, double> coefficients;  // a latent may stand in several terms
  for (const auto& term : terms) {
    const double sign = term.is_minus ? -1 : 1;
    for (const auto& point : term.points) {
      const double share = sign / static_cast<double>(term.points.size());
      sum += share * point.z.to(at::kDouble);
      coefficients[point.name] += share;
    }
  }
  double variance = 0;
  for (const auto& [name, coefficient] : coefficients) variance += coefficient * coefficient;
  const bool is_scaled = typical && !is_uniform;
  if (is_scaled && variance < 1e-12)
    throw UsageError("every latent of the sum is taken away again: nothing is left of it",
                     "name others; --as-is draws the middle of latent space");
  return (is_scaled ? sum / std::sqrt(variance) : sum).to(at::kFloat);
}

at::Tensor surroundings(const at::Tensor& centre, double scale, uint64_t seed) {
  constexpr int64_t kPlaces = 9, kMiddle = 4;
  const LatentSpace uniform{centre.size(0), true};
  const auto noise = latents(seed, Purpose::kSurroundings, 0, kPlaces, uniform) * scale;
  noise[kMiddle].zero_();
  return centre + noise;
}

}  // namespace dcgan
