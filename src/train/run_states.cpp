#include "train/run_states.hpp"

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/model_file.hpp"
#include "exchange/torchscript.hpp"
#include "train/rank_sync.hpp"

namespace dcgan {

RunStates::RunStates(const TrainPlan& plan, const RunDirectory& directory, Group& group, Trainer& trainer, Watch& watch,
                     RunSheets& sheets, bool resume)
    : plan_(plan), directory_(directory), group_(group), trainer_(trainer), watch_(watch) {
  if (group_.is_first()) resume ? go_back() : begin(sheets);
  share_beginning();
  begun_at_ = trainer_.images();
}

void RunStates::begin(RunSheets& sheets) {
  if (plan_.beginning) {
    const ModelFile file(checkpoint_of(*plan_.beginning));
    trainer_.take_weights(file.beginning(), file.origin());
    first_weights_ = {file.path(), file.has(kDiscriminatorPart)};
  }
  write_file(directory_.config(), pretty(config_json(plan_)));
  sheets.write_real();
  sheets.write_augmented(trainer_);
}

void RunStates::go_back() {
  const auto all = directory_.checkpoints();
  try {
    read(directory_.checkpoint(all.back()));
  } catch (const Error& error) {
    if (!error.hint().empty()) throw;
    throw Error(error.what(), directory_.hint_to_older_checkpoint());
  }
  directory_.cut_back_to(trainer_.images());
  saved_images_ = trainer_.images();
  write_file(directory_.config(), pretty(config_json(plan_)));
}

void RunStates::read(const fs::path& path) {
  const ArchiveReader archive(path);
  const Json& meta = archive.meta();
  const std::string origin = "the checkpoint '" + shown(path) + "'";
  const NetworkPlan stored = plan_from_json(meta, origin);
  if (plan_to_json(stored) != plan_to_json(plan_.network))
    throw Error(origin + " holds networks of another shape than config.json says");
  trainer_.load(archive.read_all(""), origin);
  trainer_.set_position(meta, origin);
  if (meta.contains("watch"))
    watch_.set_state(required<Json>(meta, "watch", origin), origin);
  else
    watch_.forget_balance(trainer_.images());  // older than verdicts
  seconds_before_ = required<double>(meta, "seconds", origin);
  if (meta.contains("duties"))
    duties_left_ = {required<int64_t>(meta["duties"], "before", origin),
                    required<int64_t>(meta["duties"], "done", origin)};
}

void RunStates::share_beginning() {
  dcgan::share_beginning(group_, trainer_, watch_, saved_images_);
  if (group_.size() == 1) return;
  const Json own = {{"before", duties_left_.before}, {"done", duties_left_.done}};
  const Json told = parse_json(group_.share(compact(own), "the beginning", Patience::kWhileAlive), "rank 0");
  duties_left_ = {required<int64_t>(told, "before", "rank 0"), required<int64_t>(told, "done", "rank 0")};
}

GeneratorInfo RunStates::info() const {
  GeneratorInfo info = generator_info(plan_.network, trainer_.images(), true, "this run");
  info.fit = plan_.options.data.fit, info.crop_at = plan_.options.data.crop_at;
  return info;
}

GeneratorNet& RunStates::evaluation() {
  if (evaluated_images_ != trainer_.images()) {
    return_freed_memory();  // what a step took and what this takes need not be held together
    evaluation_ = trainer_.evaluation_generator();
  }
  evaluated_images_ = trainer_.images();
  return evaluation_;
}

void RunStates::write(const fs::path& path, bool exports, double seconds, const Duties& left) {
  Json meta = {{"training_version", kTrainingVersion}, {"dcgan", kVersionText}, {"written", utc_now()}};
  meta.update(trainer_.position());
  meta["seconds"] = seconds;
  meta["network"] = plan_to_json(plan_.network);
  meta["options"] = options_json(plan_.options);
  meta["data_identity"] = plan_.data_identity;
  meta["watch"] = watch_.state();
  if (!left.are_done()) meta["duties"] = {{"before", left.before}, {"done", left.done}};
  const NamedTensors state = trainer_.state(*evaluation());
  try {
    check_finite(state);
  } catch (const NotFinite& error) {
    diverged(std::string("a loss or a weight is not finite any more (") + error.what() + ")");
  }
  group_.check();  // the state is here: nothing of it is left of an exchange that was broken off
  directory_.check_held();
  // The checkpoint comes last: a run that is killed in between passes here again and misses nothing.
  sync_file(directory_.log());
  if (exports) export_torchscript(evaluation(), info(), directory_.generator());
  write_archive(path, meta, state);
}

bool RunStates::save(double seconds) {
  if (saved_images_ == trainer_.images() && duties_left_.are_done()) return false;
  trainer_.average_statistics();
  if (group_.is_first()) save_alone(seconds, {});
  saved_images_ = trainer_.images(), duties_left_ = {};
  return true;
}

void RunStates::save_alone(double seconds, const Duties& left) {
  write(directory_.checkpoint(trainer_.images()), !watch_.best_state().has_best(), seconds, left);
  saved_images_ = trainer_.images();
  directory_.keep_newest_checkpoints(plan_.options.run.keep);
  directory_.keep_best(watch_.best_state().best_images());
}

void RunStates::save_best(double seconds) {
  trainer_.average_statistics();
  if (group_.is_first()) write(directory_.best(trainer_.images()), true, seconds, {});
}

std::string RunStates::how_to_go_on() const {
  return "go on with `dcgan train --resume " + shell_word(directory_.path().native()) + "`";
}

std::string RunStates::save_after_error(bool is_whole, double seconds, const Duties& left) {
  const int64_t images = trainer_.images();
  if (is_whole && images > begun_at_ && saved_images_ != images && group_.is_first()) {
    try {
      save_alone(seconds, left);
    } catch (const std::exception& error) {
      warn(std::string("what was learned since the last checkpoint could not be saved: ") + error.what());
    }
  }
  const std::string then = "when that is mended, " + how_to_go_on();
  if (saved_images_ < 0) return "no checkpoint was written; " + then;
  return (is_whole && saved_images_ == images ? "all is saved, at " : "the last checkpoint is whole, of ") +
         counted(saved_images_, "image") + "; " + then;
}

std::string RunStates::read_best(NamedTensors& state) const {
  std::string problem;
  try {
    if (group_.is_first()) state = ArchiveReader(directory_.best(watch_.best_state().best_images())).read_all("");
  } catch (const Error& error) {
    problem = error.what();
  }
  return group_.share(problem, "the best state", Patience::kWhileAlive);
}

void RunStates::take_best(NamedTensors state) {
  const fs::path path = directory_.best(watch_.best_state().best_images());
  if (group_.is_first()) trainer_.load(std::move(state), "the checkpoint '" + shown(path) + "'");
  trainer_.share_state();
  trainer_.count_rollback();
  evaluated_images_ = -1;  // the weights are other ones at the same position
  watch_.forget_balance(trainer_.images());
}

void RunStates::diverged(const std::string& why) const {
  throw Diverged(
      "training broke down after " + counted(trainer_.images(), "image") + ": " + why,
      (saved_images_ < 0 ? "no checkpoint had been written yet"
                         : "the last good checkpoint is '" + shown(directory_.checkpoint(saved_images_)) + "'") +
          "; try a lower --lr");
}

}  // namespace dcgan
