#include "train/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <optional>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/torchscript.hpp"
#include "image/decode.hpp"
#include "train/fit.hpp"
#include "train/run_events.hpp"
#include "train/sheets.hpp"
#include "train/together.hpp"
#include "train/trainer.hpp"
#include "train/watch.hpp"

namespace dcgan {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The parts of one run, put together; usable once made.
class Run {
 public:
  Run(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& directory, bool resume, Console& console,
      const std::shared_ptr<Group>& group)
      : plan_(plan),
        dataset_(dataset),
        directory_(directory),
        console_(console),
        group_(group),
        trainer_(plan.network, plan.options.train, at::Device(plan.options.run.device), plan.options.run.gpu, group),
        sheets_(plan, *dataset.pixels, directory),
        watch_(plan, dataset) {
    if (group_->is_first()) resume ? go_back_to_checkpoint() : write_beginning();
    share_beginning(*group_, trainer_, watch_, saved_images_);
    if (group_->is_first()) log_.emplace(directory_.log());
    if (group_->is_first() && plan_.options.run.tensorboard) events_.emplace(plan_, directory_, trainer_.images());
    measure_ranks();
    record_began_ = start_ = seconds_now();
    record_images_ = trainer_.images();
  }

  void until_done() {
    Loader loader(*dataset_.pixels, loader_options(plan_, *dataset_.pixels, trainer_.images(), *group_));
    while (!is_complete()) {
      const double waiting = seconds_now();
      const Batch& batch = loader.next();
      waited_ += seconds_now() - waiting;
      const int64_t before = trainer_.images();
      const Wishes others = trainer_.step(batch, wishes());
      wishes_ = group_->size() == 1 ? wishes() : others;  // alone there is no need to wait for the next step
      console_.step(trainer_.images(), in_process());
      if (is_due(before, plan_.options.watch.eval_every)) evaluate();
      if (trainer_.steps() % plan_.options.run.log_every == 0) write_record();
      if (grid_is_due(before, trainer_.images(), *plan_.options.run.sample_every)) write_grid();
      if (multiple_passed(before, trainer_.images(), *plan_.options.run.checkpoint_every)) save();
      if (wishes_.interrupt || wishes_.terminate) stop_for(wishes_.interrupt ? SIGINT : SIGTERM);
    }
    finish();
  }

 private:
  /// This rank's. Time is the first one's.
  Wishes wishes() const {
    const int signal = stop_signal();
    const auto limit = plan_.goal().seconds;
    return {signal == SIGINT, signal != 0 && signal != SIGINT, group_->is_first() && limit && in_process() >= *limit};
  }

  /// Says how fast gradients are exchanged.
  void measure_ranks() {
    if (group_->size() == 1) return;
    const auto [text, event] = measured_exchange(*group_, trainer_, at::Device(plan_.options.run.device));
    append_to_log(event);
    console_.event(text, event);
  }

  void append_to_log(const Json& json) {
    if (log_) log_->append(compact(json));
  }

  double in_process() const { return seconds_now() - start_; }
  double in_all() const { return seconds_before_ + in_process(); }

  bool is_complete() const {
    if (is_over_) return true;
    const auto images = plan_.goal().images;
    return wishes_.time_is_up || (images && trainer_.images() >= *images);
  }

  bool is_due(int64_t before, std::optional<int64_t> every) const {
    return every.value_or(0) > 0 && multiple_passed(before, trainer_.images(), *every);
  }

  void write_beginning() {
    if (const std::string& model = plan_.options.init_from; model != "none") {
      const fs::path path = checkpoint_of(model);
      trainer_.take_weights(ArchiveReader(path).read_all(""), "the checkpoint '" + shown(path) + "'");
      console_.event("weights from " + shown(path), {{"event", "init"}, {"images", 0}, {"from", shown(path)}});
    }
    write_file(directory_.config(), pretty(config_json(plan_)));
    LineFile log(directory_.log());
    const auto& info = dataset_.pixels->info();
    log.append(compact({{"event", "data"},
                        {"images", 0},
                        {"pictures", info.count},
                        {"classes", info.classes.size()},
                        {"skipped", info.skipped.size()}}));
    for (const auto& skipped : info.skipped)
      log.append(compact({{"event", "skipped"}, {"images", 0}, {"name", skipped.name}, {"reason", skipped.reason}}));
    sheets_.write_real();
    sheets_.write_augmented(trainer_);
  }

  void go_back_to_checkpoint() {
    const auto all = directory_.checkpoints();
    const fs::path path = directory_.checkpoint(all.back());
    try {
      const ArchiveReader archive(path);
      const std::string origin = "the checkpoint '" + shown(path) + "'";
      const NetworkPlan stored = plan_from_json(archive.meta(), origin);
      if (plan_to_json(stored) != plan_to_json(plan_.network))
        throw Error(origin + " holds networks of another shape than config.json says");
      trainer_.load(archive.read_all(""), origin);
      trainer_.set_position(archive.meta(), origin);
      if (archive.meta().contains("watch"))
        watch_.set_state(required<Json>(archive.meta(), "watch", origin), origin);
      else
        watch_.forget_balance(trainer_.images());  // older than verdicts
      seconds_before_ = required<double>(archive.meta(), "seconds", origin);
    } catch (const Error& error) {
      if (!error.hint().empty()) throw;
      throw Error(error.what(), directory_.hint_to_older_checkpoint());
    }
    directory_.cut_back_to(trainer_.images());
    saved_images_ = trainer_.images();
    write_file(directory_.config(), pretty(config_json(plan_)));
  }

  void write_record() {
    Record record;
    const double now = seconds_now();
    trainer_.take_record(record);
    const double elapsed = std::max(1e-9, now - record_began_);
    record.seconds = in_all();
    record.images_per_second = static_cast<double>(record.images - record_images_) / elapsed;
    record.data_wait_share = std::min(1.0, waited_ / elapsed);
    record_began_ = now, record_images_ = record.images, waited_ = 0;
    check_finite(record);
    const bool has_changed = watch_.judge(record);
    append_to_log(to_json(record));
    if (events_) events_->add(record);
    console_.record(record, in_process());
    if (has_changed) tell_verdict();
    if (watch_.judgement().verdict == Verdict::kCollapsed) act_on_collapse();
  }

  void evaluate() {
    const StopHeld held;  // what is due at a position is done before a stop saves it as done
    share_statistics(*group_, *evaluation());
    Seen seen = watch_.measure(*make_generator(evaluation(), info()), trainer_.images(), *group_);
    watch_.take(seen);
    append_to_log(seen.json());
    if (events_) events_->add(seen);
    console_.event("eval at " + counted(seen.quality.images, "image") + ": kid " + fixed_text(seen.quality.kid, 4) +
                       " +- " + fixed_text(seen.quality.kid_error, 4) + ", diversity " + fixed_text(seen.diversity, 2) +
                       (seen.is_best ? ", the best so far" : ""),
                   seen.json());
    if (seen.is_best) write_state(directory_.best(trainer_.images()), true);
    const auto& watch = plan_.options.watch;
    if (watch_.progress().is_flat(trainer_.images(), watch.stop_when_flat)) {
      note("KID has not improved for " + counted(watch.stop_when_flat, "image") +
           ": the run ends (--stop-when-flat); " + "the best state is that of " +
           counted(watch_.progress().best().images, "image"));
      is_over_ = true;
    }
  }

  void tell_verdict() {
    const Judgement& now = watch_.judgement();
    const std::string verdict(words(now.verdict));
    const Json event = {
        {"event", "verdict"}, {"images", trainer_.images()}, {"verdict", verdict}, {"reason", now.reason}};
    append_to_log(event);
    if (events_) events_->add(now, trainer_.images());
    console_.event("verdict at " + counted(trainer_.images(), "image") + ": " + verdict +
                       (now.reason.empty() ? "" : ": " + now.reason),
                   event);
  }

  void act_on_collapse() {
    const auto& what = plan_.options.watch.on_collapse;
    if (what == "warn") return;
    if (what == "stop") {
      note("the run ends, because it has collapsed (--on-collapse stop)");
      is_over_ = true;
    } else {
      roll_back();
    }
  }

  /// Weights, optimizers and average of the best state, at the position that the run has: so that what is drawn from
  /// here on is other than it was.
  void roll_back() {
    constexpr int kMostRollbacks = 5;
    if (!watch_.progress().has_best() || trainer_.rollbacks() >= kMostRollbacks) {
      note(watch_.progress().has_best()
               ? "the run ends: it has collapsed again after " + std::to_string(kMostRollbacks) + " rollbacks"
               : "the run ends: it has collapsed and there is no earlier state to go back to");
      is_over_ = true;
      return;
    }
    const int64_t best = watch_.progress().best().images;
    const fs::path path = directory_.best(best);
    if (group_->is_first()) trainer_.load(ArchiveReader(path).read_all(""), "the checkpoint '" + shown(path) + "'");
    trainer_.share_state();
    trainer_.count_rollback();
    evaluated_images_ = -1;
    watch_.forget_balance(trainer_.images());
    const Json event = {{"event", "rollback"}, {"images", trainer_.images()}, {"to", best}};
    append_to_log(event);
    console_.event("back to the best state, of " + counted(best, "image") + "; step sizes are halved", event);
  }

  void check_finite(const Record& record) const {
    for (const double value : {record.loss_d_real, record.loss_d_fake, record.grad_norm_d, record.penalty})
      if (!std::isfinite(value)) diverged("a loss or a gradient is not finite any more");
    for (const double value : {record.loss_g, record.grad_norm_g})
      if (!std::isfinite(value) && record.g_steps > 0) diverged("a loss or a gradient is not finite any more");
  }

  [[noreturn]] void diverged(const std::string& why) const {
    throw Error(
        "training broke down after " + counted(trainer_.images(), "image") + ": " + why,
        (saved_images_ < 0 ? "no checkpoint had been written yet"
                           : "the last good checkpoint is '" + shown(directory_.checkpoint(saved_images_)) + "'") +
            "; try a lower --lr");
  }

  GeneratorInfo info() const {
    GeneratorInfo info = generator_info(plan_.network, trainer_.images(), true, "this run");
    info.fit = plan_.options.data.fit, info.crop_at = plan_.options.data.crop_at;
    return info;
  }

  /// The generator that is shown and exported, made once a position.
  GeneratorNet& evaluation() {
    if (evaluated_images_ != trainer_.images()) {
      return_freed_memory();  // what a step took and what this takes need not be held together
      evaluation_ = trainer_.evaluation_generator();
    }
    evaluated_images_ = trainer_.images();
    return evaluation_;
  }

  void write_grid() {
    if (!group_->is_first()) return;
    const StopHeld held;
    const auto generator = make_generator(evaluation(), info());
    const fs::path path = sheets_.write_grid(*generator, trainer_.images());
    sheets_.write_augmented(trainer_);
    if (plan_.options.run.preview) {
      constexpr int64_t kMegapixels = 64;  // as a sheet may have
      const std::string png = read_file(path);
      console_.show(decode_image(png, probe_image(png), kMegapixels));
    }
    if (events_) events_->add_grid(path, trainer_.images());
    if (events_ && events_->wants_histograms())
      events_->add_histograms(trainer_.weights_and_gradients(), trainer_.images());
    directory_.thin_grids(trainer_.images(), *plan_.options.run.sample_every);
    console_.event("grid " + shown(path), {{"event", "grid"}, {"images", trainer_.images()}, {"path", shown(path)}});
  }

  /// All ranks: the whole state as a checkpoint; before it, if asked for, generator.pt.
  void write_state(const fs::path& path, bool exports) {
    trainer_.average_statistics();
    if (!group_->is_first()) return;
    Json meta = {{"training_version", kTrainingVersion}, {"dcgan", kVersionText}, {"written", utc_now()}};
    meta.update(trainer_.position());
    meta["seconds"] = in_all();
    meta["network"] = plan_to_json(plan_.network);
    meta["options"] = options_json(plan_.options);
    meta["data_identity"] = plan_.data_identity;
    meta["watch"] = watch_.state();
    const NamedTensors state = trainer_.state(*evaluation());
    try {
      dcgan::check_finite(state);
    } catch (const NotFinite& error) {
      diverged(error.what());
    }
    group_->check();  // the state is here: nothing of it is left of an exchange that was broken off
    // The checkpoint comes last: a run that is killed in between passes here again and misses nothing.
    sync_file(directory_.log());
    if (exports) export_torchscript(evaluation(), info(), directory_.generator());
    write_archive(path, meta, state);
  }

  void save() {
    if (saved_images_ == trainer_.images()) return;
    const fs::path path = directory_.checkpoint(trainer_.images());
    write_state(path, !watch_.progress().has_best());
    saved_images_ = trainer_.images();
    if (!group_->is_first()) return;
    directory_.keep_newest_checkpoints(plan_.options.run.keep);
    directory_.keep_best(watch_.progress().best().images);
    console_.event("checkpoint " + shown(path),
                   {{"event", "checkpoint"}, {"images", trainer_.images()}, {"path", shown(path)}});
  }

  [[noreturn]] void stop_for(int signal) {
    save();
    group_->gather("", "the end", Patience::kWhileAlive);
    throw Stopped(signal, "stopped at " + counted(trainer_.images(), "image") +
                              "; all is saved; go on with `dcgan train --resume --run " +
                              shell_word(directory_.path().native()) + "`");
  }

  void finish() {
    std::error_code ignored;
    if (group_->is_first() && !fs::exists(directory_.samples(trainer_.images()), ignored)) write_grid();
    save();
    group_->gather("", "the end", Patience::kWhileAlive);
    const double seconds = in_process();
    if (events_) events_->end(trainer_.images());
    console_.event(
        "done: " + counted(trainer_.images(), "image") + " seen, " + duration_text(seconds) + " in this process",
        {{"event", "done"}, {"images", trainer_.images()}, {"seconds", in_all()}});
  }

  const TrainPlan& plan_;
  const Dataset& dataset_;
  const RunDirectory& directory_;
  Console& console_;
  const std::shared_ptr<Group> group_;
  Trainer trainer_;
  RunSheets sheets_;
  Watch watch_;
  std::optional<LineFile> log_;      // the first rank's
  std::optional<RunEvents> events_;  // the first rank's, where they are wanted
  Wishes wishes_;                    // of all ranks, as of the last step
  bool is_over_ = false;
  double seconds_before_ = 0, start_ = 0;
  double record_began_ = 0, waited_ = 0;
  int64_t record_images_ = 0;
  int64_t saved_images_ = -1;
  GeneratorNet evaluation_{nullptr};
  int64_t evaluated_images_ = -1;
};

}  // namespace

void train(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& run, bool resume, Console& console,
           const std::shared_ptr<Group>& group) {
  settle_process(*plan.options.run.threads);
  within_memory(plan.network, plan.options.train, plan.options.run.device,
                [&] { Run(plan, dataset, run, resume, console, group).until_done(); });
}

CheckpointHead read_head(const fs::path& checkpoint) {
  const ArchiveReader archive(checkpoint);
  const std::string origin = "the checkpoint '" + shown(checkpoint) + "'";
  check_training_version(archive.meta(), origin);
  return {required<int64_t>(archive.meta(), "images", origin), required<double>(archive.meta(), "seconds", origin),
          required<Json>(archive.meta(), "options", origin),
          required<std::string>(archive.meta(), "data_identity", origin)};
}

}  // namespace dcgan
