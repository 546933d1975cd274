#include "train/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <exception>
#include <optional>
#include <string>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/grace.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "image/decode.hpp"
#include "plan/fit.hpp"
#include "step/trainer.hpp"
#include "train/rank_sync.hpp"
#include "train/run_events.hpp"
#include "train/run_states.hpp"
#include "train/sheets.hpp"
#include "train/watch.hpp"

namespace dcgan {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string joined_hints(const std::string& hint, const std::string& more) {
  return hint.empty() ? more : hint + "; " + more;
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
        watch_(plan, dataset),
        states_(plan, directory, *group, trainer_, watch_) {
    if (group_->is_first()) resume ? states_.go_back() : states_.begin(dataset, sheets_, console);
    states_.share_beginning();
    duties_ = states_.duties_left();
    seconds_before_ = states_.seconds_before();
    if (group_->is_first()) log_.emplace(directory_.log());
    if (group_->is_first() && plan_.options.run.tensorboard) events_.emplace(plan_, directory_, trainer_.images());
    measure_ranks();
    record_began_ = start_ = seconds_now();
    record_images_ = begun_at_ = trainer_.images();
  }

  void until_done() {
    try {
      go_on();
    } catch (const Stopped&) {
      throw;
    } catch (const Diverged&) {
      throw;
    } catch (const Error& error) {
      if (!is_whole_ && !error.hint().empty()) throw;  // of other ranks, of memory: it says itself how to go on
      throw Error(error.what(), joined_hints(error.hint(), what_is_kept()));
    } catch (const std::exception&) {  // of memory, mostly: its words are found by others
      note(what_is_kept());
      throw;
    }
  }

 private:
  void go_on() {
    Loader loader(*dataset_.pixels, loader_options(plan_, *dataset_.pixels, trainer_.images(), *group_));
    if (!duties_.are_done()) settle(), save();  // those of a run that was ended by one of them
    while (!is_complete()) {
      const double waiting = seconds_now();
      const Batch& batch = loader.next();
      failure_ = loader.trouble_ahead();
      waited_ += seconds_now() - waiting;
      duties_ = {trainer_.images(), 0};
      is_whole_ = false;
      const StopRequests others = trainer_.step(batch, requests());
      is_whole_ = true;
      stop_requests_ = group_->size() == 1 ? requests() : others;  // alone there is no need to wait for the next step
      console_.step(trainer_.images(), in_process());
      settle();
      if (multiple_passed(duties_.before, trainer_.images(), *plan_.options.run.checkpoint_every)) save();
      if (stop_requests_.interrupt || stop_requests_.terminate) stop_for_signal();
      if (stop_requests_.fails && !is_complete()) stop_for_failure();
    }
    finish();
  }

  /// What is due at this position and was not done yet.
  void settle() {
    const int64_t before = duties_.before;
    if (duties_.done == 0) {
      if (is_due(before, plan_.options.watch.eval_every)) evaluate();
      duties_.done = 1;
    }
    if (duties_.done == 1) {
      duties_.done = 2;  // its sums are taken: what fails from here on cannot be done anew
      if (trainer_.steps() % plan_.options.run.log_every == 0) write_record();
    }
    if (duties_.done == 2) {
      if (grid_is_due(before, trainer_.images(), *plan_.options.run.sample_every)) write_grid();
      duties_.done = Duties::kAll;
    }
  }

  /// This rank's. Time is the first one's.
  StopRequests requests() const {
    const int signal = stop_signal();
    const auto limit = plan_.goal().seconds;
    return {signal == SIGINT, signal != 0 && signal != SIGINT, group_->is_first() && limit && in_process() >= *limit,
            failure_ != nullptr};
  }

  /// Says how fast gradients are exchanged.
  void measure_ranks() {
    if (group_->size() == 1) return;
    const auto [text, event] = measured_exchange(*group_, trainer_, at::Device(plan_.options.run.device));
    append_to_log(event);
    console_.event(text, event);
  }

  void append_to_log(const Json& json) {
    if (!log_) return;
    directory_.check_held();
    log_->append(compact(json));
  }

  double in_process() const { return seconds_now() - start_; }
  double in_all() const { return seconds_before_ + in_process(); }

  bool is_complete() const {
    if (is_over_) return true;
    const auto images = plan_.goal().images;
    return stop_requests_.time_is_up || (images && trainer_.images() >= *images);
  }

  bool is_due(int64_t before, std::optional<int64_t> every) const {
    return every.value_or(0) > 0 && multiple_passed(before, trainer_.images(), *every);
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
    share_statistics(*group_, *states_.evaluation());
    Seen seen = watch_.measure(*make_generator(states_.evaluation(), states_.info()), trainer_.images(), *group_);
    watch_.take(seen);
    duties_.done = 1;
    append_to_log(seen.json());
    if (events_) events_->add(seen);
    console_.event("eval at " + counted(seen.quality.images, "image") + ": kid " + fixed_text(seen.quality.kid, 4) +
                       " +- " + fixed_text(seen.quality.kid_error, 4) + ", diversity " + fixed_text(seen.diversity, 2) +
                       (seen.is_best ? ", the best so far" : ""),
                   seen.json());
    if (seen.is_best) states_.save_best(in_all());
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
    NamedTensors state;
    std::string problem;
    try {
      if (group_->is_first()) state = ArchiveReader(path).read_all("");
    } catch (const Error& error) {
      problem = error.what();
    }
    if (problem = group_->share(problem, "the best state", Patience::kWhileAlive); !problem.empty()) {
      note("the run ends: it has collapsed, and there is no going back to its best state: " + problem);
      is_over_ = true;
      return;
    }
    is_whole_ = false;
    if (group_->is_first()) trainer_.load(std::move(state), "the checkpoint '" + shown(path) + "'");
    trainer_.share_state();
    trainer_.count_rollback();
    is_whole_ = true;
    states_.forget_evaluation();
    watch_.forget_balance(trainer_.images());
    const Json event = {{"event", "rollback"}, {"images", trainer_.images()}, {"to", best}};
    append_to_log(event);
    console_.event("back to the best state, of " + counted(best, "image") + "; step sizes are halved", event);
  }

  void check_finite(const Record& record) const {
    constexpr const char* kWhy = "a loss or a gradient is not finite any more";
    for (const double value : {record.loss_d_real, record.loss_d_fake, record.grad_norm_d, record.penalty})
      if (!std::isfinite(value)) states_.diverged(kWhy);
    for (const double value : {record.loss_g, record.grad_norm_g})
      if (!std::isfinite(value) && record.g_steps > 0) states_.diverged(kWhy);
  }

  void write_grid() {
    if (!group_->is_first()) return;
    const StopHeld held;
    const auto generator = make_generator(states_.evaluation(), states_.info());
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

  void save() {
    is_whole_ = false;  // what cannot be saved is not tried again
    const bool is_new = states_.save(in_all());
    is_whole_ = true;
    if (!is_new || !group_->is_first()) return;
    const fs::path path = directory_.checkpoint(trainer_.images());
    console_.event("checkpoint " + shown(path),
                   {{"event", "checkpoint"}, {"images", trainer_.images()}, {"path", shown(path)}});
  }

  std::string go_on_with() const {
    return "go on with `dcgan train --resume " + shell_word(directory_.path().native()) + "`";
  }

  [[noreturn]] void stop_for_signal() {
    save();
    const int signal = common_signal(*group_, stop_requests_);
    throw Stopped(signal, "stopped at " + counted(trainer_.images(), "image") + "; all is saved; " + go_on_with());
  }

  /// The pictures of the next step do not come, on this rank or on another: all of them save what they have.
  [[noreturn]] void stop_for_failure() {
    save();
    throw_failure(*group_, failure_);
  }

  /// After an error: saves what is worth it, and says what there is to go on from.
  std::string what_is_kept() {
    const int64_t images = trainer_.images();
    if (is_whole_ && images > begun_at_ && states_.saved_images() != images && group_->is_first()) {
      try {
        states_.save_alone(in_all(), duties_);
      } catch (const std::exception& error) {
        warn(std::string("what was learned since the last checkpoint could not be saved: ") + error.what());
      }
    }
    const int64_t saved = states_.saved_images();
    const std::string then = "when that is mended, " + go_on_with();
    if (saved < 0) return "no checkpoint was written; " + then;
    return (is_whole_ && saved == images ? "all is saved, at " : "the last checkpoint is whole, of ") +
           counted(saved, "image") + "; " + then;
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
  RunStates states_;
  std::optional<LineFile> log_;      // the first rank's
  std::optional<RunEvents> events_;  // the first rank's, where they are wanted
  StopRequests stop_requests_;       // of all ranks, as of the last step
  std::exception_ptr failure_;       // why there are no pictures for the step after this one
  Duties duties_;                    // of this position
  bool is_whole_ = true;             // the trainer's state is that of a position: no step broke off
  bool is_over_ = false;
  double seconds_before_ = 0, start_ = 0;
  double record_began_ = 0, waited_ = 0;
  int64_t record_images_ = 0, begun_at_ = 0;
};

}  // namespace

void train(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& run, bool resume, Console& console,
           const std::shared_ptr<Group>& group) {
  const SavesBeforeEnd saves;
  settle_process(*plan.options.run.threads);
  within_memory(plan.network, plan.options.train, plan.options.run.device,
                [&] { Run(plan, dataset, run, resume, console, group).until_done(); });
}

}  // namespace dcgan
