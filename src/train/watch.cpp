#include "train/watch.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/signals.hpp"
#include "eval/comparison.hpp"
#include "plan/cadence.hpp"
#include "step/objective.hpp"
#include "telemetry/evaluation_event.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostReal = 10'000;  // pictures that an evaluation during training compares with
constexpr uint64_t kSeed = 0;          // of latents and choices: the same in every run, so that runs compare

void stop_if_asked(const std::string&, int64_t, int64_t) { throw_if_stopped("while the run evaluated itself"); }

}  // namespace

Watch::Watch(const TrainPlan& plan, const Dataset& dataset) : plan_(plan), dataset_(dataset) {
  const WatchOptions& watch = plan.options.watch;
  if (watch.eval_every == 0) return;
  network_ =
      features_named({.name = watch.eval_features, .device = plan.options.run.device}, dataset.pixels->info().size);
  last_.features = network_->info().family;
}

std::string Watch::key_of_best() const {
  return network_ ? evaluation_key(BestState::kFigure, network_->info().family) : "";
}

void Watch::open_real_sides(int64_t most) {
  const auto& options = plan_.options;
  const Pixels& trained = *dataset_.pixels;
  RealOptions real{most, kSeed, *options.run.threads};
  std::vector<std::string> remarks;
  const auto open = [&](const Pixels& pixels, bool failures) {
    real.failures = failures;
    return open_real_side(pixels, options.data, *network_, real, stop_if_asked, remarks);
  };
  const bool has_held_out = dataset_.held_out && dataset_.held_out->info().count >= kEnoughHeldOut;
  trained_.reset();
  if (has_held_out) trained_ = open(trained, false);
  compared_ = open(has_held_out ? *dataset_.held_out : trained, network_->info().knows_things);
  expected_ = expected_figures(figure_rows_of_runs(), *compared_, trained_ ? &*trained_ : nullptr);
  most_real_ = most;
  for (const auto& remark : remarks) warn(remark);
}

RunEvaluation Watch::measure(Generator& generator, int64_t images, Group& group, int64_t samples) {
  const WatchOptions& watch = plan_.options.watch;
  const int64_t most_real = samples > 0 ? std::min(real_at_end(samples), *watch.eval_real) : *watch.eval_real;
  if (most_real_ != most_real && group.is_first()) open_real_sides(most_real);
  GeneratedImages source(generator, samples > 0 ? samples : *watch.eval_samples, kSeed);
  const auto features = features_by_ranks(*network_, source, "features of generated images", group, stop_if_asked);
  RunEvaluation evaluation;
  evaluation.images = images, evaluation.features = network_->info().family;
  evaluation.generated = source.count();
  if (group.is_first()) {
    evaluation.figures = compared(features);
    evaluation.real = compared_->count(), evaluation.is_held_out = trained_.has_value();
    evaluation.pictures = judge_pictures(evaluation.figures, network_->info().knows_things);
  }
  if (group.size() == 1) return evaluation;
  const std::string told = group.share(compact(evaluation.state()), "an evaluation", Patience::kWhileAlive);
  evaluation.set_state(parse_json(told, "rank 0's evaluation"), "an evaluation");
  return evaluation;
}

std::vector<FoundFigure> Watch::compared(const at::Tensor& features) const {
  const Comparison sides(features, compared_->reference, trained_ ? &trained_->reference : nullptr);
  std::vector<FoundFigure> figures = expected_;
  for (FoundFigure& figure : figures) figure.found = measured(*figure.row, sides);
  return figures;
}

void Watch::take(RunEvaluation& evaluation) {
  evaluation.ranked = best_state_.add(evaluation);
  last_ = evaluation, is_new_ = true, measured_at_ = evaluation.images;
}

bool Watch::judge(Record& record) {
  BalanceFigures figures;
  figures.images = record.images, figures.steps = record.steps;
  figures.accuracy_real = record.d_real_right, figures.accuracy_fake = record.d_fake_right;
  if (tells_how_sure(plan_.options.train.objective)) figures.d_fake_after = record.d_fake_after;
  if (is_new_) {
    figures.diversity = last_["diversity"].found.value;
    figures.memorised = last_["memorised"].found.value, figures.memorised_floor = last_["memorised"].floor.value;
    is_new_ = false;
  }
  const Judgement before = judgement_;
  judgement_ = balance_.add(figures);
  record.verdict = words(judgement_.verdict);
  record.pictures = last_.pictures.verdict;
  record.evaluated = last_.values();
  return judgement_.verdict != before.verdict;
}

Json Watch::state() const {
  Json state = {{"balance", balance_.state()}, {"progress", best_state_.state()}};
  state.update(last_.state());
  state["is_new"] = is_new_, state["measured_at"] = measured_at_;
  state["features_sha256"] = network_ ? network_->info().sha256 : features_sha256_;
  return state;
}

void Watch::set_state(const Json& state, const std::string& origin) {
  balance_ = Balance::from_state(required<Json>(state, "balance", origin), origin);
  best_state_ = BestState::from_state(required<Json>(state, "progress", origin), origin);
  judgement_ = balance_.judgement();
  last_.set_state(state, origin);
  is_new_ = required<bool>(state, "is_new", origin);
  measured_at_ = value_or(state, "measured_at", std::max<int64_t>(0, best_state_.best_images()), origin);
  features_sha256_ = required<std::string>(state, "features_sha256", origin);
  if (network_ && !features_sha256_.empty() && features_sha256_ != network_->info().sha256)
    throw Error(
        "--eval-features '" + plan_.options.watch.eval_features + "' is another network than it was in this run",
        "restore the old file: figures of two networks cannot be compared");
  if (network_ && last_.features.empty()) last_.features = network_->info().family;  // a state of before
}

}  // namespace dcgan
