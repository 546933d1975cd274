// `dcgan train`: options to one immutable plan, then training.
#include <algorithm>
#include <memory>
#include <optional>

#include "checkpoint/run_directory.hpp"
#include "cli/model_options.hpp"
#include "cli/verb.hpp"
#include "cli/verbs/ranks.hpp"
#include "cli/verbs/train_layers.hpp"
#include "cli/verbs/train_messages.hpp"
#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/log.hpp"
#include "core/platform/cores.hpp"
#include "core/platform/io/directory_lock.hpp"
#include "core/platform/streams.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "dataset/walk.hpp"
#include "exchange/program_consent.hpp"
#include "plan/checks.hpp"
#include "plan/presets.hpp"
#include "plan/resume.hpp"
#include "plan/warm_start.hpp"
#include "step/device.hpp"
#include "train/run.hpp"

namespace dcgan {
namespace {

/// What a new run is called by its data.
std::string run_name(const fs::path& data) {
  std::string name = without_slash(data.lexically_normal()).filename().native();
  std::replace(name.begin(), name.end(), ' ', '-');
  return name.empty() || name == "." || name == ".." ? "data" : name;
}

void announce_younger_options(const Json& stored, const Json& now) {
  for (const auto& [key, value] : now.items())
    if (!stored.contains(key))
      note("--" + dashed(key) + " is newer than the run: from here on it is " + compact(value));
}

/// Says what ends bit equality. Both sides are resolved: "auto" may well mean what was stored.
void announce_changes(const Json& stored, const Json& now) {
  for (const char* key : {"threads", "device", "deterministic"})
    if (stored.value(key, Json()) != now.value(key, Json()))
      note(std::string(key) + " changes from " + compact(stored.value(key, Json())) + " to " +
           compact(now.value(key, Json())) + ": from here on the run no longer equals one left alone bit for bit");
}

void refuse_file_for_resume(const std::string& data) {
  std::error_code ignored;
  if (data.empty()) return;
  const fs::path path(data);
  if (fs::is_regular_file(path, ignored) &&
      (path.extension() == ".ckpt" || path.extension() == ".pt" || path.extension() == ".json")) {
    const fs::path folder =
        path.parent_path().filename() == "checkpoints" ? path.parent_path().parent_path() : path.parent_path();
    throw UsageError("--resume takes no file, and '" + printable(data) + "' is no data",
                     "name the run: `dcgan train --resume --run " +
                         (is_run_directory(folder) ? shell_word(folder.native()) : "RUN") +
                         "`; it goes on from its newest checkpoint");
  }
}

/// The first rank of a host opens its data, and decodes them into the cache; the others wait.
Dataset open_with_progress(const std::string& path, const AllOptions& options, Ranks& ranks) {
  const auto open = [&] {
    DecodeLine line;
    return open_dataset(path, options.data, options.run.threads.value_or(automatic_threads().count), line.progress());
  };
  std::optional<Dataset> dataset;
  if (ranks.is_first_of_host()) dataset.emplace(open());
  ranks.group->gather("", "opening the data", Patience::kWhileAlive);
  if (!dataset) dataset.emplace(open());
  return std::move(*dataset);
}

/// The first rank's plan, which others hold but for their own device and threads.
TrainPlan plan_of_ranks(AllOptions options, const std::string& data, const Dataset& dataset, Ranks& ranks) {
  options.run.device = device_of_rank(options.run.device, ranks.launch);
  if (!ranks.is_alone() && !options.run.threads) {
    ranks.group->gather("", "looking at the cores");  // from here on all are idle, so what is busy is others'
    const ThreadChoice choice = automatic_threads_of(ranks.launch.local_size);
    options.run.threads = choice.count;
    note("threads: " + choice.said);
  }
  if (ranks.is_first()) {
    const TrainPlan plan = make_plan(std::move(options), data, dataset);
    check_shares(ranks, *plan.options.train.batch);
    ranks.group->share(compact(options_json(plan.options)), "the plan", Patience::kWhileAlive);
    return plan;
  }
  const std::string device = options.run.device;
  const auto threads = options.run.threads;
  const Json shared = parse_json(ranks.group->share("", "the plan", Patience::kWhileAlive), "rank 0's plan");
  set_from_json(fields_of(options), shared, "rank 0's plan");
  options.run.device = device, options.run.threads = threads;
  return make_plan(std::move(options), data, dataset);
}

/// What all ranks must have in common.
Json facts_of(const AllOptions& options, const Dataset& dataset) {
  Json facts = options_json(options);
  facts.erase("device"), facts.erase("threads");
  facts["version of dcgan"] = kVersionText;
  facts["data"] = dataset.pixels->info().identity;
  return facts;
}

/// Refuses what excludes one another, before pictures are read. Where the preset hangs on them: what does so under all
/// that it may be.
void check_before_data(const TrainCommand& command, const Invocation& invocation) {
  if (command.all.preset != "auto") return check_training(command.all);
  for (const std::string name : {"small-data", "default"}) {
    try {
      return check_training(layered(invocation, name).all);
    } catch (const UsageError&) {
      if (name == "default") throw;
    }
  }
}

/// --run-code: the network of --eval-features may be run, now and whenever the run goes on.
void agree_to_features(const TrainCommand& command) {
  const std::string& name = command.all.watch.eval_features;
  if (command.run_code && name != "random-a" && name != "random-b") agree_to_run_file(name);
}

/// What is known of --run before anything is done.
struct Start {
  bool goes_on = false;                   // it is a run, and it is to go on
  bool begins_again = false;              // it is one that came to nothing
  std::optional<RunToResume> found;       // of --resume-auto; the first rank's
  std::shared_ptr<DirectoryLock> holder;  // the same; none with --no-lock
};

/// The first rank keeps others out of the run, unless it does already.
void hold(RunDirectory& run, const TrainCommand& command, Start& start, Ranks& ranks) {
  if (ranks.is_first() && command.lock && !start.holder) start.holder = std::make_shared<DirectoryLock>(run.path());
  run.hold(start.holder);
}

/// What --resume-auto comes to: the first rank looks, and holds what it finds.
Start start_or_resume(const TrainCommand& command, bool has_data, Ranks& ranks) {
  if (command.run.empty()) throw UsageError("--resume-auto needs the run to go on with", "add --run DIR");
  Start start;
  std::string told = "begins";
  RunDirectory run(command.run);
  if (ranks.is_first() && !RunDirectory::is_free(command.run) && holds_run(run)) {
    hold(run, command, start, ranks);
    start.found = look_for_restart(run);
    if (!start.found && !has_data) start.found = look_at_run(run);
    told = start.found ? "goes on" : "begins again";
  }
  told = ranks.group->share(told, "--resume-auto");
  start.goes_on = told == "goes on", start.begins_again = told == "begins again";
  return start;
}

/// The directory of a new run, or of one that begins again.
RunDirectory directory_of(const TrainCommand& command, const std::string& data, const Start& start, Ranks& ranks) {
  if (!ranks.is_first()) return RunDirectory(command.run);
  if (command.run.empty()) return RunDirectory::create_next("runs", run_name(data));
  if (!start.begins_again) return RunDirectory::create(command.run);
  const RunDirectory run(command.run);
  note("the run '" + shown(run.path()) + "' came to nothing to go on from: it begins again");
  run.begin_again();
  return run;
}

void start_run(const Invocation& invocation, Ranks& ranks, Start start) {
  const std::string data = invocation.positional(0);
  TrainCommand command = layered(invocation, "auto");
  if (command.all.preset != "auto") command = layered(invocation, preset_named(command.all.preset).name);
  if (is_run_directory(data))
    throw UsageError("'" + printable(data) + "' is a run directory, not data",
                     "to go on with it say `dcgan train --resume --run " + shell_word(data) + "`");
  if (command.all.preset != "auto" && command.all.init_from != "none")
    check_preset(command.all.preset, command.all.init_from);
  agree_to_features(command);
  shape_plan(command.all.data.size);  // cheap checks before data is decoded
  check_before_data(command, invocation);
  std::vector<std::string> ignored;
  const bool on_gpu = resolve_device(command.all.run.device, ignored) != "cpu";
  check_one_length(command.all.length);
  if (!command.dry_run && !command.run.empty() && ranks.is_first() && !start.begins_again)
    RunDirectory::check_free(command.run);
  const Dataset dataset = open_with_progress(data, command.all, ranks);
  check_agreement(ranks, facts_of(command.all, dataset));
  if (command.all.preset == "auto") {
    const auto& info = dataset.pixels->info();
    const PresetChoice choice = choose_preset({info.count, info.size, command.all.train.conditional, on_gpu});
    command = layered(invocation, choice.name);
    check_training(command.all);
    note("preset: " + choice.name + " (" + choice.why + ")");
  }
  check_in_vain(invocation.given, command.all);
  const std::string absolute = fs::absolute(data).lexically_normal().native();
  const TrainPlan plan = plan_of_ranks(command.all, absolute, dataset, ranks);
  if (command.all.init_from != "none" && ranks.is_first()) check_same_networks(plan.network, command.all.init_from);
  describe_data(data, dataset, plan.options.data.cache_limit);
  for (const auto& remark : plan.remarks) note(remark);
  if (ranks.is_alone() && command.all.run.threads) describe_load(*command.all.run.threads);
  if (command.dry_run) return ranks.is_first() ? print_dry_run(plan, dataset, command.json) : void();
  RunDirectory run = directory_of(command, data, start, ranks);
  hold(run, command, start, ranks);
  Console console(command.json, plan.goal(), !ranks.is_first());
  console.event("run " + shown(run.path()),
                {{"event", "start"}, {"run", shown(run.path())}, {"config", config_json(plan)}});
  try {
    train(plan, dataset, run, false, console, ranks.group);
  } catch (...) {
    if (ranks.is_first()) run.remove_if_unused();
    throw;
  }
  if (ranks.is_first() && !command.json) say_what_next(run, data);
}

/// The run's own options, and what may be given anew, over `command`'s. Throws UsageError for what may not.
void take_options(TrainCommand& command, const Invocation& invocation, const Json& stored, const std::string& origin) {
  set_from_json(fields_of(command.all), stored, "'" + origin + "'");
  if (!stored.contains("preset")) command.all.preset = "default";  // older than presets
  apply_layers(command, invocation, "auto");
  check_one_length(command.all.length);
  set_from_json(fields_of(command.all), resolved_before(stored, options_json(command.all)), "'" + origin + "'");
  if (const auto changed = changed_options(stored, options_json(command.all)); !changed.empty())
    throw UsageError(joined(changed, ", ") + " cannot change when a run goes on",
                     "leave it out to keep the run's own value, or start a new run");
}

/// The run below runs/ that was written last.
std::string newest_run() {
  std::string newest;
  fs::file_time_type latest;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("runs", ignored)) {
    if (!is_run_directory(entry.path())) continue;
    const auto written = fs::last_write_time(RunDirectory(entry.path()).log(), ignored);
    if (newest.empty() || written > latest) newest = entry.path().native(), latest = written;
  }
  if (newest.empty())
    throw UsageError("--resume needs the run to go on with", "name it: `dcgan train --resume --run RUN`");
  note("goes on with '" + shown(newest) + "', the newest below runs/");
  return newest;
}

/// The run and the data of `--resume`: `--run RUN`, RUN in the place of DATA, or neither.
std::string run_to_resume(const TrainCommand& command, std::string& data) {
  if (!command.run.empty()) return command.run;
  if (data.empty()) return newest_run();
  if (is_run_directory(data)) return std::exchange(data, "");
  if (std::error_code ignored; !fs::exists(data, ignored))
    throw UsageError("there is no run '" + printable(data) + "'", "name one: `dcgan train --resume RUN`");
  throw UsageError("--resume needs the run to go on with", "add --run DIR");
}

/// The data that the run goes on with: its own, wherever they lie now. Throws UsageError for others.
Dataset open_its_data(const TrainCommand& command, const std::string& data, const Json& config, const RunDirectory& run,
                      Ranks& ranks) {
  const std::string origin = shown(run.config()), word = shell_word(run.path().native());
  const auto identity = required<std::string>(config, "data_identity", origin);
  if (data.empty())
    throw UsageError("DATA is missing: where the run's pictures are was lost with its config.json",
                     "name it: `dcgan train DATA --resume-auto --run " + word + "`");
  std::error_code ignored;
  if (!fs::exists(data, ignored))
    throw UsageError("the run's data '" + printable(data) + "' is not there",
                     "if it moved, name its new place: `dcgan train NEW_PLACE --resume --run " + word + "`");
  Dataset dataset = open_with_progress(data, command.all, ranks);
  const auto& info = dataset.pixels->info();
  if (info.identity != identity)
    throw UsageError("the pictures in '" + printable(data) +
                         "' are not those the run was trained on: " + counted(info.count, "picture") + " here, " +
                         counted(value_or<int64_t>(config, "data_images", 0, origin), "picture") + " then",
                     "bring the old ones back, or start a new run");
  return dataset;
}

/// What all ranks go on with, as the first one has found it.
RunToResume found_by_first(const RunDirectory& run, const Start& start, const Ranks& ranks) {
  RunToResume found;
  if (ranks.is_first()) found = start.found ? *start.found : look_at_run(run), run.make_folders();
  const Json told = parse_json(
      ranks.group->share(compact({{"config", found.config}, {"position", found.position}}), "the run to go on with"),
      "rank 0");
  return {required<Json>(told, "config", "rank 0"), required<int64_t>(told, "position", "rank 0")};
}

void announce_resume(Console& console, const TrainPlan& plan, const RunDirectory& run, int64_t position,
                     bool is_time_given) {
  const auto time = plan.options.length.time;
  console.event("run " + shown(run.path()) + " goes on at " + counted(position, "image") +
                    (time ? ", for " + duration_text(*time) +
                                (is_time_given ? "" : ", as it was told before (--time auto: until Ctrl-C)")
                          : ""),
                {{"event", "resume"}, {"run", shown(run.path())}, {"images", position}});
}

void resume_run(TrainCommand& command, const Invocation& invocation, Ranks& ranks, Start start) {
  std::string data_given = invocation.positional(0);
  refuse_file_for_resume(data_given);
  command.run = run_to_resume(command, data_given);
  RunDirectory run = ranks.is_first() && !start.found ? RunDirectory::open(command.run) : RunDirectory(command.run);
  hold(run, command, start, ranks);
  const RunToResume found = found_by_first(run, start, ranks);
  const std::string origin = shown(run.config());
  const Json stored_options = required<Json>(found.config, "options", origin);
  take_options(command, invocation, stored_options, origin);
  agree_to_features(command);
  const std::string data = data_given.empty() ? required<std::string>(found.config, "data", origin) : data_given;
  const Dataset dataset = open_its_data(command, data, found.config, run, ranks);
  check_agreement(ranks, facts_of(command.all, dataset));
  const TrainPlan plan = plan_of_ranks(command.all, fs::absolute(data).lexically_normal().native(), dataset, ranks);
  describe_data(data, dataset, plan.options.data.cache_limit);
  announce_younger_options(stored_options, options_json(plan.options));
  announce_changes(stored_options, options_json(plan.options));
  if (ranks.is_alone()) describe_load(*plan.options.run.threads), describe_other_threads(*plan.options.run.threads);
  const int64_t position = std::max<int64_t>(0, found.position);
  if (const auto total = plan.total_images(); total && position >= *total) {
    note("nothing to do: the run has seen " + counted(position, "image") + " and was to see " + with_commas(*total) +
         "; to train on, add for instance --images " + std::to_string(2 * position));
    return;
  }
  if (command.dry_run) return ranks.is_first() ? print_dry_run(plan, dataset, command.json) : void();
  Console console(command.json, plan.goal(), !ranks.is_first());
  const bool has_checkpoint = found.position >= 0;
  if (!has_checkpoint) {
    if (ranks.is_first()) run.begin_again();
    console.event("the run has no checkpoint yet: it begins again",
                  {{"event", "start"}, {"run", shown(run.path())}, {"config", config_json(plan)}});
  } else {
    announce_resume(console, plan, run, position, invocation.is_given("time"));
  }
  train(plan, dataset, run, has_checkpoint, console, ranks.group);
  if (ranks.is_first() && !command.json) say_what_next(run, data);
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
      "On --resume what does not change the training may be given anew: length, cadences, device, threads, cache, what "
      "is\n"
      "kept, written or shown. Nothing else.\n"
      "Defaults shown are those of --preset default; other presets say otherwise: `dcgan presets`.";
  verb.positionals = {{"DATA", kDataKinds, false}};
  const auto shown_command = std::make_shared<TrainCommand>();
  set_all(fields_of(shown_command->all), preset_named("default").options);  // what a plain run uses mostly
  verb.fields = fields_of(*shown_command);
  verb.run = [shown_command](const Invocation& invocation) {
    TrainCommand command;
    set_all(fields_of(command), invocation.given);
    if (!command.json && !command.dry_run) do_without_standard_output();
    with_ranks(command.all, [&](Ranks& ranks) {
      Start start;
      if (command.resume_auto) start = start_or_resume(command, !invocation.positionals.empty(), ranks);
      if (command.resume_auto) command.resume = start.goes_on;
      if (command.resume) return resume_run(command, invocation, ranks, std::move(start));
      if (invocation.positionals.empty())
        throw UsageError("DATA is missing: the folder of pictures to train on", "say `dcgan train PHOTOS/`");
      start_run(invocation, ranks, std::move(start));
    });
  };
  return verb;
}

}  // namespace dcgan
