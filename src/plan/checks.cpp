#include "plan/checks.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "eval/features.hpp"
#include "step/objective.hpp"
#include "step/schedule.hpp"

namespace dcgan {
namespace {

void check_growth(const NetworkPlan& network, const ScheduleOptions& schedule) {
  if (schedule.grow_images.value_or(0) == 0 || smaller_sizes(network, schedule) > 0) return;
  const std::string said = "--grow-images " + std::to_string(*schedule.grow_images);
  if (network.generator().halvings() == 0)
    throw UsageError(said + " and --arch " + network.options.arch + " at --size " + to_text(network.shape.size()) +
                         " conflict: these networks have no smaller size to begin at",
                     "leave --grow-images out, or take --arch multiscale and a larger --size");
  throw UsageError(said + " and --grow-from " + std::to_string(schedule.grow_from) +
                       " conflict: there is no such size below --size " + to_text(network.shape.size()),
                   "leave --grow-images out, or begin smaller");
}

}  // namespace

void check_one_length(const LengthOptions& length) {
  std::vector<std::string> given;
  if (length.images) given.push_back("--images");
  if (length.epochs) given.push_back("--epochs");
  if (length.time) given.push_back("--time");
  if (given.size() > 1) throw UsageError(joined(given, " and ") + " are both lengths of the run", "give one of them");
}

void check_training(const AllOptions& options) {
  const auto& train = options.train;
  const auto& watch = options.watch;
  options.network.has_batch_norm_d();  // refuses what the architecture cannot have
  check_penalties(resolve_objective(train.objective), options.network,
                  options.names_a_model() ? "--init-from, whose discriminator has BatchNorm," : "--norm-d batch");
  train.augment.first_probability();
  if (!train.augment.kinds().any() && train.augment.adaptive())
    throw UsageError("--augment-p adaptive and --augment none conflict: there is nothing to do more often",
                     "name the kinds: --augment all");
  const auto needs_evaluations = [&](bool is_asked, const std::string& option) {
    if (is_asked && watch.eval_every == 0)
      throw UsageError(option +
                           " and --eval-every 0 conflict: a run that never measures itself has no best "
                           "state",
                       "leave out --eval-every");
  };
  needs_evaluations(watch.stop_when_flat > 0, "--stop-when-flat " + std::to_string(watch.stop_when_flat));
  needs_evaluations(watch.on_collapse != "warn", "--on-collapse " + watch.on_collapse);
  if (train.freeze_d > 0 && !options.names_a_model())
    throw UsageError(
        "--freeze-d " + std::to_string(train.freeze_d) + " needs --init-from: random weights are not worth keeping",
        "add --init-from MODEL, or leave out --freeze-d");
  if (watch.eval_every != 0 && watch.eval_features != "auto") check_features({watch.eval_features}, options.data.size);
}

void check_useless_options(const Given& given, AllOptions options) {
  const Fields fields = fields_of(options);
  for (const auto& [name, text] : given) {
    const Field* field = find_field(fields, name);
    if (field && field->is_met && !field->is_met())
      throw UsageError("--" + dashed(name) + " " + text + " changes nothing without " + field->condition,
                       "add " + field->condition + ", or leave out --" + dashed(name));
  }
}

void check_resolved(const TrainPlan& plan) {
  const auto& train = plan.options.train;
  if (*train.batch % train.schedule.accumulate != 0)
    throw UsageError("--accumulate " + std::to_string(train.schedule.accumulate) + " does not divide --batch " +
                         std::to_string(*train.batch),
                     "its parts must have one size, so that every image weighs as much");
  check_growth(plan.network, train.schedule);
  if (train.freeze_d > plan.network.shape.doublings)
    throw UsageError("--freeze-d " + std::to_string(train.freeze_d) +
                         " is more than the discriminator has: " + counted(plan.network.shape.doublings, "block") +
                         " at --size " + to_text(plan.options.data.size),
                     "freeze fewer");
}

}  // namespace dcgan
