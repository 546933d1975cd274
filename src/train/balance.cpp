#include "train/balance.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// How long a sign must be there: in images, and in steps where batches are so large that it takes longer.
struct Stretch {
  double images, steps;
  double part(int64_t seen_images, int64_t seen_steps) const {
    return std::min(static_cast<double>(seen_images) / images, static_cast<double>(seen_steps) / steps);
  }
};

// The table in balance.hpp shows the runs that these numbers come from.
constexpr Stretch kPlayers{10'000, 150}, kCollapsing{10'000, 300}, kCollapsed{15'000, 500}, kMemory{10'000, 300};
constexpr double kMostOfAStretchAtOnce = 0.5;    // an evaluation, however late it comes
constexpr double kHalfLife = 1000;               // images; of the figures that every record has
constexpr double kErrorsOfAWinner = 0.2;         // D's, mean of both sides
constexpr double kErrorsOfAWinnerAlone = 0.005;  // where D(G(z)) is unknown
constexpr double kHopeless = 0.01;               // D(G(z)) after D's update
constexpr double kErrorsOfALoser = 0.47;
constexpr double kAlike = 0.15;                   // diversity
constexpr double kOnceVaried = 0.4, kLost = 0.5;  // diversity that must have been reached; the share of it that is left
constexpr double kByHeart = 0.25;                 // share of memorised images beyond the floor

bool known(double figure) { return !std::isnan(figure); }
/// Of a probability that falls by powers of ten; unknown stays unknown.
double logarithm(double probability) {
  return known(probability) ? std::log(std::max(probability, 1e-30)) : probability;
}
std::string percent(double share) { return fixed_text(100 * share, 1) + " %"; }

}  // namespace

std::string_view words(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBalanced:
      return "balanced";
    case Verdict::kDiscriminatorAhead:
      return "discriminator ahead";
    case Verdict::kGeneratorAhead:
      return "generator ahead";
    case Verdict::kCollapsing:
      return "collapsing";
    case Verdict::kCollapsed:
      return "collapsed";
    case Verdict::kMemorising:
      return "memorising";
  }
  return "";
}

void Balance::Sign::add(bool seen, double part, int64_t images_before) {
  if (strength == 0) since = images_before;
  strength = std::clamp(strength + (seen ? part : -part), 0.0, 1.0);
  holds = strength == 1 || (holds && strength > 0);
  now = seen;
}

void Balance::Mean::add(double figure, int64_t images) {
  if (!known(figure)) return;
  const double kept = known(value) ? std::pow(0.5, static_cast<double>(images) / kHalfLife) : 0;
  value = kept > 0 ? kept * value + (1 - kept) * figure : figure;
}

void Balance::watch_players(const BalanceFigures& figures) {
  const int64_t images = figures.images - images_;
  accuracy_real_.add(figures.accuracy_real, images), accuracy_fake_.add(figures.accuracy_fake, images);
  log_d_fake_.add(logarithm(figures.d_fake_after), images);
  const double errors = 1 - (accuracy_real_.value + accuracy_fake_.value) / 2;
  if (!known(errors)) return;
  const double part = kPlayers.part(images, figures.steps);
  const bool hopeless = known(log_d_fake_.value) ? errors < kErrorsOfAWinner && log_d_fake_.value < std::log(kHopeless)
                                                 : errors < kErrorsOfAWinnerAlone;
  discriminator_ahead_.add(hopeless, part, images_);
  generator_ahead_.add(errors > kErrorsOfALoser, part, images_);
}

void Balance::watch_diversity(const BalanceFigures& figures) {
  if (!known(figures.diversity)) return;
  diversity_ = figures.diversity;
  const int64_t images = figures.images - diversity_images_, steps = steps_ - diversity_steps_;
  const auto part = [&](const Stretch& stretch) {
    return std::min(kMostOfAStretchAtOnce, stretch.part(images, steps));
  };
  collapsed_.add(diversity_ < kAlike, part(kCollapsed), diversity_images_);
  collapsing_.add(best_diversity_ >= kOnceVaried && diversity_ < kLost * best_diversity_, part(kCollapsing),
                  diversity_images_);
  best_diversity_ = std::max(best_diversity_, diversity_);
  diversity_images_ = figures.images, diversity_steps_ = steps_;
}

void Balance::watch_memory(const BalanceFigures& figures) {
  if (!known(figures.memorised)) return;
  memorised_ = figures.memorised, memorised_floor_ = figures.memorised_floor;
  const double floor = known(memorised_floor_) ? std::min(memorised_floor_, 0.99) : 0;
  const double part = kMemory.part(figures.images - memory_images_, steps_ - memory_steps_);
  memorising_.add((memorised_ - floor) / (1 - floor) > kByHeart, std::min(kMostOfAStretchAtOnce, part), memory_images_);
  memory_images_ = figures.images, memory_steps_ = steps_;
}

Judgement Balance::add(const BalanceFigures& figures) {
  if (figures.images > images_) {
    steps_ += figures.steps;
    watch_players(figures), watch_diversity(figures), watch_memory(figures);
    images_ = figures.images;
  }
  return judgement();
}

Judgement Balance::judgement() const {
  const auto lasting = [&](const Sign& sign, const std::string& what) {
    return what + (sign.now ? "; so for most of the last " + with_commas(images_ - sign.since) + " images"
                            : "; it was worse, and is not better for long");
  };
  const std::string players =
      "D is right on " + percent(accuracy_real_.value) + " of real and " + percent(accuracy_fake_.value) +
      " of generated images" +
      (known(log_d_fake_.value) ? ", D(G(z)) is " + fixed_text(std::exp(log_d_fake_.value), 4) : "");
  const std::string varied =
      "generated images differ from one another " + fixed_text(diversity_, 2) + " times as much as the data's do";
  if (collapsed_.holds) return {Verdict::kCollapsed, lasting(collapsed_, varied)};
  if (memorising_.holds)
    return {
        Verdict::kMemorising,
        lasting(memorising_,
                percent(memorised_) + " of generated images repeat a training image" +
                    (known(memorised_floor_) ? ", " + percent(memorised_floor_) + " of unseen real images do" : ""))};
  if (collapsing_.holds)
    return {Verdict::kCollapsing, lasting(collapsing_, varied + ", " + fixed_text(best_diversity_, 2) + " at best")};
  if (discriminator_ahead_.holds) return {Verdict::kDiscriminatorAhead, lasting(discriminator_ahead_, players)};
  if (generator_ahead_.holds) return {Verdict::kGeneratorAhead, lasting(generator_ahead_, players)};
  return {};
}

template <class Visit>
void Balance::fields(Visit&& visit) {
  visit("images", images_), visit("steps", steps_);
  visit("diversity_images", diversity_images_), visit("diversity_steps", diversity_steps_);
  visit("memory_images", memory_images_), visit("memory_steps", memory_steps_);
  visit("accuracy_real", accuracy_real_.value), visit("accuracy_fake", accuracy_fake_.value);
  visit("log_d_fake", log_d_fake_.value);
  visit("diversity", diversity_), visit("best_diversity", best_diversity_);
  visit("memorised", memorised_), visit("memorised_floor", memorised_floor_);
  const auto sign = [&](const std::string& name, Sign& one) {
    visit(name, one.strength), visit(name + "_holds", one.holds), visit(name + "_now", one.now);
    visit(name + "_since", one.since);
  };
  sign("discriminator_ahead", discriminator_ahead_), sign("generator_ahead", generator_ahead_);
  sign("collapsing", collapsing_), sign("collapsed", collapsed_), sign("memorising", memorising_);
}

Json Balance::state() const {
  Json state = Json::object();
  Balance copy = *this;
  copy.fields([&](const std::string& name, const auto& value) {
    if constexpr (std::is_same_v<decltype(value), const double&>)
      state[name] = known(value) ? Json(value) : Json(nullptr);  // JSON has no NaN
    else
      state[name] = value;
  });
  return state;
}

Balance Balance::from_state(const Json& state, const std::string& origin) {
  Balance balance;
  balance.fields([&](const std::string& name, auto& value) {
    using T = std::remove_reference_t<decltype(value)>;
    if (std::is_same_v<T, double> && state.is_object() && state.contains(name) && state[name].is_null())
      value = static_cast<T>(BalanceFigures::kUnknown);
    else
      value = required<T>(state, name.c_str(), origin);
  });
  return balance;
}

}  // namespace dcgan
