#include "plan/plan.hpp"

#include "core/error.hpp"
#include "core/platform/cores.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "dataset/classes.hpp"
#include "eval/trained_features.hpp"
#include "plan/cadence.hpp"
#include "plan/checks.hpp"
#include "plan/fit.hpp"
#include "plan/precision_choice.hpp"
#include "step/objective.hpp"
#include "step/schedule.hpp"

namespace dcgan {

namespace {

/// What the pictures decide.
void resolve_pictures(AllOptions& options, const Dataset& dataset, std::vector<std::string>& remarks) {
  const PixelsInfo& info = dataset.pixels->info();
  if (!options.data.holdout) {
    options.data.holdout = dataset.held_out ? kUsualHoldout : 0;
    if (dataset.held_out)
      remarks.push_back("holdout: " + number_text(kUsualHoldout) +
                        ", so that figures are about pictures that are new; " +
                        with_commas(dataset.held_out->info().count) + " of them");
  }
  if (options.data.channels == "auto") {
    options.data.channels = channels_name(info.channels);
    remarks.push_back("channels: " + options.data.channels +
                      (info.channels == 1 ? ", every picture is gray" : ", the pictures have colours"));
  }
  if (options.data.size != info.size) {
    options.data.size = info.size;
    remarks.push_back("size: " + to_text(info.size) + ", as the pack holds the pictures");
  }
}

/// How fast augmentation comes, by how often each picture is seen.
void resolve_augmentation(AugmentOptions& augment, int64_t pictures, std::vector<std::string>& remarks) {
  constexpr int64_t kViews = 50;
  if (augment.augment_rise) return;
  augment.augment_rise = augment.kinds().any() && !augment.adaptive() ? kViews * pictures : 0;
  if (*augment.augment_rise > 0)
    remarks.push_back("augment-rise: " + std::to_string(*augment.augment_rise) + ", " + std::to_string(kViews) +
                      " views of each picture");
}

/// What the loss decides.
void resolve_game(AllOptions& options, std::vector<std::string>& remarks) {
  auto& objective = options.train.objective;
  objective = resolve_objective(objective);
  if (options.network.norm_d == "auto" && has_penalty(objective)) {
    options.network.norm_d = "none";
    remarks.push_back("norm-d: none, for the penalty on D's gradient");
  }
  if (*objective.gradient_penalty > 0 && (objective.r1 > 0 || objective.r2 > 0))
    remarks.push_back("penalties: --r1 " + number_text(objective.r1) + " and --r2 " + number_text(objective.r2) +
                      " stay beside --gradient-penalty " + number_text(*objective.gradient_penalty) +
                      "; without them: --r1 0 --r2 0");
  options.network.resolve();
}

/// How wide the networks are.
void resolve_widths(NetworkOptions& network, Size size, bool on_cpu, std::vector<std::string>& remarks) {
  const auto asked = network.base_channels;
  network.resolve_widths(size, on_cpu);
  const auto remark = [&](const std::optional<int64_t>& width, const std::optional<int64_t>& now, const char* name) {
    if (!width)
      remarks.push_back(std::string(name) + ": " + std::to_string(*now) + ", for " + to_text(size) + " pixels on a " +
                        (on_cpu ? "CPU" : "GPU"));
  };
  remark(asked.generator, network.base_channels.generator, "base-channels-g");
  remark(asked.discriminator, network.base_channels.discriminator, "base-channels-d");
}

/// At which smaller sizes the networks begin.
void resolve_growth(ScheduleOptions& schedule, const NetworkPlan& network, std::vector<std::string>& remarks) {
  constexpr int64_t kImages = 100'000;
  if (schedule.grow_images) return;
  const int64_t sizes = smaller_sizes(network, schedule);
  schedule.grow_images = sizes > 0 ? kImages : 0;
  if (sizes == 0) return;
  const Size whole = network.shape.size();
  remarks.push_back("grow-images: " + std::to_string(kImages) + ", first at " +
                    to_text(Size{whole.width >> sizes, whole.height >> sizes}) + " pixels" +
                    (sizes > 1 ? ", then at twice as many each" : ""));
}

/// What the machine decides.
void resolve_machine(RunOptions& run, std::vector<std::string>& remarks) {
  const bool on_cpu = run.device == "cpu";
  if (!run.threads) {
    run.threads = automatic_threads().count;
    remarks.push_back("threads: " + automatic_threads().said);
  }
  const auto choose = [&](std::optional<int64_t>& value, const char* name, int64_t cpu, int64_t gpu) {
    if (value) return;
    value = on_cpu ? cpu : gpu;
    remarks.push_back(std::string(name) + ": " + std::to_string(*value) + ", the default on a " +
                      (on_cpu ? "CPU" : "GPU"));
  };
  choose(run.sample_every, "sample-every", 10'000, 100'000);
  choose(run.checkpoint_every, "checkpoint-every", 25'000, 500'000);
}

/// By which network a run measures itself, with how many images, and when.
void resolve_watch(WatchOptions& watch, const NetworkPlan& network, int64_t pictures, Precision precision, bool on_cpu,
                   std::vector<std::string>& remarks) {
  constexpr int64_t kFewest = 2, kSamples = 2'000, kReal = 4'000, kRealOfRandom = 10'000;
  if (watch.eval_every != 0 && pictures < kFewest) {
    watch.eval_every = 0;
    remarks.push_back("eval-every: 0, since " + counted(pictures, "picture") + " cannot be compared with anything");
  }
  if (watch.eval_features == "auto") {
    watch.eval_features = trained_features_file() ? "trained" : "random-a";
    if (watch.eval_features == "random-a" && watch.eval_every != 0)
      remarks.push_back("eval-features: random-a, since " + missing_trained_features() +
                        ". Its figures rank states of one run; how good the images are they cannot say");
  }
  if (!watch.eval_samples) watch.eval_samples = kSamples;
  if (!watch.eval_real) watch.eval_real = watch.eval_features.starts_with("random") ? kRealOfRandom : kReal;
  if (watch.eval_every) return;
  watch.eval_every =
      usual_eval_every(evaluation_cost(network, watch.eval_features, precision, on_cpu), *watch.eval_samples, on_cpu);
  remarks.push_back("eval-every: " + std::to_string(*watch.eval_every) + ", a twentieth of the time at most");
}

/// What time and memory decide.
void resolve_cost(AllOptions& options, const NetworkPlan& network, int64_t pictures,
                  std::vector<std::string>& remarks) {
  const bool on_cpu = options.run.device == "cpu";
  options.train.precision =
      resolve_precision(options.train.precision, options.run.device, network, *options.run.threads, remarks);
  resolve_watch(options.watch, network, pictures, precision_from(options.train.precision), on_cpu, remarks);
  const int64_t usual = on_cpu ? 64 : 128;
  const int64_t batch = fitting_batch(options.train.batch, usual, network, options.train, options.run, remarks);
  if (!options.train.batch && batch == usual)
    remarks.push_back("batch: " + std::to_string(batch) + ", the default on a " + (on_cpu ? "CPU" : "GPU"));
  options.train.batch = batch;
}

}  // namespace

std::optional<int64_t> TrainPlan::total_images() const {
  if (options.length.images) return options.length.images;
  if (options.length.epochs) return *options.length.epochs * data_images;
  return std::nullopt;
}

TrainPlan make_plan(AllOptions options, const std::string& data_path, const Dataset& dataset) {
  check_one_length(options.length);
  check_training(options);
  TrainPlan plan;
  const auto& info = dataset.pixels->info();
  check_class_balanced(*dataset.pixels, options.data);
  plan.data = data_path;
  plan.data_identity = info.identity;
  plan.data_images = info.count;
  if (options.preset == "auto") options.preset = "default";  // nobody chose one: every option says its own
  resolve_pictures(options, dataset, plan.remarks);
  resolve_augmentation(options.train.augment, info.count, plan.remarks);
  resolve_game(options, plan.remarks);
  resolve_machine(options.run, plan.remarks);
  resolve_widths(options.network, options.data.size, options.run.device == "cpu", plan.remarks);
  plan.network = {options.network, shape_plan(options.data.size), info.channels};
  if (options.train.conditional) {
    check_classes(*dataset.pixels, options.names_a_model() ? "the conditional model of --init-from" : "--conditional");
    plan.network.classes = static_cast<int64_t>(info.classes.size());
    for (const auto& name : info.classes) plan.network.class_names.push_back(printable(name));
  }
  resolve_growth(options.train.schedule, plan.network, plan.remarks);
  resolve_cost(options, plan.network, plan.data_images, plan.remarks);
  plan.options = std::move(options);
  check_resolved(plan);
  return plan;
}

Json options_json(AllOptions options) { return to_json(fields_of(options)); }

Json config_json(const TrainPlan& plan) {
  return {{"format", "dcgan-run"},
          {"version", kRunVersion},
          {"dcgan", kVersionText},
          {"data", printable(plan.data)},
          {"data_images", plan.data_images},
          {"data_identity", plan.data_identity},
          {"options", options_json(plan.options)}};
}

}  // namespace dcgan
