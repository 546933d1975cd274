#include "train/best_state.hpp"

#include <cmath>

namespace dcgan {
namespace {

/// A copy more among a few hundred samples is chance.
constexpr double kMemorisedMargin = 0.05;

bool is_memorised(const FoundFigure& memorised) {
  return memorised.found.value > memorised.floor.value + kMemorisedMargin;
}

/// JSON has no NaN.
Json or_null(double value) { return std::isnan(value) ? Json() : Json(value); }
double or_unknown(const Json& state, const char* key, const std::string& origin) {
  const Json value = required<Json>(state, key, origin);
  return value.is_null() ? Measured::kUnknown : required<double>(state, key, origin);
}

}  // namespace

bool BestState::add(const RunEvaluation& evaluation) {
  const Measured kid = evaluation[kFigure].found;
  if (!std::isfinite(kid.value)) return false;
  if (is_memorised(evaluation["memorised"])) return false;
  if (!(kid.value >= mark_ - kid.standard_error)) mark_ = kid.value, mark_images_ = evaluation.images;
  if (has_best() && kid.value >= best_.value) return false;
  best_ = kid, best_images_ = evaluation.images;
  return true;
}

bool BestState::is_flat(int64_t images, int64_t window) const {
  return window > 0 && !std::isnan(mark_) && images - mark_images_ >= window;
}

Json BestState::state() const {
  return {{"best_images", best_images_},
          {"best_kid", or_null(best_.value)},
          {"best_kid_error", or_null(best_.standard_error)},
          {"mark", or_null(mark_)},
          {"mark_images", mark_images_}};
}

BestState BestState::from_state(const Json& state, const std::string& origin) {
  BestState progress;
  progress.best_images_ = required<int64_t>(state, "best_images", origin);
  progress.best_.value = or_unknown(state, "best_kid", origin);
  progress.best_.standard_error = or_unknown(state, "best_kid_error", origin);
  progress.mark_ = or_unknown(state, "mark", origin);
  progress.mark_images_ = required<int64_t>(state, "mark_images", origin);
  return progress;
}

}  // namespace dcgan
