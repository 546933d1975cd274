#include "cli/verbs/dry_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

#include "core/platform/cores.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "nn/precision.hpp"
#include "plan/estimate.hpp"
#include "plan/fit.hpp"
#include "plan/milestones.hpp"
#include "plan/presets.hpp"
#include "plan/roofline.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kOfPreset = "preset: ";  // begins the remark on one that the data chose

void print_answer(const char* what, const std::string& text) { std::printf("%-12s%s\n", what, text.c_str()); }

/// What the estimate says, and what follows from it.
struct Cost {
  Estimate estimate;
  double seconds = 0;           // of the run; 0: it has no end
  double to_shapes = 0;         // seconds until grids show shapes
  double to_settled = 0;        // seconds after which little more is gained
  int64_t best_states = 0;      // kept at once
  int64_t disk_bytes = 0;       // checkpoints
  int64_t pixel_bytes = 0;      // decoded pictures
  int64_t available_bytes = 0;  // memory that this process may have in all
};

Cost cost_of(const TrainPlan& plan, const Dataset& dataset) {
  Cost cost;
  cost.estimate = estimate(plan, dataset);
  const auto total = plan.total_images();
  cost.seconds =
      total ? static_cast<double>(*total) / cost.estimate.images_per_second : plan.options.length.time.value_or(0);
  const Milestones images = milestones(plan.network.shape.size());
  cost.to_shapes = images.shapes / cost.estimate.images_per_second;
  cost.to_settled = images.settled / cost.estimate.images_per_second;
  // One more while it is written; with evaluations the best state, and one that has become better since.
  cost.best_states = plan.options.watch.eval_every.value_or(0) > 0 ? 2 : 0;
  cost.disk_bytes = cost.estimate.checkpoint_bytes * (plan.options.run.keep + 1 + cost.best_states);
  const int64_t held_out = dataset.held_out ? dataset.held_out->info().count : 0;
  cost.pixel_bytes = (plan.data_images + held_out) * dataset.pixels->info().image_bytes();
  cost.available_bytes = free_memory() + resident_memory().anonymous;
  return cost;
}

void print_json(const TrainPlan& plan, const Cost& cost) {
  Json out = config_json(plan);
  out["event"] = "plan";
  out["estimate"] = {{"parameters_g", cost.estimate.parameters_g},
                     {"parameters_d", cost.estimate.parameters_d},
                     {"images_per_second", cost.estimate.images_per_second},
                     {"timed_threads", cost.estimate.threads},
                     {"is_rough", cost.estimate.is_rough},
                     {"seconds", cost.seconds > 0 ? Json(cost.seconds) : Json()},
                     {"seconds_to_shapes", cost.to_shapes},
                     {"seconds_to_settled", cost.to_settled},
                     {"memory_bytes", cost.estimate.memory_bytes},
                     {"memory_available_bytes", cost.available_bytes},
                     {"checkpoint_bytes", cost.estimate.checkpoint_bytes},
                     {"disk_bytes", cost.disk_bytes}};
  std::printf("%s\n", compact_ascii(out).c_str());
}

std::string speed_text(const TrainPlan& plan, const Estimate& cost) {
  std::string text = fixed_text(cost.images_per_second, 1) + " images/s, timed just now";
  if (cost.threads != *plan.options.run.threads)
    text += " with " + counted(cost.threads, "thread") + ", since other programs keep cores busy";
  return text + (cost.is_rough ? "; rough, since a step takes long" : "");
}

std::string time_text(const TrainPlan& plan, const Cost& cost) {
  const std::string an_hour =
      counted(static_cast<int64_t>(cost.estimate.images_per_second * 3600), "image") + " an hour";
  if (const auto total = plan.total_images()) return duration_text(cost.seconds) + " for " + counted(*total, "image");
  if (cost.seconds > 0) return duration_text(cost.seconds) + ", as --time says: " + an_hour;
  return "until stopped: " + an_hour + "; for an end add --images or --time";
}

/// Of what is not known to a minute: "30 seconds", "12 minutes", "3 hours", "2 days".
std::string rough_text(double seconds) {
  const auto in = [&](double unit, const char* name) {
    return counted(std::max<int64_t>(1, std::llround(seconds / unit)), name);
  };
  if (seconds < 90) return in(1, "second");
  if (seconds < 5400) return in(60, "minute");
  return seconds < 48 * 3600 ? in(3600, "hour") : in(24 * 3600, "day");
}

/// In words, from runs that were watched: a time alone does not say whether it is enough.
std::vector<std::string> expectation(const Cost& cost) {
  constexpr double kLong = 12 * 3600.0;
  std::vector<std::string> said = {"first shapes after about " + rough_text(cost.to_shapes),
                                   "little more to gain after " + rough_text(cost.to_settled)};
  if (cost.to_settled > kLong) said.push_back("half the --size takes less than a quarter of that");
  return said;
}

std::string memory_text(const TrainPlan& plan, const Cost& cost) {
  const auto bytes = [](int64_t count) { return bytes_text(static_cast<double>(count)); };
  std::string text = bytes(cost.estimate.memory_bytes) + " needed, " + bytes(cost.available_bytes) + " available";
  const std::string& device = plan.options.run.device;
  if (device == "cpu") return text;
  const int64_t need = rough_step_memory(plan.network).need(*plan.options.train.batch);
  return text + "; on " + device + " about " + bytes(need) + " needed, " + bytes(memory_for_training(device)) +
         " available";
}

/// Parts with `between` them, in lines that fit, behind `what`.
void print_parts(const char* what, const std::vector<std::string>& parts, const std::string& between) {
  constexpr size_t kWidth = 66;
  std::string line;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? between : "");
    if (!line.empty() && line.size() + 1 + part.size() > kWidth) {
      print_answer(std::exchange(what, ""), line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + part;
  }
  if (!line.empty()) print_answer(what, line);
}

/// What "auto" came to, without the reasons: a remark is "batch: 64, the default on a CPU".
void print_choices(const std::vector<std::string>& remarks) {
  std::vector<std::string> choices;
  for (const auto& remark : remarks) {
    if (remark.starts_with(kOfPreset)) continue;  // said with what differs from it
    const size_t colon = std::min(remark.find(": "), remark.size());
    std::string one = remark.substr(0, std::min(remark.find(',', colon), remark.find(": ", colon + 1)));
    if (colon < one.size()) one.erase(colon, 1);
    choices.push_back(printable(one));
  }
  print_parts("chosen:", choices, ",");
}

void print_differences(const TrainPlan& plan, const AllOptions& asked) {
  const auto differences = differences_from_preset(plan.options, asked);
  std::string preset = plan.options.preset;
  for (const auto& remark : plan.remarks)
    if (remark.starts_with(kOfPreset)) preset = printable(remark.substr(kOfPreset.size()));
  print_answer("preset:", preset + (differences.empty() ? "; nothing differs from it" : "; other than it says:"));
  print_parts("", differences, "");
}

void print_network(const char* name, const NetworkDescription& network) {
  std::printf("%s: %s\n", name, counted(network.weight_count(), "parameter").c_str());
  for (const auto& layer : network.layers)
    for (const auto& weight : layer.weights()) {
      std::vector<std::string> sides;
      for (const int64_t side : weight.shape) sides.push_back(std::to_string(side));
      std::printf("  %-24s %s\n", weight.name.c_str(), joined(sides, " x ").c_str());
    }
}

void print_rest(const TrainPlan& plan, const Cost& cost) {
  const auto bytes = [](int64_t count) { return bytes_text(static_cast<double>(count)); };
  print_answer("processor:", processor_name());
  print_answer("disk:", bytes(cost.disk_bytes) + " for checkpoints (" + bytes(cost.estimate.checkpoint_bytes) +
                            " each, " + std::to_string(plan.options.run.keep) + " kept" +
                            (cost.best_states > 0 ? " and the best" : "") + ") and generator.pt; decoded pixels " +
                            bytes(cost.pixel_bytes));
  const int64_t batch = *plan.options.train.batch;
  const Roofline least = measure_roofline(plan.network, batch, precision_from(plan.options.train.precision),
                                          at::Device(plan.options.run.device));
  print_answer("at most:", fixed_text(static_cast<double>(batch) / least.seconds(), 1) +
                               " images/s, if convolutions were as fast as matrix products and all else as copies");
  if (!plan.remarks.empty()) std::printf("chosen, and why:\n");
  for (const auto& remark : plan.remarks) std::printf("  %s\n", printable(remark).c_str());
  print_network("generator", plan.network.generator());
  print_network("discriminator", plan.network.discriminator());
  std::printf("options:\n");
  const Json options = printable_json(options_json(plan.options));
  for (const auto& [key, value] : options.items())
    if (!value.is_null())
      std::printf("  %-24s %s\n", dashed(key).c_str(),
                  (value.is_string() ? value.get<std::string>() : compact(value)).c_str());
}

}  // namespace

std::vector<std::string> differences_from_preset(const AllOptions& planned, const AllOptions& asked) {
  AllOptions usual, all = planned, said = asked;
  set_all(fields_of(usual), preset_named(planned.preset).options);
  const Fields before = fields_of(usual), now = fields_of(all), wanted = fields_of(said);
  std::vector<std::string> differences;
  for (const Field& field : now) {
    const bool is_said_already =
        field.name == "preset" || field.name == "images" || field.name == "epochs" || field.name == "time";
    if (field.is_shorthand() || is_said_already) continue;
    const std::string usually = find_field(before, field.name)->text(), text = field.text();
    const bool is_left_open = usually.empty() || usually == "auto";
    const std::string asked_for = find_field(wanted, field.name)->text();
    if (text == usually || (is_left_open && (asked_for.empty() || asked_for == "auto"))) continue;
    differences.push_back(!field.is_flag()                                  ? "--" + field.name + " " + shell_word(text)
                          : text == "true" || field.name.starts_with("no-") ? "--" + field.name
                                                                            : "--no-" + field.name);
  }
  return differences;
}

void print_dry_run(const TrainPlan& plan, const Dataset& dataset, const AllOptions& asked, const DryRunAnswer& answer) {
  const Cost cost = cost_of(plan, dataset);
  if (answer.json) return print_json(plan, cost);
  print_answer("speed:", speed_text(plan, cost.estimate));
  print_answer("time:", time_text(plan, cost));
  print_parts("expect:", expectation(cost), ",");
  print_answer("memory:", memory_text(plan, cost));
  print_differences(plan, asked);
  if (answer.everything) return print_rest(plan, cost);
  print_choices(plan.remarks);
  std::printf("every option, the networks, the disk: add --all\n");
}

}  // namespace dcgan
