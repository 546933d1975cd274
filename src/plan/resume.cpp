#include "plan/resume.hpp"

#include <algorithm>
#include <utility>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "exchange/generator.hpp"
#include "plan/plan.hpp"
#include "plan/presets.hpp"

namespace dcgan {
namespace {

bool may_change(const std::string& key) {
  AllOptions options;
  const Fields fields = fields_of(options);
  const Field* field = find_field(fields, key);
  return field && field->may_change;
}

/// Throws Error when it is no config of a run, or of another version.
Json read_config(const RunDirectory& run) {
  const std::string origin = shown(run.config());
  Json config = read_json_file(run.config());
  if (!config.is_object() || config.value("format", Json()) != "dcgan-run")
    throw Error("'" + origin + "' is not a config of a run");
  if (const Json version = config.value("version", Json()); version != kRunVersion)
    throw OtherVersion("'" + origin + "' is of version " + compact(version) + " of a run, and this program knows " +
                           std::to_string(kRunVersion),
                       "go on with the program that began it");
  return config;
}

void check_same_run(const Json& config, const CheckpointHead& head, const std::string& origin) {
  if (head.data_identity != required<std::string>(config, "data_identity", origin))
    throw Error("'" + origin + "' and the run's checkpoint name different data");
  if (const auto other =
          forbidden_changes(as_meant_then(required<Json>(config, "options", origin)), as_meant_then(head.options));
      !other.empty())
    throw Error("'" + origin + "' and the run's newest checkpoint differ in " + joined(other, ", "),
                "one of them is from another run, or was edited; restore the right one");
}

/// A file to go on from, and what is known of it.
struct Candidate {
  int64_t images = 0;
  fs::path path;
  bool is_best = false;
  CheckpointHead head = {};
  std::string problem = {};      // why it cannot be used, or empty
  bool is_for_a_person = false;  // it is whole, and of another version
};

/// Newest first; of one position the checkpoint before the best state. Reads the whole files.
std::vector<Candidate> candidates_of(const RunDirectory& run) {
  std::vector<Candidate> all;
  for (const int64_t images : run.checkpoints()) all.push_back({images, run.checkpoint(images)});
  for (const int64_t images : run.bests()) all.push_back({images, run.best(images), true});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.images > b.images; });
  return all;
}

/// Sets head or problem.
void look_at(Candidate& one) {
  try {
    one.head = read_head(one.path);
    if (one.head.images != one.images) throw Error("the checkpoint '" + shown(one.path) + "' is of another position");
    ArchiveReader(one.path).read_all("");
  } catch (const OtherVersion& error) {
    one.problem = error.what(), one.is_for_a_person = true;
  } catch (const Error& error) {
    one.problem = error.what();
  }
}

/// The config of a run whose own is damaged, without the path of its data.
Json config_from(const CheckpointHead& head) {
  return {{"format", "dcgan-run"},
          {"version", kRunVersion},
          {"data", ""},
          {"data_identity", head.data_identity},
          {"options", head.options}};
}

}  // namespace

Json as_meant_then(Json stored) {
  if (!stored.is_object()) return stored;
  if (!stored.contains("holdout")) stored["holdout"] = 0;
  if (!stored.contains("grow_images")) {  // version 0.1, or older than presets
    const std::string then = value_or<std::string>(stored, "preset", "default", "options") + "-0.1";
    for (const auto& preset : presets())
      if (preset.name == then) stored["preset"] = then;
  }
  return stored;
}

std::vector<std::string> forbidden_changes(const Json& stored, const Json& asked) {
  std::vector<std::string> changed;
  for (const auto& [key, value] : asked.items())
    if (!may_change(key) && stored.contains(key) && stored[key] != value) changed.push_back("--" + dashed(key));
  return changed;
}

Json resolved_before(const Json& stored, const Json& asked) {
  Json out = Json::object();
  for (const auto& [key, value] : asked.items())
    if (!may_change(key) && stored.contains(key) && (value.is_null() || value == "auto")) out[key] = stored[key];
  return out;
}

CheckpointHead read_head(const fs::path& checkpoint) {
  const ArchiveReader archive(checkpoint);
  const std::string origin = "the checkpoint '" + shown(checkpoint) + "'";
  check_training_version(archive.meta(), origin);
  return {required<int64_t>(archive.meta(), "images", origin), required<double>(archive.meta(), "seconds", origin),
          required<Json>(archive.meta(), "options", origin),
          required<std::string>(archive.meta(), "data_identity", origin)};
}

bool holds_run(const RunDirectory& run) {
  if (RunDirectory::was_begun(run.path()) || !run.checkpoints().empty()) return true;
  try {
    read_config(run);
    return true;
  } catch (const OtherVersion&) {
    return true;
  } catch (const Error&) {
    return false;
  }
}

RunToResume look_at_run(const RunDirectory& run) {
  RunToResume found;
  found.config = read_config(run);
  const auto checkpoints = run.checkpoints();
  if (checkpoints.empty()) return found;
  const CheckpointHead head = [&] {
    try {
      return read_head(run.checkpoint(checkpoints.back()));
    } catch (const Error& error) {
      throw Error(error.what(), error.hint().empty() ? run.hint_to_older_checkpoint() : error.hint());
    }
  }();
  check_same_run(found.config, head, shown(run.config()));
  found.position = checkpoints.back();
  return found;
}

std::optional<RunToResume> look_for_restart(const RunDirectory& run) {
  const std::string origin = shown(run.config());
  std::optional<Json> config;
  std::string damage;
  try {
    config = read_config(run);
    required<std::string>(*config, "data_identity", origin), required<Json>(*config, "options", origin);
  } catch (const OtherVersion&) {
    throw;
  } catch (const Error& error) {
    config.reset(), damage = error.what();
  }
  std::vector<Candidate> passed_over;
  for (Candidate& one : candidates_of(run)) {
    look_at(one);
    try {
      if (one.problem.empty() && config) check_same_run(*config, one.head, origin);
    } catch (const Error& error) {
      one.problem = error.what(), one.is_for_a_person = true;
    }
    if (!one.problem.empty()) {
      passed_over.push_back(std::move(one));
      continue;
    }
    for (const auto& other : passed_over) {
      run.pass_over(other.path);
      warn(other.problem + ": passed over, and called " + shown(other.path.filename()) + ".passed-over now");
    }
    if (one.is_best && !fs::exists(run.checkpoint(one.images))) fs::copy_file(one.path, run.checkpoint(one.images));
    if (!passed_over.empty()) note("the run goes on from '" + shown(run.checkpoint(one.images)) + "', which is whole");
    if (!config) warn(damage + ": its options are taken from the checkpoint '" + shown(one.path) + "'");
    return RunToResume{config ? *config : config_from(one.head), one.images};
  }
  for (const auto& other : passed_over)
    if (other.is_for_a_person)
      throw Error(other.problem,
                  "no checkpoint of the run is one to go on from: restore the right ones, or choose another --run");
  for (const auto& other : passed_over) {
    run.pass_over(other.path);
    warn(other.problem + ": passed over, and called " + shown(other.path.filename()) + ".passed-over now");
  }
  if (!damage.empty()) warn(damage);
  return std::nullopt;
}

}  // namespace dcgan
