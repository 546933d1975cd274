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

constexpr double kCopies = 0.25;      // share of copies beyond those among real pictures: the verdict
constexpr double kSomeCopies = 0.05;  // and a remark
// What eyes call images, from 0 for noise over smears and shapes to 3 for good ones, is about
// kBase + kOfDiversity * diversity - kOfDistance * ln(KID as a share of what blurred pictures get).
// Fitted to readers' words for 44 states of runs on ten sets; states of a set that had no part in the fit get the
// readers' word in 34 of 44 (docs/yardstick.md).
constexpr double kBase = 0.3, kOfDiversity = 1.85, kOfDistance = 0.25;
constexpr double kSmears = 0.5, kShapes = 1.5, kGood = 2.5;  // from here on
// Where so many images fit, and clearly more than of blurred pictures, they look good from here on: clothes and faces
// that readers took for good ones.
constexpr double kMostlyFitting = 0.4, kOverBlurred = 1.25, kNearlyGood = 1.9;
// Diversity as a share of that of noise: to a network that knows things, static and textures are nearly all alike.
constexpr double kLeastOfNoise = 0.5, kMostOfNoise = 1.25;

double copies_of(const std::vector<FoundFigure>& figures) {
  const FoundFigure* memorised = find(figures, "memorised");
  if (!memorised) return 0;
  const double floor = std::isfinite(memorised->floor.value) ? memorised->floor.value : 0;
  return memorised->found.value - kMostOfFloor * floor;
}

double of_failure(const FoundFigure& figure, const char* failure) {
  const auto found = figure.failures.find(failure);
  return found == figure.failures.end() ? Measured::kUnknown : found->second;
}

/// From 0 to 3, see above. NaN where it cannot be said.
double looks(const FoundFigure& kid, const FoundFigure& diversity) {
  constexpr double kLeast = 0.02;  // real pictures get less than nothing by chance
  const double part = kid.found.value / of_failure(kid, "blurred");
  return std::isfinite(part) ? kBase + kOfDiversity * std::min(diversity.found.value, 1.0) -
                                   kOfDistance * std::log(std::max(part, kLeast))
                             : Measured::kUnknown;
}

/// Five images say nothing.
bool is_known_well(const FoundFigure& kid) {
  const double half = kid.found.high() - kid.found.value;
  return !(half > std::max(kid.found.value / 2, of_failure(kid, "blurred") / 4));
}

std::string verdict_of(const std::vector<FoundFigure>& figures) {
  const FoundFigure *kid = find(figures, "kid"), *diversity = find(figures, "diversity");
  if (!kid || !diversity) return "";
  const double look = looks(*kid, *diversity), alike = diversity->found.value / of_failure(*diversity, "noise");
  if (!std::isfinite(look) || !std::isfinite(alike)) return "";
  if (!is_known_well(*kid)) return "";
  if (copies_of(figures) > kCopies) return "copies";
  if (alike > kLeastOfNoise && (look < kSmears || (alike < kMostOfNoise && look < (kSmears + kShapes) / 2)))
    return "noise";
  const FoundFigure* fitting = find(figures, "fitting");
  if (look < kShapes) return "smears";
  const bool fit = fitting && fitting->found.value >= kMostlyFitting &&
                   !(fitting->found.value < kOverBlurred * of_failure(*fitting, "blurred"));
  return look >= kGood || (fit && look >= kNearlyGood) ? "good" : "shapes";
}

}  // namespace

PictureJudgement judge_pictures(const std::vector<FoundFigure>& figures, bool knows_things) {
  PictureJudgement out;
  if (!knows_things) return out;
  out.verdict = verdict_of(figures);
  const FoundFigure *covered = find(figures, "kinds"), *fitting = find(figures, "fitting");
  if (!covered || !fitting) return out;
  out.words = "covers " + percent(covered->found.value) + " of what your pictures show" + beside_real(*covered) + ", " +
              percent(fitting->found.value) + " of its images could be yours" + beside_real(*fitting);
  if (copies_of(figures) > kSomeCopies)
    out.words += ", " + percent(find(figures, "memorised")->found.value) + " are copies of yours" +
                 beside_real(*find(figures, "memorised"));
  return out;
}

std::string verdict_text(const std::string& verdict) {
  return verdict.empty() ? "" : verdict == "good" ? "they look good" : "they look like " + verdict;
}

}  // namespace dcgan
