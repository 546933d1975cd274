// What a run does, from top to bottom: it begins or goes back to its newest checkpoint; takes step after step, and what
// is due behind each of them; and stops, having saved. What it says is in train/events, what it saves in
// train/run_states, how it judges itself in train/watch.
#include "train/run.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/grace.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "plan/cadence.hpp"
#include "plan/fit.hpp"
#include "step/trainer.hpp"
#include "telemetry/run_log.hpp"
#include "train/events.hpp"
#include "train/histograms.hpp"
#include "train/rank_sync.hpp"
#include "train/run_clock.hpp"
#include "train/run_states.hpp"
#include "train/sheets.hpp"
#include "train/watch.hpp"

namespace dcgan {
namespace {

std::string joined_hints(const std::string& hint, const std::string& more) {
  return hint.empty() ? more : hint + "; " + more;
}

/// What the first rank writes of a run, beside the console.
std::optional<RunLogFiles> files_of(const TrainPlan& plan, const RunDirectory& directory, const Group& group,
                                    const Watch& watch) {
  if (!group.is_first()) return std::nullopt;
  const RunOptions& run = plan.options.run;
  RunLogFiles files{.log = directory.log(), .check_held = [&directory] { directory.check_held(); }};
  files.preview = run.preview;
  if (run.tensorboard)
    files.tensorboard = {.folder = directory.path(),
                         .options = options_json(plan.options),
                         .measures = {"quality/" + watch.key_of_best()},
                         .picture_every = *run.sample_every,
                         .histograms = run.histograms};
  return files;
}

/// The parts of one run, put together; usable once made. All ranks do the same; the first alone writes and speaks.
class Run {
 public:
  Run(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& directory, bool resume, Console& console,
      const std::shared_ptr<Group>& group)
      : plan_(plan),
        dataset_(dataset),
        directory_(directory),
        group_(group),
        trainer_(plan.network, plan.options.train, at::Device(plan.options.run.device), plan.options.run.gpu, group),
        sheets_(plan, *dataset.pixels, directory),
        watch_(plan, dataset),
        states_(plan, directory, *group, trainer_, watch_, sheets_, resume),
        log_(console, files_of(plan, directory, *group, watch_), trainer_.images()),
        clock_(states_.seconds_before(), trainer_.images()),
        evaluation_cost_(evaluation_cost(plan.network, plan.options.watch.eval_features,
                                         precision_from(plan.options.train.precision),
                                         at::Device(plan.options.run.device).is_cpu())),
        duties_(states_.duties_left()) {
    if (!resume) tell_beginning();
    if (group_->size() > 1) log_.tell(measured_exchange(*group_, trainer_, at::Device(plan_.options.run.device)));
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
  void tell_beginning() {
    if (const auto& first = states_.first_weights()) log_.tell(weights_event(first->from, first->has_discriminator));
    for (const RunEvent& event : data_events(dataset_.pixels->info())) log_.tell(event);
  }

  void go_on() {
    Loader loader(*dataset_.pixels, loader_options(plan_, *dataset_.pixels, trainer_.images(), *group_));
    if (!duties_.are_done()) do_what_is_due(), save();  // left by a run that was ended by one of them
    while (!is_complete()) {
      step(loader);
      do_what_is_due();
      if (is_due_early_and(*plan_.options.run.checkpoint_every)) save();
      if (stop_requests_.interrupt || stop_requests_.terminate) stop_for_signal();
      if (stop_requests_.fails && !is_complete()) stop_for_failure();
    }
    finish();
  }

  void step(Loader& loader) {
    const Batch& batch = clock_.waiting_for([&]() -> const Batch& {
      const Batch& next = loader.next();
      failure_ = loader.trouble_ahead();
      return next;
    });
    duties_ = {trainer_.images(), 0};
    tell_size();
    const StopRequests of_all = while_it_changes([&] { return trainer_.step(batch, requests()); });
    // Several ranks agree on what each asked for before the step. One alone asks again, so that a signal during the
    // step counts at once.
    stop_requests_ = group_->size() == 1 ? requests() : of_all;
    log_.step(trainer_.images(), clock_.in_process());
  }

  /// Where the networks begin to learn at another size than before, which at first is their whole one.
  void tell_size() {
    const int64_t images = trainer_.images();
    const Size before = images == 0 ? plan_.options.data.size : trainer_.size_from(images - *plan_.options.train.batch);
    if (const Size size = trainer_.size_from(images); size != before) log_.tell(size_event(images, size));
  }

  /// What is due at this position and was not done yet, in the order of Duties.
  void do_what_is_due() {
    if (duties_.done == 0) {
      if (const auto every = plan_.options.watch.eval_every.value_or(0); every > 0 && is_due(every)) evaluate();
      duties_.done = 1;
    }
    if (duties_.done == 1) {
      duties_.done = 2;  // its sums are taken: what fails from here on cannot be done anew
      if (trainer_.steps() % plan_.options.run.log_every == 0) record();
    }
    if (duties_.done == 2) {
      if (is_due_early_and(*plan_.options.run.sample_every)) draw_grid();
      duties_.done = Duties::kAll;
    }
  }

  /// The last step passed a multiple of so many images.
  bool is_due(int64_t every) const { return multiple_passed(duties_.before, trainer_.images(), every); }
  /// That, or one of the first thousands: of a run that is killed after a minute something is left, too.
  bool is_due_early_and(int64_t every) const { return due_early_and_every(duties_.before, trainer_.images(), every); }

  /// `samples`: 0 for as many images as were planned.
  void evaluate(int64_t samples = 0) {
    const StopHeld held;  // what is due at a position is done before a stop saves it as done
    share_statistics(*group_, *states_.evaluation());
    RunEvaluation evaluation = watch_.measure(*states_.generator(), trainer_.images(), *group_, samples);
    watch_.take(evaluation);
    duties_.done = std::max<int64_t>(duties_.done, 1);  // at the end all are done
    log_.tell(evaluation_event(evaluation));
    if (evaluation.is_best()) states_.save_best(clock_.in_all());
    const auto window = plan_.options.watch.stop_when_flat;
    if (watch_.best_state().is_flat(trainer_.images(), window))
      end_early("KID has not improved for " + counted(window, "image") + ": the run ends (--stop-when-flat); " +
                "the best state is that of " + counted(watch_.best_state().best_images(), "image"));
  }

  void record() {
    Record record;
    trainer_.take_record(record);
    clock_.complete(record);
    check_finite(record);
    const bool has_changed = watch_.judge(record);
    log_.tell(record, clock_.in_process());
    if (has_changed) log_.tell(verdict_event(watch_.judgement(), trainer_.images()));
    if (watch_.judgement().verdict == Verdict::kCollapsed) act_on_collapse();
  }

  void check_finite(const Record& record) const {
    constexpr const char* kWhy = "a loss or a gradient is not finite any more";
    for (const double value : {record.loss_d_real, record.loss_d_fake, record.grad_norm_d, record.penalty})
      if (!std::isfinite(value)) states_.diverged(kWhy);
    for (const double value : {record.loss_g, record.grad_norm_g})
      if (!std::isfinite(value) && record.g_steps > 0) states_.diverged(kWhy);
  }

  void act_on_collapse() {
    const auto& what = plan_.options.watch.on_collapse;
    if (what == "stop") end_early("the run ends, because it has collapsed (--on-collapse stop)");
    if (what == "rollback") roll_back();
  }

  void roll_back() {
    constexpr int kMostRollbacks = 5;
    if (!watch_.best_state().has_best())
      return end_early("the run ends: it has collapsed and there is no earlier state to go back to");
    if (trainer_.rollbacks() >= kMostRollbacks)
      return end_early("the run ends: it has collapsed again after " + std::to_string(kMostRollbacks) + " rollbacks");
    NamedTensors best;
    if (const std::string problem = states_.read_best(best); !problem.empty())
      return end_early("the run ends: it has collapsed, and there is no going back to its best state: " + problem);
    while_it_changes([&] { states_.take_best(std::move(best)); });
    log_.tell(rollback_event(trainer_.images(), watch_.best_state().best_images()));
  }

  void draw_grid() {
    if (!group_->is_first()) return;
    const StopHeld held;
    const fs::path path = sheets_.write_grid(*states_.generator(), trainer_.images());
    sheets_.write_augmented(trainer_);
    RunEvent event = grid_event(path, trainer_.images());
    if (log_.wants_histograms()) event.histograms = histograms_of(trainer_.weights_and_gradients());
    log_.tell(event);
    directory_.thin_grids(trainer_.images(), *plan_.options.run.sample_every);
  }

  void save() {
    // What cannot be saved is not tried again.
    if (!while_it_changes([&] { return states_.save(clock_.in_all()); }) || !group_->is_first()) return;
    log_.tell(checkpoint_event(directory_.checkpoint(trainer_.images()), trainer_.images()));
  }

  /// This rank's. Time is the first one's.
  StopRequests requests() const {
    const int signal = stop_signal();
    const auto limit = plan_.goal().seconds;
    return {signal == SIGINT, signal != 0 && signal != SIGINT,
            group_->is_first() && limit && seconds_needed() >= *limit, failure_ != nullptr};
  }

  /// Of this process, with an evaluation at the end where there will be one.
  double seconds_needed() const {
    const double images_a_second = static_cast<double>(trainer_.images()) / std::max(1e-9, clock_.in_all());
    return clock_.in_process() + cost_at_end(evaluation_cost_, samples_at_end()) / std::max(1e-9, images_a_second);
  }

  bool is_complete() const {
    const auto images = plan_.goal().images;
    return ends_early_ || stop_requests_.time_is_up || (images && trainer_.images() >= *images);
  }

  void end_early(const std::string& why) {
    note(why);
    ends_early_ = true;
  }

  /// Images of the evaluation that a run gets at its end, so that what it ends with is known: as many as fit what it
  /// has seen since the last one; 0: that is too little, or it is not to measure itself.
  int64_t samples_at_end() const {
    const WatchOptions& watch = plan_.options.watch;
    if (watch.eval_every == 0) return 0;
    return samples_that_fit(evaluation_cost_, trainer_.images() - watch_.measured_at(), *watch.eval_samples);
  }

  void finish() {
    if (const int64_t samples = samples_at_end(); samples > 0) evaluate(samples);
    std::error_code ignored;
    if (group_->is_first() && !fs::exists(directory_.samples(trainer_.images()), ignored)) draw_grid();
    save();
    group_->gather("", "the end", Patience::kWhileAlive);
    log_.end(done_event(trainer_.images(), clock_.in_process(), clock_.in_all()));
  }

  [[noreturn]] void stop_for_signal() {
    save();
    const int signal = common_signal(*group_, stop_requests_);
    throw Stopped(signal, "stopped at " + counted(trainer_.images(), "image") + "; all is saved" +
                              (samples_at_end() > 0 ? ", how good it is was not measured (`dcgan eval`)" : "") + "; " +
                              states_.how_to_go_on());
  }

  /// The pictures of the next step do not come, on this rank or on another: all of them save what they have.
  [[noreturn]] void stop_for_failure() {
    save();
    throw_failure(*group_, failure_);
  }

  std::string what_is_kept() { return states_.save_after_error(is_whole_, clock_.in_all(), duties_); }

  /// Until `work` is done the trainer's state is that of no position; where it throws, it stays so.
  template <class Work>
  std::invoke_result_t<Work> while_it_changes(Work work) {
    is_whole_ = false;
    struct Done {
      bool& is_whole;
      const int thrown = std::uncaught_exceptions();
      ~Done() { is_whole = std::uncaught_exceptions() == thrown; }
    } done{is_whole_};
    return work();
  }

  const TrainPlan& plan_;
  const Dataset& dataset_;
  const RunDirectory& directory_;
  const std::shared_ptr<Group> group_;
  Trainer trainer_;
  RunSheets sheets_;
  Watch watch_;
  RunStates states_;
  RunLog log_;
  RunClock clock_;
  const EvaluationCost evaluation_cost_;
  Duties duties_;               // of this position
  StopRequests stop_requests_;  // of all ranks, as of the last step
  std::exception_ptr failure_;  // why there are no pictures for the step after this one
  bool is_whole_ = true;        // the trainer's state is that of a position: no step broke off
  bool ends_early_ = false;
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
