// `dcgan train`: options to one immutable plan, then training.
#include <algorithm>
#include <set>

#include "checkpoint/run_directory.hpp"
#include "cli/opening.hpp"
#include "cli/train_layers.hpp"
#include "cli/train_words.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "train/checks.hpp"
#include "train/device.hpp"
#include "train/presets.hpp"
#include "train/run.hpp"
#include "train/warm_start.hpp"

namespace dcgan {
namespace {

std::string run_name(const fs::path& data) {
  fs::path path = data.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "photos/"
  std::string name = path.filename().native();
  std::replace(name.begin(), name.end(), ' ', '-');
  return name.empty() || name == "." || name == ".." ? "data" : name;
}

/// Options that differ and that a run may not change when it goes on. One that `stored` does not have is younger than
/// the run: it may be given.
std::vector<std::string> changed_options(const Json& stored, const Json& asked) {
  static const std::set<std::string> free = {
      "images",     "epochs",         "time",        "log_every", "sample_every", "checkpoint_every",
      "keep",       "device",         "threads",     "cache",     "cache_limit",  "strict",
      "eval_every", "stop_when_flat", "on_collapse", "no_graph",  "deterministic"};
  std::vector<std::string> changed;
  for (const auto& [key, value] : asked.items())
    if (!free.contains(key) && stored.contains(key) && stored[key] != value) changed.push_back("--" + dashed(key));
  return changed;
}

void announce_younger_options(const Json& stored, const Json& now) {
  for (const auto& [key, value] : now.items())
    if (!stored.contains(key))
      note("--" + dashed(key) + " is younger than the run: from here on it is " + compact(value));
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
  if (is_run_directory(path))
    throw UsageError("'" + printable(data) + "' is a run directory, not data",
                     "say `dcgan train --resume --run " + printable(data) + "`");
  if (fs::is_regular_file(path, ignored) &&
      (path.extension() == ".ckpt" || path.extension() == ".pt" || path.extension() == ".json")) {
    const fs::path folder =
        path.parent_path().filename() == "checkpoints" ? path.parent_path().parent_path() : path.parent_path();
    throw UsageError("--resume takes no file, and '" + printable(data) + "' is no data",
                     "name the run: `dcgan train --resume --run " + (is_run_directory(folder) ? shown(folder) : "RUN") +
                         "`; it goes on from its newest checkpoint");
  }
}

Dataset open_with_progress(const std::string& path, const AllOptions& options) {
  DecodeLine line;
  return open_dataset(path, options.data, options.run.threads.value_or(usable_cores()), line.progress());
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

void start_run(const Invocation& invocation) {
  const std::string data = invocation.positional(0);
  TrainCommand command = layered(invocation, "auto");
  if (command.all.preset != "auto") command = layered(invocation, preset_named(command.all.preset).name);
  if (is_run_directory(data))
    throw UsageError("'" + printable(data) + "' is a run directory, not data",
                     "to go on with it say `dcgan train --resume --run " + printable(data) + "`");
  if (command.all.preset != "auto" && command.all.init_from != "none")
    check_preset(command.all.preset, command.all.init_from);
  shape_plan(command.all.data.size);  // cheap checks before data is decoded
  check_before_data(command, invocation);
  std::vector<std::string> ignored;
  const bool on_gpu = resolve_device(command.all.run.device, ignored) != "cpu";
  check_one_length(command.all.length);
  if (!command.dry_run && !command.run.empty()) RunDirectory::check_free(command.run);
  const Dataset dataset = open_with_progress(data, command.all);
  if (command.all.preset == "auto") {
    const auto& info = dataset.pixels->info();
    const PresetChoice choice = choose_preset({info.count, info.size, command.all.train.conditional, on_gpu});
    command = layered(invocation, choice.name);
    check_training(command.all);
    note("preset: " + choice.name + " (" + choice.why + ")");
  }
  check_in_vain(invocation.given, command.all);
  const std::string absolute = fs::absolute(data).lexically_normal().native();
  const TrainPlan plan = make_plan(command.all, absolute, dataset);
  if (command.all.init_from != "none") check_same_networks(plan.network, command.all.init_from);
  describe_data(data, dataset, plan.options.data.cache_limit);
  for (const auto& remark : plan.remarks) note(remark);
  describe_load(*plan.options.run.threads);
  if (command.dry_run) return print_dry_run(plan, dataset, command.json);
  const RunDirectory run =
      command.run.empty() ? RunDirectory::create_next("runs", run_name(data)) : RunDirectory::create(command.run);
  const DirectoryLock lock(run.path());
  Console console(command.json, plan.goal());
  console.event("run " + shown(run.path()),
                {{"event", "start"}, {"run", shown(run.path())}, {"config", config_json(plan)}});
  try {
    train(plan, dataset, run, false, console);
  } catch (...) {
    run.remove_if_unused();
    throw;
  }
}

void resume_run(TrainCommand& command, const Invocation& invocation) {
  const std::string data_given = invocation.positional(0);
  refuse_file_for_resume(data_given);
  if (command.run.empty()) throw UsageError("--resume needs the run to go on with", "add --run DIR");
  const RunDirectory run = RunDirectory::open(command.run);
  const DirectoryLock lock(run.path());
  const std::string origin = shown(run.config());
  const Json config = parse_json(read_file(run.config()), origin);
  if (!config.is_object() || config.value("format", Json()) != "dcgan-run")
    throw Error("'" + origin + "' is no config of a run");
  const Json stored_options = required<Json>(config, "options", origin);
  set_from_json(fields_of(command.all), stored_options, "'" + origin + "'");
  if (!stored_options.contains("preset")) command.all.preset = "default";  // older than presets
  apply_layers(command, invocation, "auto");
  check_one_length(command.all.length);
  if (const auto changed = changed_options(stored_options, options_json(command.all)); !changed.empty())
    throw UsageError(joined(changed, ", ") + " cannot change when a run goes on",
                     "leave it out to keep the run's own value, or start a new run");

  const auto checkpoints = run.checkpoints();
  const std::string identity = required<std::string>(config, "data_identity", origin);
  if (!checkpoints.empty()) {
    const CheckpointHead head = [&] {
      try {
        return read_head(run.checkpoint(checkpoints.back()));
      } catch (const Error& error) {
        throw Error(error.what(), error.hint().empty() ? run.hint_to_older_checkpoint() : error.hint());
      }
    }();
    if (head.data_identity != identity) throw Error("'" + origin + "' and the run's checkpoint name different data");
    if (const auto other = changed_options(stored_options, head.options); !other.empty())
      throw Error("'" + origin + "' and the run's newest checkpoint differ in " + joined(other, ", "),
                  "one of them is from another run, or was edited; bring the right one back");
  }
  const std::string data = data_given.empty() ? required<std::string>(config, "data", origin) : data_given;
  std::error_code ignored;
  if (!fs::exists(data, ignored))
    throw UsageError(
        "the run's data '" + printable(data) + "' is not there",
        "if it moved, name its new place: `dcgan train NEW_PLACE --resume --run " + shown(run.path()) + "`");
  const Dataset dataset = open_with_progress(data, command.all);
  if (dataset.pixels->info().identity != identity)
    throw UsageError("the pictures in '" + printable(data) +
                         "' are not those the run was trained on: " + counted(dataset.pixels->info().count, "picture") +
                         " here, " + counted(config.value("data_images", int64_t{0}), "picture") + " then",
                     "bring the old ones back, or start a new run");
  const TrainPlan plan = make_plan(command.all, fs::absolute(data).lexically_normal().native(), dataset);
  describe_data(data, dataset, plan.options.data.cache_limit);
  announce_younger_options(stored_options, options_json(plan.options));
  announce_changes(stored_options, options_json(plan.options));
  describe_load(*plan.options.run.threads);
  const int64_t position = checkpoints.empty() ? 0 : checkpoints.back();
  if (const auto total = plan.total_images(); total && position >= *total) {
    note("nothing to do: the run has seen " + counted(position, "image") + " and was to see " + with_commas(*total) +
         "; to train on, add for instance --images " + std::to_string(2 * position));
    return;
  }
  if (command.dry_run) return print_dry_run(plan, dataset, command.json);
  Console console(command.json, plan.goal());
  if (checkpoints.empty()) {
    run.cut_back_to(0);
    fs::remove(run.log(), ignored);
    console.event("the run has no checkpoint yet: it begins again",
                  {{"event", "start"}, {"run", shown(run.path())}, {"config", config_json(plan)}});
  } else {
    const auto time = plan.options.length.time;
    const bool is_time_given = invocation.is_given("time");
    console.event("run " + shown(run.path()) + " goes on at " + counted(position, "image") +
                      (time ? ", for " + duration_text(*time) +
                                  (is_time_given ? "" : ", as it was begun (--time auto: until Ctrl-C)")
                            : ""),
                  {{"event", "resume"}, {"run", shown(run.path())}, {"images", position}});
  }
  train(plan, dataset, run, !checkpoints.empty(), console);
}

}  // namespace

Verb train_verb() {
  Verb verb;
  verb.name = "train";
  verb.help = "train on a folder of pictures, or a data set in one file";
  verb.details =
      "DATA: pictures, flat or a subfolder a class, any depth; a pack (`dcgan data pack`), ZIP archive, IDX or CIFAR "
      "file.\n"
      "Numbers of images take k and M (--images 200k); times take s, m and h (--time 10m).\n"
      "Stop with Ctrl-C: everything is saved; go on with `dcgan train --resume --run DIR`.\n"
      "On --resume the length, cadences, device and threads may be given anew, nothing else.\n"
      "Defaults shown are those of --preset default; other presets say otherwise: `dcgan presets`.";
  verb.positionals = {{"DATA", "folder of pictures, pack, ZIP archive, IDX or CIFAR file", false}};
  const auto shown_command = std::make_shared<TrainCommand>();
  set_all(fields_of(shown_command->all), preset_named("default").options);  // what a plain run uses mostly
  verb.fields = fields_of(*shown_command);
  verb.run = [shown_command](const Invocation& invocation) {
    TrainCommand command;
    set_all(fields_of(command), invocation.given);
    if (command.resume) return resume_run(command, invocation);
    if (invocation.positionals.empty())
      throw UsageError("DATA is missing: the folder of pictures to train on", "say `dcgan train PHOTOS/`");
    start_run(invocation);
  };
  return verb;
}

}  // namespace dcgan
