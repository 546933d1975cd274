#include "train/best_state.hpp"

#include <cmath>

namespace dcgan {
namespace {

/// A copy more among a few hundred samples is chance.
constexpr double kMemorisedMargin = 0.05;

bool is_memorised(const FoundFigure& memorised) {
  return memorised.found.value > kMostOfFloor * memorised.floor.value + kMemorisedMargin;
}

/// Their intervals do not overlap. One whose error is not known has none: states of before are compared by values then.
bool is_below(const Measured& a, const Measured& b) {
  const auto half = [](const Measured& one) {
    return std::isfinite(one.standard_error) ? one.high() - one.value : 0.0;
  };
  return a.value + half(a) < b.value - half(b);
}

/// JSON has no NaN.
Json or_null(double value) { return std::isnan(value) ? Json() : Json(value); }
double or_unknown(const Json& state, const char* key, const std::string& origin) {
  const Json value = required<Json>(state, key, origin);
  return value.is_null() ? Measured::kUnknown : required<double>(state, key, origin);
}

}  // namespace

Ranked BestState::add(const RunEvaluation& evaluation) {
  const Measured kid = evaluation[kFigure].found;
  if (!std::isfinite(kid.value) || is_memorised(evaluation["memorised"])) return Ranked::kNotBetter;
  if (std::isnan(mark_.value) || is_below(kid, mark_)) mark_ = kid, mark_images_ = evaluation.images;
  const bool is_best = !has_best() || is_below(kid, best_);
  const bool is_newest = evaluation.real < kEnoughHeldOut && !is_below(best_, kid);
  if (!is_best && !is_newest) return Ranked::kNotBetter;
  best_ = kid, best_images_ = evaluation.images;
  return is_best ? Ranked::kBest : Ranked::kNewest;
}

bool BestState::is_flat(int64_t images, int64_t window) const {
  return window > 0 && !std::isnan(mark_.value) && images - mark_images_ >= window;
}

Json BestState::state() const {
  return {{"best_images", best_images_},
          {"best_kid", or_null(best_.value)},
          {"best_kid_error", or_null(best_.standard_error)},
          {"mark", or_null(mark_.value)},
          {"mark_error", or_null(mark_.standard_error)},
          {"mark_images", mark_images_}};
}

BestState BestState::from_state(const Json& state, const std::string& origin) {
  BestState progress;
  progress.best_images_ = required<int64_t>(state, "best_images", origin);
  progress.best_.value = or_unknown(state, "best_kid", origin);
  progress.best_.standard_error = or_unknown(state, "best_kid_error", origin);
  progress.mark_.value = or_unknown(state, "mark", origin);
  if (state.contains("mark_error")) progress.mark_.standard_error = or_unknown(state, "mark_error", origin);
  progress.mark_images_ = required<int64_t>(state, "mark_images", origin);
  return progress;
}

}  // namespace dcgan
