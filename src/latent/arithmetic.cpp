#include "latent/arithmetic.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// A text that is read from left to right.
class Expression {
 public:
  Expression(const std::string& text, const LatentOptions& options, const GeneratorInfo& info)
      : text_(text), options_(options), info_(info) {}

  std::vector<LatentTerm> read() {
    std::vector<LatentTerm> terms;
    bool is_minus = next_is('-');
    do {
      terms.push_back(term(is_minus));
      is_minus = next_is('-');
    } while (is_minus || next_is('+'));
    if (at_ < text_.size()) fail("a + or -");
    return terms;
  }

 private:
  [[noreturn]] void fail(const std::string& wanted) const {
    const std::string rest = text_.substr(at_);
    throw UsageError("cannot read the expression '" + printable(text_) + "': " + wanted + " should stand " +
                         (rest.empty() ? "at its end" : "where '" + printable(rest) + "' begins"),
                     "write like 3+5-8, or with means of several: 3,17,40 + 5,6,7 - 8,9,10");
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool next_is(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    skip_blanks();
    return true;
  }
  LatentTerm term(bool is_minus) {
    LatentTerm term{is_minus, {}};
    const bool has_parenthesis = next_is('(');
    do term.points.push_back(point());
    while (next_is(','));
    if (has_parenthesis && !next_is(')')) fail("a )");
    return term;
  }
  LatentPoint point() {
    skip_blanks();
    const size_t end = std::min(text_.find_first_of("+-,() ", at_), text_.size());
    if (end == at_) fail("a latent");
    const std::string name = text_.substr(at_, end - at_);
    at_ = end;
    return parse_point(name, "the expression's latent", options_, info_);
  }

  const std::string& text_;
  const LatentOptions& options_;
  const GeneratorInfo& info_;
  size_t at_ = 0;
};

}  // namespace

at::Tensor LatentTerm::mean() const {
  auto sum = at::zeros_like(points.front().z, at::kDouble);
  for (const auto& point : points) sum += point.z.to(at::kDouble);
  return (sum / static_cast<double>(points.size())).to(at::kFloat);
}

std::vector<LatentTerm> parse_expression(const std::string& text, const LatentOptions& options,
                                         const GeneratorInfo& info) {
  return Expression(text, options, info).read();
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
