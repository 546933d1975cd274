#include "plan/checks.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(CheckTraining, RefusesOptionsThatExcludeOneAnotherNamingBoth) {
  const auto said = [](const std::function<void(AllOptions&)>& set) {
    AllOptions options;
    set(options);
    return usage_error([&] { check_training(options); });
  };
  EXPECT_EQ(said([](auto&) {}), "no UsageError");
  EXPECT_TRUE(contains(said([](auto& o) { o.watch.eval_every = 0, o.watch.stop_when_flat = 5000; }),
                       "--stop-when-flat 5000 and --eval-every 0"));
  for (const std::string what : {"stop", "rollback"})
    EXPECT_TRUE(contains(said([&](auto& o) { o.watch.eval_every = 0, o.watch.on_collapse = what; }),
                         "--on-collapse " + what + " and --eval-every 0"));
  EXPECT_TRUE(contains(said([](auto& o) { o.train.freeze_d = 2; }), "--freeze-d 2 needs --init-from"));
  EXPECT_TRUE(contains(said([](auto& o) { o.train.augment.augment_p = "adaptive"; }),
                       "--augment-p adaptive and --augment none"));
  EXPECT_TRUE(contains(said([](auto& o) { o.train.augment.augment = "colour"; }), "colour"));
  EXPECT_TRUE(contains(said([](auto& o) { o.network.norm_d = "batch", o.train.objective.loss = "wgan-gp"; }),
                       "--loss wgan-gp and --norm-d batch"));
  EXPECT_TRUE(contains(said([](auto& o) { o.network.norm_d = "batch", o.network.arch = "resnet"; }), "--arch resnet"));
  EXPECT_TRUE(contains(said([](auto& o) { o.watch.eval_features = "random-c"; }), "random-c"));
}

TEST(CheckInVain, RefusesWhatWouldChangeNothingNamingBoth) {
  struct Case {
    const char *name, *text, *condition;
    std::function<void(AllOptions&)> off, on;
  };
  const auto nothing = [](AllOptions&) {};
  const std::vector<Case> cases = {
      {"augment-p", "0.5", "--augment all", nothing, [](auto& o) { o.train.augment.augment = "all"; }},
      {"ada_speed", "100k", "--augment-p adaptive", [](auto& o) { o.train.augment.augment = "all"; },
       [](auto& o) { o.train.augment.augment = "all", o.train.augment.augment_p = "adaptive"; }},
      {"penalty-every", "4", "--r1 or --r2", [](auto& o) { o.train.objective.gradient_penalty = 10; },
       [](auto& o) { o.train.objective.r2 = 1; }},
      {"instance-noise-images", "1k", "--instance-noise", nothing,
       [](auto& o) { o.train.objective.instance_noise = 0.1; }},
      {"lr-hold", "1k", "--lr-half-life", nothing, [](auto& o) { o.train.schedule.lr_half_life = 1; }},
      {"ema-ramp", "0.1", "--ema-images above 0", [](auto& o) { o.train.schedule.ema_images = 0; }, nothing},
      {"eval-samples", "100", "--eval-every above 0", [](auto& o) { o.watch.eval_every = 0; }, nothing},
      {"crop-at", "top", "--fit crop", [](auto& o) { o.data.fit = "pad"; }, nothing},
      {"cache-limit", "1", "--cache", [](auto& o) { o.data.cache = "off"; }, nothing},
  };
  for (const auto& [name, text, condition, off, on] : cases) {
    AllOptions without, with;
    off(without), on(with);
    const auto said = usage_error([&] { check_useless_options({{name, text}}, without); });
    EXPECT_TRUE(contains(said, "--" + dashed(name) + " " + text + " changes nothing without " + condition)) << said;
    EXPECT_EQ(usage_error([&] { check_useless_options({{name, text}}, with); }), "no UsageError") << name;
  }
}

TEST(CheckOneLength, AllowsOneAndNone) {
  LengthOptions length;
  EXPECT_NO_THROW(check_one_length(length));
  length.epochs = 2;
  EXPECT_NO_THROW(check_one_length(length));
}

}  // namespace
}  // namespace dcgan::test
