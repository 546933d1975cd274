#include "plan/run_place.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"

namespace dcgan {
namespace {

/// What a new run is called by its data.
std::string run_name(const std::string& data) {
  std::string name = without_slash(fs::absolute(data).lexically_normal()).filename().native();
  std::replace(name.begin(), name.end(), ' ', '-');
  return name.empty() ? "data" : name;
}

/// The runs below runs/, the one that was written last first.
std::vector<std::string> runs_here() {
  std::vector<std::pair<fs::file_time_type, std::string>> runs;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("runs", ignored))
    if (is_run_directory(entry.path()))
      runs.emplace_back(fs::last_write_time(RunDirectory(entry.path()).log(), ignored), entry.path().native());
  std::sort(runs.rbegin(), runs.rend());
  std::vector<std::string> names;
  for (auto& run : runs) names.push_back(std::move(run.second));
  return names;
}

std::string newest_run() {
  const auto runs = runs_here();
  if (runs.empty()) throw UsageError("--resume needs the run to go on with", "name it: `dcgan train --resume RUN`");
  note("goes on with '" + shown(runs.front()) + "', the newest below runs/");
  return runs.front();
}

/// The hint where the run that was named is not there.
std::string which_runs_there_are() {
  std::vector<std::string> names;
  for (const auto& run : runs_here()) names.push_back(shell_word(run));
  if (names.empty()) return "name one: `dcgan train --resume RUN`; there is none below runs/";
  return "`dcgan train --resume " + names.front() + "` goes on with the newest below runs/" +
         (names.size() == 1 ? ", the only one" : ", which has " + cut_list(names));
}

/// The run that a file of this name would lie in; "" for none.
std::string run_of_file(const fs::path& path) {
  const fs::path holder = path.parent_path();
  const fs::path folder = holder.filename() == "checkpoints" ? holder.parent_path() : holder;
  return is_run_directory(folder) ? folder.native() : "";
}

void refuse_file_for_resume(const std::string& data) {
  std::error_code ignored;
  const fs::path path(data);
  const fs::path kind = path.extension();
  if (!fs::is_regular_file(path, ignored) || (kind != ".ckpt" && kind != ".pt" && kind != ".json")) return;
  const std::string run = run_of_file(path);
  throw UsageError("--resume takes no file, and '" + printable(data) + "' is not data",
                   "name the run: `dcgan train --resume " + (run.empty() ? "RUN" : shell_word(run)) +
                       "`; it goes on from its newest checkpoint");
}

/// The run of `--resume`: `--run RUN`, RUN in the place of DATA, or neither. `data` is left to be data.
std::string run_to_resume(const TrainCommand& command, std::string& data) {
  if (!data.empty()) refuse_file_for_resume(data);
  if (!command.run.empty()) return command.run;
  if (data.empty()) return newest_run();
  if (is_run_directory(data)) return std::exchange(data, "");
  if (std::error_code ignored; !fs::exists(data, ignored)) {
    const std::string other = run_of_file(data);
    throw UsageError(
        "there is no run '" + printable(data) + "'",
        other.empty() ? which_runs_there_are() : "the run is `dcgan train --resume " + shell_word(other) + "`");
  }
  throw UsageError(
      "--resume needs the run to go on with, and '" + printable(data) + "' is none",
      "name it: `dcgan train --resume RUN`; of data in a new place: `dcgan train DATA --resume --run RUN`");
}

/// The first rank keeps others out of the run.
void hold(RunDirectory& run, const TrainCommand& command, const Ranks& ranks) {
  if (ranks.is_first() && command.lock) run.hold(std::make_shared<DirectoryLock>(run.path()));
}

/// What --resume-auto comes to: the first rank looks, holds what it finds, and tells the others whether it goes on.
std::optional<RunToResume> look_for_run(RunPlace& place, const TrainCommand& command, Ranks& ranks) {
  if (command.run.empty()) throw UsageError("--resume-auto needs the run to go on with", "add --run DIR");
  std::optional<RunToResume> found;
  std::string told = "begins";
  place.run = RunDirectory(command.run);
  if (ranks.is_first() && !RunDirectory::is_free(command.run) && holds_run(place.run)) {
    hold(place.run, command, ranks);
    found = look_for_restart(place.run);
    if (!found && place.data.empty()) found = look_at_run(place.run);
    told = found ? "goes on" : "begins again";
  }
  told = ranks.group->share(told, "--resume-auto");
  place.goes_on = told == "goes on", place.begins_again = told == "begins again";
  return found;
}

/// What all ranks go on with, as the first one has found it.
void tell_what_was_found(RunPlace& place, Ranks& ranks) {
  if (ranks.is_first()) place.run.make_folders();
  const RunToResume& own = place.found;
  const Json told = parse_json(
      ranks.group->share(compact({{"config", own.config}, {"position", own.position}}), "the run to go on with"),
      "rank 0");
  place.found = {required<Json>(told, "config", "rank 0"), required<int64_t>(told, "position", "rank 0")};
  if (place.data.empty()) place.data = required<std::string>(place.found.config, "data", shown(place.run.config()));
}

}  // namespace

RunPlace find_place(const TrainCommand& command, const std::string& data, Ranks& ranks) {
  RunPlace place;
  place.data = data;
  std::optional<RunToResume> found;
  if (command.resume_auto) found = look_for_run(place, command, ranks);
  if (command.resume && !command.resume_auto) place.goes_on = true;
  if (place.goes_on) {
    const std::string name = run_to_resume(command, place.data);
    if (!found) {
      place.run = ranks.is_first() ? RunDirectory::open(name) : RunDirectory(name);
      hold(place.run, command, ranks);
      if (ranks.is_first()) found = look_at_run(place.run);
    }
    if (found) place.found = *found;
    tell_what_was_found(place, ranks);
    return place;
  }
  if (data.empty())
    throw UsageError("DATA is missing: the folder of pictures to train on", "type `dcgan train PHOTOS/`");
  if (is_run_directory(data))
    throw UsageError("'" + printable(data) + "' is a run directory, not data",
                     "to go on with it type `dcgan train --resume " + shell_word(data) + "`");
  place.run = RunDirectory(command.run);
  if (!command.dry_run && !command.run.empty() && ranks.is_first() && !place.begins_again)
    RunDirectory::check_free(command.run);
  return place;
}

void make_place(RunPlace& place, const TrainCommand& command, Ranks& ranks) {
  if (!ranks.is_first()) return;
  RunDirectory& run = place.run;
  if (place.begins_again) {
    note("the run '" + shown(run.path()) + "' came to nothing to go on from: it begins again");
    return run.begin_again();
  }
  run =
      command.run.empty() ? RunDirectory::create_next("runs", run_name(place.data)) : RunDirectory::create(command.run);
  hold(run, command, ranks);
}

}  // namespace dcgan
