#include "cli/verbs/train_messages.hpp"

#include <cstdio>

#include "cli/model_options.hpp"
#include "core/log.hpp"
#include "core/platform/cores.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "plan/estimate.hpp"

namespace dcgan {

void describe_data(const std::string& path, const Dataset& dataset, double cache_limit) {
  const auto& info = dataset.pixels->info();
  const std::string held_out =
      dataset.held_out ? " to train on, " + with_commas(dataset.held_out->info().count) + " held out," : "";
  note("data: " + counted(info.count, "image") + held_out +
       (info.classes.empty() ? "" : " in " + counted(static_cast<int64_t>(info.classes.size()), "class", "classes")) +
       " from " + printable(path) + ", " + to_text(info.size) + " px, " + counted(info.channels, "channel"));
  if (!dataset.cached_at.empty() && dataset.kind != "pack")
    note("data: decoded pixels are " + std::string(dataset.was_cached ? "" : "now ") + "kept in " + dataset.cached_at +
         " (the folder is limited to " + number_text(cache_limit) + " GB, see --cache)");
  for (const auto& remark : dataset.remarks) warn(remark);
  warn_of_skipped(info);
}

void describe_load(int64_t threads) {
  const Cores& cores = cores_at_start();
  if (threads > cores.usable())
    return note("threads: " + std::to_string(threads) + " on " + counted(cores.usable(), "core") +
                " wait for one another: --threads " + std::to_string(cores.usable()) + " is much faster");
  if (threads <= cores.idle()) return;
  note("load: other programs keep " + fixed_text(cores.taken, 1) + " of " + counted(cores.in_mask, "core") +
       " busy, and " + counted(threads, "thread") + " wait for one another: beside them --threads " +
       std::to_string(cores.idle()) + " may be many times as fast");
}

void describe_other_threads(int64_t threads) {
  const int64_t asked = threads_asked_by_environment();
  if (asked > 0 && asked != threads)
    note("threads: " + std::to_string(threads) + ", as the run has them, so that it goes on bit for bit; --threads " +
         std::to_string(asked) + " follows OMP_NUM_THREADS instead");
}

void print_dry_run(const TrainPlan& plan, const Dataset& dataset, bool json) {
  const Estimate cost = estimate(plan, dataset);
  const auto total = plan.total_images();
  const double seconds =
      total ? static_cast<double>(*total) / cost.images_per_second : plan.options.length.time.value_or(0);
  // One more while it is written; with evaluations the best state, and one that has become better since.
  const int64_t best_states = plan.options.watch.eval_every.value_or(0) > 0 ? 2 : 0;
  const int64_t disk = cost.checkpoint_bytes * (plan.options.run.keep + 1 + best_states);
  const int64_t held_out = dataset.held_out ? dataset.held_out->info().count : 0;
  if (json) {
    Json out = config_json(plan);
    out["event"] = "plan";
    out["estimate"] = {{"parameters_g", cost.parameters_g},
                       {"parameters_d", cost.parameters_d},
                       {"images_per_second", cost.images_per_second},
                       {"timed_threads", cost.threads},
                       {"is_rough", cost.is_rough},
                       {"seconds", seconds > 0 ? Json(seconds) : Json()},
                       {"memory_bytes", cost.memory_bytes},
                       {"checkpoint_bytes", cost.checkpoint_bytes},
                       {"disk_bytes", disk}};
    std::printf("%s\n", compact_ascii(out).c_str());
    return;
  }
  const Json options = printable_json(options_json(plan.options));
  for (const auto& [key, value] : options.items())
    if (!value.is_null())
      std::printf("  %-24s %s\n", dashed(key).c_str(),
                  (value.is_string() ? value.get<std::string>() : compact(value)).c_str());
  std::printf("parameters: generator %s, discriminator %s\n", with_commas(cost.parameters_g).c_str(),
              with_commas(cost.parameters_d).c_str());
  std::printf("speed:      %s images/s, timed just now%s%s (%s)\n", fixed_text(cost.images_per_second, 1).c_str(),
              cost.threads != *plan.options.run.threads
                  ? (" with " + counted(cost.threads, "thread") + ", since other programs keep cores busy").c_str()
                  : "",
              cost.is_rough ? "; rough, since a step takes long" : "", processor_name().c_str());
  std::printf("time:       %s\n",
              seconds > 0 ? (duration_text(seconds) + (total ? " for " + counted(*total, "image") : "")).c_str()
                          : "until stopped; add --images, --epochs or --time");
  std::printf("an hour:    %s\n", counted(static_cast<int64_t>(cost.images_per_second * 3600), "image").c_str());
  std::printf("memory:     %s\n", bytes_text(double(cost.memory_bytes)).c_str());
  std::printf("disk:       %s for checkpoints (%s each, %lld kept%s) and generator.pt; decoded pixels %s\n",
              bytes_text(double(disk)).c_str(), bytes_text(double(cost.checkpoint_bytes)).c_str(),
              static_cast<long long>(plan.options.run.keep), best_states > 0 ? " and the best" : "",
              bytes_text(double((plan.data_images + held_out) * dataset.pixels->info().image_bytes())).c_str());
}

void say_what_next(const RunDirectory& run, const std::string& data) {
  const std::string name = shown(run.path()), word = shell_word(run.path().native());
  std::printf(
      "grids are in %s/samples, what it has learned in %s/generator.pt; next:\n"
      "  dcgan sample %s --out sheet.png --count 100\n"
      "  dcgan report %s\n"
      "  dcgan eval %s --data %s\n"
      "  dcgan train --resume %s --time 10m\n",
      name.c_str(), name.c_str(), word.c_str(), word.c_str(), word.c_str(), shell_word(data).c_str(), word.c_str());
}

}  // namespace dcgan
