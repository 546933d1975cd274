#include "train/best_state.hpp"

#include <cmath>

namespace dcgan {
namespace {

/// A copy more among a few hundred samples is chance.
constexpr double kMemorisedMargin = 0.05;

bool is_memorised(const Quality& quality) { return quality.memorised > quality.memorised_floor + kMemorisedMargin; }

/// JSON has no NaN.
Json or_null(double value) { return std::isnan(value) ? Json() : Json(value); }
double or_unknown(const Json& state, const char* key, const std::string& origin) {
  const Json value = required<Json>(state, key, origin);
  return value.is_null() ? Quality::kUnknown : required<double>(state, key, origin);
}

}  // namespace

bool BestState::add(const Quality& quality) {
  if (!std::isfinite(quality.kid)) return false;
  if (is_memorised(quality)) return false;
  if (!(quality.kid >= mark_ - quality.kid_error)) mark_ = quality.kid, mark_images_ = quality.images;
  if (has_best() && quality.kid >= best_.kid) return false;
  best_ = quality;
  return true;
}

bool BestState::is_flat(int64_t images, int64_t window) const {
  return window > 0 && !std::isnan(mark_) && images - mark_images_ >= window;
}

Json BestState::state() const {
  return {{"best_images", best_.images},
          {"best_kid", or_null(best_.kid)},
          {"best_kid_error", or_null(best_.kid_error)},
          {"mark", or_null(mark_)},
          {"mark_images", mark_images_}};
}

BestState BestState::from_state(const Json& state, const std::string& origin) {
  BestState progress;
  progress.best_.images = required<int64_t>(state, "best_images", origin);
  progress.best_.kid = or_unknown(state, "best_kid", origin);
  progress.best_.kid_error = or_unknown(state, "best_kid_error", origin);
  progress.mark_ = or_unknown(state, "mark", origin);
  progress.mark_images_ = required<int64_t>(state, "mark_images", origin);
  return progress;
}

}  // namespace dcgan
