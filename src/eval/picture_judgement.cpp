#include "eval/picture_judgement.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace dcgan {
namespace {

const FoundFigure* find(const std::vector<FoundFigure>& figures, std::string_view name) {
  for (const FoundFigure& figure : figures)
    if (figure.row->name == name && std::isfinite(figure.found.value)) return &figure;
  return nullptr;
}

std::string percent(double share) {
  const double whole = 100 * std::clamp(share, 0.0, 1.0);
  return whole > 0 && whole < 1 ? "under 1 %" : fixed_text(whole, 0) + " %";
}

std::string beside_real(const FoundFigure& figure) {
  return std::isfinite(figure.floor.value) ? " (real ones: " + percent(figure.floor.value) + ")" : "";
}

constexpr double kCopies = 0.25;      // share of copies beyond that among real pictures: the verdict
constexpr double kSomeCopies = 0.05;  // and a remark
// KID as a share of what the mean picture gets. Chosen by readers' words for sheets of photographs and faces (16 states
// of runs), where they give 14 of the words; of clothes, which they were not chosen by, 7 of 9 (docs/yardstick.md).
constexpr double kShapes = 0.62, kGood = 0.06;
// Diversity as a share of that of noise: to a network that knows things, static and textures are nearly all alike.
constexpr double kLeastOfNoise = 0.5, kMostOfNoise = 1.25;

double copies_of(const std::vector<FoundFigure>& figures) {
  const FoundFigure* memorised = find(figures, "memorised");
  if (!memorised) return 0;
  const double floor = std::isfinite(memorised->floor.value) ? memorised->floor.value : 0;
  return memorised->found.value - floor;
}

double of_failure(const FoundFigure& figure, const char* failure) {
  const auto found = figure.failures.find(failure);
  return found == figure.failures.end() ? Measured::kUnknown : found->second;
}

std::string verdict_of(const std::vector<FoundFigure>& figures) {
  const FoundFigure *kid = find(figures, "kid"), *diversity = find(figures, "diversity");
  if (!kid || !diversity) return "";
  const double part = kid->found.value / of_failure(*kid, "mean_picture");
  const double alike = diversity->found.value / of_failure(*diversity, "noise");
  if (!std::isfinite(part) || !std::isfinite(alike)) return "";
  if (copies_of(figures) > kCopies) return "copies";
  if (part > kShapes && alike > kLeastOfNoise && alike < kMostOfNoise) return "noise";
  return part > kShapes ? "smears" : part > kGood ? "shapes" : "good";
}

}  // namespace

PictureJudgement judge_pictures(const std::vector<FoundFigure>& figures, bool knows_things) {
  PictureJudgement out;
  if (!knows_things) return out;
  out.verdict = verdict_of(figures);
  const FoundFigure *precision = find(figures, "precision"), *coverage = find(figures, "coverage");
  if (!precision || !coverage) return out;
  out.words = "covers " + percent(coverage->found.value) + " of what your pictures show" + beside_real(*coverage) +
              ", " + percent(precision->found.value) + " of its images could be yours" + beside_real(*precision);
  if (copies_of(figures) > kSomeCopies)
    out.words += ", " + percent(find(figures, "memorised")->found.value) + " are copies of yours" +
                 beside_real(*find(figures, "memorised"));
  return out;
}

std::string verdict_text(const std::string& verdict) {
  return verdict.empty() ? "" : verdict == "good" ? "they look good" : "they look like " + verdict;
}

}  // namespace dcgan
