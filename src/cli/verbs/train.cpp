// `dcgan train`: where to, the plan (plan/road), and the run (train/run).
#include <memory>

#include "cli/model_options.hpp"
#include "cli/verb.hpp"
#include "cli/verbs/dry_run.hpp"
#include "cli/verbs/train_messages.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/streams.hpp"
#include "core/text.hpp"
#include "plan/presets.hpp"
#include "plan/road.hpp"
#include "train/run.hpp"

namespace dcgan {
namespace {

Dataset open_with_progress(const std::string& path, const DataOptions& options, int64_t threads) {
  ProgressLine line;
  return open_dataset(path, options, threads, line.decoding());
}

/// The plan, and all that a person should know of it, on standard error.
PlannedRun plan_and_describe(const TrainCommand& command, const Given& flags, const RunPlace& place, Ranks& ranks) {
  PlannedRun planned = (place.goes_on ? plan_to_go_on : plan_new_run)(command, flags, place, ranks, open_with_progress);
  const AllOptions& options = planned.plan.options;
  describe_data(place.data, planned.dataset, options.data.cache_limit);
  if (!command.dry_run || command.json)  // else what was chosen is behind the answers
    for (const auto& remark : planned.plan.remarks) note(remark);
  if (ranks.is_alone()) describe_load(*options.run.threads);
  if (ranks.is_alone() && place.goes_on) describe_other_threads(*options.run.threads);
  return planned;
}

/// Of a run that goes on: says so where it has come to its end already.
bool is_at_its_end(const TrainPlan& plan, const RunPlace& place) {
  const auto total = plan.total_images();
  if (!place.goes_on || !total || place.found.position < *total) return false;
  const int64_t position = place.found.position;
  note("nothing to do: the run has seen " + counted(position, "image") + " and was to see " + with_commas(*total) +
       "; to train further, add for example --images " + std::to_string(2 * position));
  return true;
}

void announce(Console& console, const TrainPlan& plan, const RunPlace& place, bool is_time_given) {
  const std::string run = shown(place.run.path());
  const auto begins = [&](const std::string& text) {
    console.event(text, {{"event", "start"}, {"run", run}, {"config", config_json(plan)}});
  };
  if (!place.goes_on) return begins("run " + run);
  if (place.found.position < 0) return begins("the run has no checkpoint yet: it begins again");
  const auto time = plan.options.length.time;
  console.event("run " + run + " goes on at " + counted(place.found.position, "image") +
                    (time ? ", for " + duration_text(*time) +
                                (is_time_given ? "" : ", as it was told before (--time auto: until Ctrl-C)")
                          : ""),
                {{"event", "resume"}, {"run", run}, {"images", place.found.position}});
}

void run_training(const TrainCommand& command, const Invocation& invocation, Ranks& ranks) {
  RunPlace place = find_place(command, invocation.positional(0), ranks);
  const auto [plan, dataset, asked] = plan_and_describe(command, invocation.given, place, ranks);
  if (is_at_its_end(plan, place)) return;
  if (command.dry_run)
    return ranks.is_first() ? print_dry_run(plan, dataset, asked, {command.json, command.everything}) : void();
  if (!place.goes_on) make_place(place, command, ranks);
  if (place.goes_on && place.found.position < 0 && ranks.is_first()) place.run.begin_again();
  Console console(command.json, plan.goal(), !ranks.is_first());
  announce(console, plan, place, invocation.is_given("time"));
  try {
    train(plan, dataset, place.run, place.goes_on && place.found.position >= 0, console, ranks.group);
  } catch (...) {
    if (!place.goes_on && ranks.is_first()) place.run.remove_if_unused();
    throw;
  }
  if (ranks.is_first() && !command.json) say_what_next(place.run, *dataset.pixels);
}

}  // namespace

Verb train_verb() {
  Verb verb;
  verb.name = "train";
  verb.group = "Train";
  verb.examples = {"dcgan train photos/", "dcgan train --resume runs/first --time 10m"};
  verb.help = "train on a folder of pictures, or a data set in one file";
  verb.details =
      "DATA: pictures, flat or a subfolder a class, any depth; a pack (`dcgan data pack`), ZIP archive, IDX, CIFAR or\n"
      ".npy file.\n"
      "Numbers of images and steps take k and M (--images 200k); times take s, m and h (--time 10m).\n"
      "Stop with Ctrl-C: everything is saved; go on with `dcgan train --resume RUN`, the newest run if it is left "
      "out.\n"
      "On --resume what does not change the training may be given new values: length, cadences, device, threads, "
      "cache, what is\n"
      "kept, written or shown. Nothing else.\n"
      "Defaults shown are those of --preset default; other presets have other ones: `dcgan presets`.";
  verb.positionals = {{"DATA", kDataKinds, false}};
  const auto shown_command = std::make_shared<TrainCommand>();
  set_all(fields_of(shown_command->all), preset_named("default").options);  // what a plain run uses mostly
  verb.fields = fields_of(*shown_command);
  verb.run = [shown_command](const Invocation& invocation) {
    TrainCommand command;
    set_all(fields_of(command), invocation.given);
    if (command.everything && !command.dry_run)
      throw UsageError("--all changes nothing without --dry-run", "add --dry-run, or leave out --all");
    if (!command.json && !command.dry_run) do_without_standard_output();
    with_ranks(command.all, [&](Ranks& ranks) { run_training(command, invocation, ranks); });
  };
  return verb;
}

}  // namespace dcgan
