#include "train/watch.hpp"

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/signals.hpp"
#include "eval/comparison.hpp"
#include "step/objective.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostReal = 10'000;  // pictures that an evaluation during training compares with
constexpr uint64_t kSeed = 0;          // of latents and choices: the same in every run, so that runs compare

void stop_if_asked(const std::string&, int64_t, int64_t) { throw_if_stopped("while the run evaluated itself"); }

}  // namespace

void Watch::open_network() {
  const auto& options = plan_.options;
  network_ = features_named(options.watch.eval_features, dataset_.pixels->info().size);
  if (!features_sha256_.empty() && features_sha256_ != network_->info().sha256)
    throw Error("--eval-features '" + options.watch.eval_features + "' is another network than it was in this run",
                "restore the old file: KIDs of two networks cannot be compared");
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
  } else {
    compared_ = open(trained);
  }
  std::vector<Measured> floors;
  for (const FigureRow* row : figure_rows_of_runs())
    floors.push_back(floor_of(*row, *compared_, trained_ ? &*trained_ : nullptr));
  floors_ = std::move(floors);
  for (const auto& remark : remarks) warn(remark);
}

RunEvaluation Watch::measure(Generator& generator, int64_t images, Group& group) {
  if (!network_) open_network();
  if (floors_.empty() && group.is_first()) open_real_sides();
  GeneratedImages source(generator, plan_.options.watch.eval_samples, kSeed);
  const auto features = features_by_ranks(*network_, source, "features of generated images", group, stop_if_asked);
  RunEvaluation evaluation;
  evaluation.images = images;
  if (group.is_first()) evaluation.figures = compared(features);
  if (group.size() == 1) return evaluation;
  const std::string told = group.share(compact(evaluation.numbers()), "an evaluation", Patience::kWhileAlive);
  evaluation.set_numbers(parse_json(told, "rank 0's evaluation"), "an evaluation");
  return evaluation;
}

std::vector<FoundFigure> Watch::compared(const at::Tensor& features) const {
  const Comparison sides(features, compared_->reference, trained_ ? &trained_->reference : nullptr);
  std::vector<FoundFigure> figures;
  for (const FigureRow* row : figure_rows_of_runs())
    figures.push_back({row, row->measure(sides), floors_[figures.size()]});
  return figures;
}

void Watch::take(RunEvaluation& evaluation) {
  evaluation.is_best = best_state_.add(evaluation);
  last_ = evaluation, is_new_ = true;
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
  record.evaluated = last_.values();
  return judgement_.verdict != before.verdict;
}

Json Watch::state() const {
  Json state = {{"balance", balance_.state()}, {"progress", best_state_.state()}};
  state.update(last_.state());
  state["is_new"] = is_new_;
  state["features_sha256"] = network_ ? network_->info().sha256 : features_sha256_;
  return state;
}

void Watch::set_state(const Json& state, const std::string& origin) {
  balance_ = Balance::from_state(required<Json>(state, "balance", origin), origin);
  best_state_ = BestState::from_state(required<Json>(state, "progress", origin), origin);
  judgement_ = balance_.judgement();
  last_.set_numbers(state, origin);
  is_new_ = required<bool>(state, "is_new", origin);
  features_sha256_ = required<std::string>(state, "features_sha256", origin);
}

}  // namespace dcgan
