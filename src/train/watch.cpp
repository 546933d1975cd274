#include "train/watch.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/signals.hpp"
#include "eval/comparison.hpp"
#include "step/objective.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostReal = 10'000;  // pictures that an evaluation during training compares with
constexpr uint64_t kSeed = 0;          // of latents and choices: the same in every run, so that runs compare

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

double number_in(const Json& json, const char* key, const std::string& origin) {
  const Json value = required<Json>(json, key, origin);
  return value.is_null() ? Quality::kUnknown : required<double>(json, key, origin);
}

/// Share of the images that are copies of a real one.
double memorised(const at::Tensor& features, const Reference& real) {
  return closeness(features, real.features, real.neighbourhoods).memorised_share();
}

void stop_if_asked(const std::string&, int64_t, int64_t) { throw_if_stopped("while the run evaluated itself"); }

}  // namespace

Json Seen::json() const {
  return {{"event", "eval"},
          {"images", quality.images},
          {"kid", number_or_null(quality.kid)},
          {"kid_error", number_or_null(quality.kid_error)},
          {"diversity", number_or_null(diversity)},
          {"memorised", number_or_null(quality.memorised)},
          {"memorised_floor", number_or_null(quality.memorised_floor)},
          {"best", is_best}};
}

void Watch::open_network() {
  const auto& options = plan_.options;
  network_ = features_named(options.watch.eval_features, dataset_.pixels->info().size);
  if (!features_sha256_.empty() && features_sha256_ != network_->info().sha256)
    throw Error("--eval-features '" + options.watch.eval_features + "' is another network than it was in this run",
                "bring the old file back: KIDs of two networks cannot be compared");
}

void Watch::open_real_sides() {
  const auto& options = plan_.options;
  const Pixels& trained = *dataset_.pixels;
  const RealOptions real{kMostReal, kSeed, *options.run.threads};
  std::vector<std::string> remarks;
  const auto open = [&](const Pixels& pixels) {
    return open_real_side(pixels, options.data, *network_, real, stop_if_asked, remarks);
  };
  const bool has_held_out = dataset_.held_out && dataset_.held_out->info().count >= kEnoughHeldOut;
  if (has_held_out) {
    trained_ = open(trained);
    compared_ = open(*dataset_.held_out);
    memorised_floor_ = memorised(compared_->reference.features, trained_->reference);
  } else {
    compared_ = open(trained);
    if (compared_->floor.count > 0) memorised_floor_ = compared_->floor.memorised;
  }
  for (const auto& remark : remarks) warn(remark);
}

Seen Seen::from_json(const Json& json) {
  const std::string origin = "an evaluation";
  Seen seen;
  seen.quality = {required<int64_t>(json, "images", origin), number_in(json, "kid", origin),
                  number_in(json, "kid_error", origin), number_in(json, "memorised", origin),
                  number_in(json, "memorised_floor", origin)};
  seen.diversity = number_in(json, "diversity", origin);
  return seen;
}

Seen Watch::measure(Generator& generator, int64_t images, Group& group) {
  if (!network_) open_network();
  if (!compared_ && group.is_first()) open_real_sides();
  GeneratedImages source(generator, plan_.options.watch.eval_samples, kSeed);
  const auto features = features_by_ranks(*network_, source, "features of generated images", group, stop_if_asked);
  Seen seen;
  if (group.is_first()) seen = compared(features, images);
  if (group.size() == 1) return seen;
  const std::string told = group.share(compact(seen.json()), "an evaluation", Patience::kWhileAlive);
  return Seen::from_json(parse_json(told, "rank 0's evaluation"));
}

Seen Watch::compared(const at::Tensor& features, int64_t images) const {
  const Reference& real = compared_->reference;
  const Kid found = kid(features, real.features, real.kernels);
  Seen seen;
  seen.quality = {images, found.value, found.standard_error, memorised(features, trained_ ? trained_->reference : real),
                  memorised_floor_};
  seen.diversity = spread_of(features) / real.spread;
  return seen;
}

void Watch::take(Seen& seen) {
  seen.is_best = best_state_.add(seen.quality);
  last_ = seen, is_new_ = true;
}

bool Watch::judge(Record& record) {
  BalanceFigures figures;
  figures.images = record.images, figures.steps = record.steps;
  figures.accuracy_real = record.d_real_right, figures.accuracy_fake = record.d_fake_right;
  if (tells_how_sure(plan_.options.train.objective)) figures.d_fake_after = record.d_fake_after;
  if (is_new_) {
    figures.diversity = last_.diversity;
    figures.memorised = last_.quality.memorised, figures.memorised_floor = last_.quality.memorised_floor;
    is_new_ = false;
  }
  const Judgement before = judgement_;
  judgement_ = balance_.add(figures);
  record.verdict = words(judgement_.verdict);
  record.kid = last_.quality.kid, record.diversity = last_.diversity, record.memorised = last_.quality.memorised;
  return judgement_.verdict != before.verdict;
}

Json Watch::state() const {
  return {{"balance", balance_.state()},
          {"progress", best_state_.state()},
          {"kid", number_or_null(last_.quality.kid)},
          {"diversity", number_or_null(last_.diversity)},
          {"memorised", number_or_null(last_.quality.memorised)},
          {"memorised_floor", number_or_null(last_.quality.memorised_floor)},
          {"is_new", is_new_},
          {"features_sha256", network_ ? network_->info().sha256 : features_sha256_}};
}

void Watch::set_state(const Json& state, const std::string& origin) {
  balance_ = Balance::from_state(required<Json>(state, "balance", origin), origin);
  best_state_ = BestState::from_state(required<Json>(state, "progress", origin), origin);
  judgement_ = balance_.judgement();
  last_.quality.kid = number_in(state, "kid", origin);
  last_.diversity = number_in(state, "diversity", origin);
  last_.quality.memorised = number_in(state, "memorised", origin);
  last_.quality.memorised_floor = number_in(state, "memorised_floor", origin);
  is_new_ = required<bool>(state, "is_new", origin);
  features_sha256_ = required<std::string>(state, "features_sha256", origin);
}

}  // namespace dcgan
