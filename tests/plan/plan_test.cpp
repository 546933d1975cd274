#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "eval/figures.hpp"
#include "eval/trained_features.hpp"
#include "plan/cadence.hpp"
#include "step/device.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

class NoPixels : public Pixels {
 public:
  explicit NoPixels(const PixelsInfo& info) { info_ = info; }
  void copy(int64_t, uint8_t*) const override {}
  int32_t label(int64_t) const override { return -1; }
  bool decodes() const override { return false; }
};

Dataset dataset_of(int64_t channels, int64_t count = 1000, Size size = {64, 64}) {
  PixelsInfo info;
  info.size = size, info.channels = channels, info.count = count, info.identity = "abc";
  Dataset dataset;
  dataset.pixels = std::make_unique<NoPixels>(info);
  return dataset;
}

/// As on this machine: a plan is made for a device that is known.
TrainPlan plan_here(AllOptions options, const std::string& data, const Dataset& dataset) {
  std::vector<std::string> ignored;
  options.run.device = resolve_device(options.run.device, ignored);
  return make_plan(std::move(options), data, dataset);
}

TEST(MakePlan, LeavesNothingAutomatic) {
  AllOptions options;
  options.run.device = "cpu", options.network.base_channels = {};
  const auto plan = plan_here(options, "/photos", dataset_of(3));
  EXPECT_EQ(plan.options.data.channels, "rgb");
  EXPECT_EQ(plan.network.options.base_channels, plan.options.network.base_channels);
  EXPECT_EQ(plan.options.train.batch, 64);
  EXPECT_GE(plan.options.run.threads.value_or(0), 1);
  EXPECT_EQ(plan.options.run.sample_every, 10'000);
  EXPECT_EQ(plan.options.run.checkpoint_every, 25'000);
  const Json stored = options_json(plan.options);
  for (const auto& [key, value] : stored.items()) {
    if (key == "cache") continue;  // where decoded pixels lie is decided when the data is opened
    EXPECT_NE(value, "auto") << key;
    if (key == "images" || key == "epochs" || key == "time") continue;  // a run may have no length
    EXPECT_FALSE(value.is_null()) << key;
  }
}

TEST(MakePlan, SaysWhatItChose) {
  AllOptions options;
  const auto plan = plan_here(options, "/photos", dataset_of(3));
  const auto said = [&](const std::string& start) {
    return std::any_of(plan.remarks.begin(), plan.remarks.end(),
                       [&](const auto& line) { return line.starts_with(start); });
  };
  for (const char* what :
       {"channels: rgb", "threads: ", "batch: ", "precision: ", "sample-every: ", "checkpoint-every: ", "eval-every: "})
    EXPECT_TRUE(said(what)) << what;
}

TEST(MakePlan, MakesNetworksNarrowerAsImagesGrow) {
  const auto width_at = [](Size size) {
    AllOptions options;
    options.run.device = "cpu", options.network.base_channels = {std::nullopt, 7};
    const auto plan = plan_here(options, "/photos", dataset_of(3, 1000, size));
    EXPECT_EQ(plan.options.network.base_channels.discriminator, 7) << "what was asked for stays";
    EXPECT_TRUE(std::any_of(plan.remarks.begin(), plan.remarks.end(),
                            [](const auto& line) { return line.starts_with("base-channels-g: "); }));
    return *plan.options.network.base_channels.generator;
  };
  EXPECT_EQ(width_at({32, 32}), 32);
  EXPECT_EQ(width_at({32, 48}), 32);
  EXPECT_EQ(width_at({48, 48}), 20);
  EXPECT_EQ(width_at({64, 64}), 20);
  EXPECT_EQ(width_at({96, 96}), 16);
  EXPECT_EQ(width_at({256, 256}), 16);
}

TEST(MakePlan, KeepsWhatWasGivenAndSaysNothingOfIt) {
  AllOptions options;
  options.data.channels = "rgb", options.run.device = "cpu", options.run.threads = 3, options.train.batch = 10;
  options.train.precision = "fp32";
  options.run.sample_every = 20, options.run.checkpoint_every = 30, options.watch.eval_every = 40;
  const auto plan = plan_here(options, "/photos", dataset_of(3));
  EXPECT_EQ(plan.options.run.threads, 3);
  EXPECT_EQ(plan.options.train.batch, 10);
  EXPECT_EQ(plan.options.run.sample_every, 20);
  EXPECT_EQ(plan.options.run.checkpoint_every, 30);
  EXPECT_TRUE(plan.remarks.empty()) << plan.remarks.front();
}

TEST(MakePlan, MeasuresLargerNetworksMoreOftenInImagesBecauseTheirStepsCostMore) {
  NetworkPlan small{{}, shape_plan({32, 32})}, large{{}, shape_plan({64, 64})};
  small.options.base_channels = {16, 16};
  const auto every = [](const NetworkPlan& network, int64_t samples) {
    return usual_eval_every(evaluation_cost(network, "random-a", Precision::kFp32, true), samples, true);
  };
  EXPECT_GT(every(small, 2000), every(large, 2000));
  EXPECT_GT(every(large, 20'000), every(large, 2000));
  EXPECT_EQ(every(large, 2000) % 5000, 0);
}

TEST(MakePlan, GivesAShortRunAsManySamplesAtItsEndAsTakeATwentiethOfItsTime) {
  const EvaluationCost cost{.drawn = 1.5, .real = 1};
  EXPECT_EQ(cost_at_end(cost, 0), 0) << "a run without one takes all of its time for training";
  EXPECT_EQ(samples_that_fit(cost, 1'000, 2000), 0) << "it would take half as long as the run";
  EXPECT_EQ(samples_that_fit(cost, 2'000, 2000), kEnoughForShares) << "fewer say nothing";
  EXPECT_EQ(samples_that_fit(cost, 80'000, 2000), 1000);
  EXPECT_EQ(samples_that_fit(cost, 1'000'000, 2000), 2000);
  for (const int64_t images : {20'000, 40'000, 80'000, 123'456}) {
    const double share = cost_at_end(cost, samples_that_fit(cost, images, 2000)) / static_cast<double>(images);
    EXPECT_LE(share, 0.05) << images;
    EXPECT_GT(share, 0.045) << images;
  }
}

TEST(MakePlan, GivesThePenalisedDiscriminatorNoBatchNormUnlessThatWasAskedFor) {
  AllOptions options;
  options.run.device = "cpu";
  EXPECT_EQ(plan_here(options, "/photos", dataset_of(3)).options.network.norm_d, "batch");
  options.train.objective.r1 = 1;
  EXPECT_EQ(plan_here(options, "/photos", dataset_of(3)).options.network.norm_d, "none");
  options.network.norm_d = "batch";
  EXPECT_TRUE(
      contains(usage_error([&] { plan_here(options, "/photos", dataset_of(3)); }), "--r1 1 and --norm-d batch"));
}

TEST(MakePlan, RefusesPartsFrozenBlocksAndPicturesThatDoNotAddUp) {
  const auto said = [](const std::function<void(AllOptions&)>& set, int64_t pictures = 1000) {
    AllOptions options;
    options.run.device = "cpu";
    set(options);
    return usage_error([&] { plan_here(options, "/photos", dataset_of(3, pictures)); });
  };
  EXPECT_TRUE(contains(said([](auto& o) { o.train.batch = 8, o.train.schedule.accumulate = 3; }),
                       "--accumulate 3 does not divide --batch 8"));
  EXPECT_TRUE(contains(said([](auto& o) { o.train.freeze_d = 5, o.init_from = "run"; }), "--freeze-d 5 is more"));
}

TEST(MakePlan, LetsNetworksGrowWhereTheyCanAndIsAskedTo) {
  const auto grown = [](const std::string& arch, Size size) {
    AllOptions options;
    options.run.device = "cpu", options.network.arch = arch, options.data.size = size;
    options.train.schedule.grow_images.reset();
    const auto plan = plan_here(options, "/photos", dataset_of(3, 1000, size));
    return std::pair(*plan.options.train.schedule.grow_images > 0,
                     std::any_of(plan.remarks.begin(), plan.remarks.end(),
                                 [](const std::string& one) { return one.starts_with("grow-images: "); }));
  };
  EXPECT_EQ(grown("multiscale", {64, 64}), std::pair(true, true));
  EXPECT_EQ(grown("multiscale", {96, 64}), std::pair(true, true));
  EXPECT_EQ(grown("multiscale", {32, 32}), std::pair(false, false));  // 16 is below --grow-from
  EXPECT_EQ(grown("upsample", {64, 64}), std::pair(false, false));
}

TEST(MakePlan, RefusesToGrowWhereThereIsNoSmallerSize) {
  const auto said = [](const std::string& arch, Size size, int64_t from = 32) {
    AllOptions options;
    options.run.device = "cpu", options.network.arch = arch, options.data.size = size;
    options.train.schedule.grow_images = 1000, options.train.schedule.grow_from = from;
    return usage_error([&] { plan_here(options, "/photos", dataset_of(3, 1000, size)); });
  };
  EXPECT_TRUE(contains(said("upsample", {64, 64}), "--grow-images 1000 and --arch upsample at --size 64 conflict"));
  EXPECT_TRUE(contains(said("multiscale", {32, 32}), "--grow-images 1000 and --grow-from 32 conflict"));
  EXPECT_TRUE(contains(said("multiscale", {6, 6}), "--arch multiscale at --size 6 conflict"));
  EXPECT_EQ(said("multiscale", {32, 32}, 16), "no UsageError");
}

TEST(MakePlan, LetsAugmentationComeByHowOftenAPictureIsSeen) {
  const auto rise = [](const std::string& kinds, int64_t pictures) {
    AllOptions options;
    options.run.device = "cpu", options.train.augment.augment = kinds, options.train.augment.augment_rise.reset();
    return *plan_here(options, "/photos", dataset_of(3, pictures)).options.train.augment.augment_rise;
  };
  EXPECT_EQ(rise("none", 1000), 0);
  EXPECT_EQ(rise("all", 2000), 2 * rise("all", 1000));
  EXPECT_GT(rise("all", 1000), 0);
}

TEST(MakePlan, DoesNotMeasureARunOnOnePictureAndSaysSo) {
  AllOptions options;
  options.run.device = "cpu";
  const auto plan = plan_here(options, "/photos", dataset_of(3, 1));
  EXPECT_EQ(plan.options.watch.eval_every, 0);
  EXPECT_TRUE(std::any_of(plan.remarks.begin(), plan.remarks.end(), [](const std::string& one) {
    return contains(one, "1 picture cannot be compared with anything");
  }));
}

TEST(MakePlan, ResolvesTheNetworkThatARunIsMeasuredByAndHowMany) {
  AllOptions options;
  options.run.device = "cpu";
  options.watch.eval_features = "auto";
  const WatchOptions watch = plan_here(options, "/photos", dataset_of(3)).options.watch;
  EXPECT_EQ(watch.eval_features, trained_features_file() ? "trained" : "random-a");
  EXPECT_EQ(watch.eval_samples, 2000);
  EXPECT_EQ(watch.eval_real, trained_features_file() ? 4000 : 10'000);
  EXPECT_EQ(AllOptions().watch.eval_features, "random-a") << "what its absence in an older config means";
}

TEST(MakePlan, TakesChannelsFromThePictures) {
  for (const auto& [channels, name] :
       std::vector<std::pair<int64_t, std::string>>{{1, "gray"}, {3, "rgb"}, {4, "rgba"}}) {
    const auto plan = plan_here({}, "/photos", dataset_of(channels));
    EXPECT_EQ(plan.options.data.channels, name);
    EXPECT_EQ(plan.network.image_channels, channels);
  }
}

TEST(MakePlan, TakesTheShapeFromTheSize) {
  AllOptions options;
  options.data.size = {64, 48};
  const auto plan = plan_here(options, "/photos", dataset_of(3, 1000, {64, 48}));
  EXPECT_EQ(plan.network.shape, (ShapePlan{{4, 3}, 4}));
  EXPECT_EQ(plan.network.options.latent, 100);
}

TEST(MakePlan, CountsEpochsInImages) {
  AllOptions options;
  options.length.epochs = 3;
  EXPECT_EQ(plan_here(options, "/photos", dataset_of(3, 70)).total_images(), 210);
  options.length = {};
  options.length.images = 99;
  EXPECT_EQ(plan_here(options, "/photos", dataset_of(3, 70)).total_images(), 99);
  options.length = {};
  options.length.time = 5;
  const auto plan = plan_here(options, "/photos", dataset_of(3, 70));
  EXPECT_EQ(plan.total_images(), std::nullopt);
  EXPECT_EQ(plan.goal().seconds, 5);
}

TEST(MakePlan, RefusesTwoLengthsNamingBoth) {
  AllOptions options;
  options.length.images = 10, options.length.time = 5;
  const auto said = usage_error([&] { plan_here(options, "/photos", dataset_of(3)); });
  EXPECT_TRUE(contains(said, "--images and --time")) << said;
}

TEST(OptionsJson, ReadsBackAsTheSameOptions) {
  AllOptions options;
  options.run.device = "cpu", options.train.adam.beta1 = {0.25, 0.75}, options.train.seed = 8'999'999'999'999'999'999;
  options.data.size = {64, 48}, options.length.epochs = 7;
  AllOptions again;
  set_from_json(fields_of(again), options_json(options), "the test");
  EXPECT_EQ(options_json(again), options_json(options));
  EXPECT_EQ(again.train.seed, 8'999'999'999'999'999'999);  // exact beyond 2^53
}

TEST(ConfigJson, HoldsTheDataTheOptionsWereResolvedAgainst) {
  const auto config = config_json(plan_here({}, "/photos", dataset_of(3, 70)));
  EXPECT_EQ(config["format"], "dcgan-run");
  EXPECT_EQ(config["data"], "/photos");
  EXPECT_EQ(config["data_images"], 70);
  EXPECT_EQ(config["data_identity"], "abc");
}

}  // namespace
}  // namespace dcgan::test
