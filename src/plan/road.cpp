#include "plan/road.hpp"

#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/platform/cores.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "eval/features.hpp"
#include "exchange/program_consent.hpp"
#include "plan/checks.hpp"
#include "plan/fit.hpp"
#include "plan/presets.hpp"
#include "plan/warm_start.hpp"
#include "step/device.hpp"

namespace dcgan {
namespace {

/// With --preset auto, flags are checked before pictures are read under the preset that accepts most of those that the
/// data may choose: this one turns augmentation on, which other options need (tests/plan/presets_test).
constexpr char kMostPermissive[] = "small-data";
/// The preset whose networks are the narrowest at large sizes: what has no room in this one has none in any.
constexpr char kNarrowest[] = "default";

/// --run-code: the network of --eval-features may be run, now and whenever the run goes on.
void agree_to_features(const TrainCommand& command, const AllOptions& options) {
  const std::string& name = options.watch.eval_features;
  if (command.run_code && !is_own_features(name)) agree_to_run_file(name);
}

/// The first rank of a host opens its data, and decodes them into the cache; the others wait.
Dataset open_in_turn(const std::string& path, const AllOptions& options, Ranks& ranks, const OpenData& open) {
  const auto open_here = [&] {
    return open(path, options.data, options.run.threads.value_or(automatic_threads().count));
  };
  std::optional<Dataset> dataset;
  if (ranks.is_first_of_host()) dataset.emplace(open_here());
  ranks.group->gather("", "opening the data", Patience::kWhileAlive);
  if (!dataset) dataset.emplace(open_here());
  return std::move(*dataset);
}

/// What all ranks must have in common.
void check_ranks_agree(Ranks& ranks, const AllOptions& options, const Dataset& dataset) {
  Json facts = options_json(options);
  facts.erase("device"), facts.erase("threads");
  facts["version of dcgan"] = kVersionText;
  facts["data"] = dataset.pixels->info().identity;
  check_agreement(ranks, facts);
}

/// The first rank's plan, which others hold but for their own device and threads. `options` has this rank's device.
TrainPlan plan_of_ranks(AllOptions options, const std::string& data, const Dataset& dataset, Ranks& ranks) {
  const std::string path = fs::absolute(data).lexically_normal().native();
  if (ranks.is_alone()) return make_plan(std::move(options), path, dataset);
  std::vector<std::string> remarks;
  if (!options.run.threads) {
    ranks.group->gather("", "looking at the cores");  // from here on all are idle, so what is busy is others'
    const ThreadChoice choice = automatic_threads_of(ranks.launch.local_size);
    options.run.threads = choice.count;
    remarks.push_back("threads: " + choice.said);
  }
  if (ranks.is_first()) {
    TrainPlan plan = make_plan(std::move(options), path, dataset);
    check_shares(ranks, *plan.options.train.batch, plan.options.train.schedule.accumulate);
    ranks.group->share(compact(options_json(plan.options)), "the plan", Patience::kWhileAlive);
    plan.remarks.insert(plan.remarks.begin(), remarks.begin(), remarks.end());
    return plan;
  }
  const std::string device = options.run.device;
  const auto threads = options.run.threads;
  const Json shared = parse_json(ranks.group->share("", "the plan", Patience::kWhileAlive), "rank 0's plan");
  set_from_json(fields_of(options), shared, "rank 0's plan");
  options.run.device = device, options.run.threads = threads;
  return make_plan(std::move(options), path, dataset);
}

/// The data that the run goes on with: its own, wherever they lie now. Throws UsageError for others.
Dataset open_its_own(const RunPlace& place, const AllOptions& options, Ranks& ranks, const OpenData& open) {
  const std::string origin = shown(place.run.config()), word = shell_word(place.run.path().native());
  const Json& config = place.found.config;
  const auto identity = required<std::string>(config, "data_identity", origin);
  if (place.data.empty())
    throw UsageError("DATA is missing: where the run's pictures are was lost with its config.json",
                     "name it: `dcgan train DATA --resume-auto --run " + word + "`");
  std::error_code ignored;
  if (!fs::exists(place.data, ignored))
    throw UsageError("the run's data '" + printable(place.data) + "' is missing",
                     "if it moved, name its new place: `dcgan train NEW_PLACE --resume --run " + word + "`");
  Dataset dataset = open_in_turn(place.data, options, ranks, open);
  const auto& info = dataset.pixels->info();
  if (info.identity != identity)
    throw UsageError("the pictures in '" + printable(place.data) +
                         "' are not those the run was trained on: " + counted(info.count, "picture") + " here, " +
                         counted(value_or<int64_t>(config, "data_images", 0, origin), "picture") + " then",
                     "restore the old ones, or start a new run");
  return dataset;
}

/// What is new to the run, and what ends bit equality. Both sides are resolved: "auto" may well mean what was stored.
std::vector<std::string> differences(const Json& stored, const Json& now) {
  std::vector<std::string> said;
  const Json usual = options_json(AllOptions());  // as it was before there was a choice
  for (const auto& [key, value] : now.items())
    if (!stored.contains(key) && value != usual[key])
      said.push_back("--" + dashed(key) + " is newer than the run: from here on it is " + compact(value));
  for (const char* key : {"threads", "device", "deterministic"})
    if (stored.value(key, Json()) != now.value(key, Json()))
      said.push_back(std::string(key) + " changes from " + compact(stored.value(key, Json())) + " to " +
                     compact(now.value(key, Json())) +
                     ": from here on the run no longer equals one left alone bit for bit");
  return said;
}

/// For before pictures are read: networks of this size, of one colour, since the pictures may be gray.
void check_size_fits(const AllOptions& options, const std::string& device) {
  NetworkPlan least{options.network, shape_plan(options.data.size), 1};
  least.options.resolve_widths(options.data.size, device == "cpu");
  check_room_for_two(least, device);
}

/// With which weights the networks of a new run begin. The options keep "auto", which means another file elsewhere.
void resolve_beginning(TrainPlan& plan) {
  const std::string& asked = plan.options.init_from;
  if (plan.options.names_a_model()) {
    check_same_networks(plan.network, asked);
    plan.beginning = asked;
  } else if (asked == "auto") {
    plan.beginning = shipped_beginning(plan.network);
    if (plan.beginning)
      plan.remarks.push_back("init-from: " + shown(*plan.beginning) +
                             ", a model of photographs, since few pictures are learned better from there");
  }
}

}  // namespace

PlannedRun plan_new_run(const TrainCommand& command, const Given& flags, const RunPlace& place, Ranks& ranks,
                        const OpenData& open) {
  // Flags, and the files that they name. No preset says which data, or on which device.
  const OptionLevels levels(flags, false);
  const bool is_automatic = levels.preset() == "auto";
  AllOptions options = levels.over(is_automatic ? kMostPermissive : levels.preset());
  if (!is_automatic && options.names_a_model()) check_preset(options.preset, options.init_from);
  if (options.names_a_model()) check_can_freeze(options.train.freeze_d, options.init_from);
  agree_to_features(command, options);
  shape_plan(options.data.size);  // throws for a size that no network has
  check_training(options);        // before a picture is read
  std::vector<std::string> remarks;
  const std::string device = device_of_rank(options.run.device, ranks.launch, remarks);

  check_size_fits(is_automatic ? levels.over(kNarrowest) : options, device);

  // Facts of the data.
  Dataset dataset = open_in_turn(place.data, options, ranks, open);
  check_ranks_agree(ranks, options, dataset);
  const PixelsInfo& info = dataset.pixels->info();

  // The data choose the preset: the levels over that one.
  if (is_automatic) {
    const PresetChoice choice = choose_preset({info.count, info.size, options.train.conditional, device != "cpu"});
    options = levels.over(choice.name);
    remarks.insert(remarks.begin(), "preset: " + choice.name + " (" + choice.why + ")");
  }
  AllOptions asked = options;
  options.run.device = device;

  // Checks, and the plan.
  check_useless_options(flags, options);
  TrainPlan plan = plan_of_ranks(options, place.data, dataset, ranks);
  if (ranks.is_first()) resolve_beginning(plan);
  plan.remarks.insert(plan.remarks.begin(), remarks.begin(), remarks.end());
  return {std::move(plan), std::move(dataset), std::move(asked)};
}

PlannedRun plan_to_go_on(const TrainCommand& command, const Given& flags, const RunPlace& place, Ranks& ranks,
                         const OpenData& open) {
  const std::string origin = shown(place.run.config());
  const Json stored = required<Json>(place.found.config, "options", origin);
  const OptionLevels levels(flags, true);
  AllOptions options = levels.over_stored(stored, origin);
  agree_to_features(command, options);
  Dataset dataset = open_its_own(place, options, ranks, open);
  check_ranks_agree(ranks, options, dataset);
  // The GPU of the first rank, or of a run that was alone, is not each one's.
  if (!ranks.is_alone() && options.run.device.starts_with("cuda:") && options.run.device == stored.value("device", ""))
    options.run.device = "cuda";
  std::vector<std::string> ignored;  // what changes is said below
  options.run.device = device_of_rank(options.run.device, ranks.launch, ignored);
  TrainPlan plan = plan_of_ranks(options, place.data, dataset, ranks);
  plan.remarks = differences(stored, options_json(plan.options));
  return {std::move(plan), std::move(dataset), levels.over(options.preset)};
}

}  // namespace dcgan
