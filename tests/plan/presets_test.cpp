#include "plan/presets.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "plan/checks.hpp"
#include "plan/levels.hpp"
#include "plan/plan.hpp"
#include "step/losses.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(ChoosePreset, GoesByCountThenClassesThenDevice) {
  const auto chosen = [](int64_t pictures, bool conditional, bool on_gpu) {
    return choose_preset({pictures, {64, 64}, conditional, on_gpu}).name;
  };
  EXPECT_EQ(chosen(999, false, false), "small-data");
  EXPECT_EQ(chosen(1000, false, false), "default");
  EXPECT_EQ(chosen(20'000, false, false), "default");
  EXPECT_EQ(chosen(19'999, false, true), "small-data");
  EXPECT_EQ(chosen(20'000, false, true), "large");
  EXPECT_EQ(chosen(1000, true, false), "conditional");
  EXPECT_EQ(chosen(20'000, true, true), "conditional");
  EXPECT_EQ(chosen(999, true, true), "small-data") << "what is asked for on the command line stays";
}

TEST(Presets, SayOptionsThatAreThereAndGoTogether) {
  for (const auto& preset : presets()) {
    AllOptions options;
    for (const auto& [name, text] : preset.options) EXPECT_TRUE(find_field(fields_of(options), name)) << name;
    set_all(fields_of(options), preset.options);
    EXPECT_EQ(usage_error([&] { check_training(options); }), "no UsageError") << preset.name;
    EXPECT_EQ(usage_error([&] { check_useless_options(preset.options, options); }), "no UsageError") << preset.name;
  }
}

// So that options are refused before a picture is read (plan/road): whatever goes with one of the presets that the data
// may choose goes with the mildest, and all say the same of the data, the machine and the length. Numbers of the step
// that are there in every preset, in some other size, conflict with nothing, nor does self-modulation.
TEST(Presets, ThatTheDataMayChooseDifferInWhatNoOptionConflictsWithAlone) {
  const auto options_of = [](const std::string& name) {
    AllOptions options;
    set_all(fields_of(options), preset_named(name).options);
    return options_json(options);
  };
  const Json mildest = options_of("small-data");
  for (const std::string name : {"default", "conditional", "large"}) {
    const Json other = options_of(name);
    for (const auto& [key, value] : other.items())
      if (value != mildest[key]) {
        const bool is_number =
            key == "batch" || key.starts_with("lr_") || key.starts_with("weight_decay") || key.starts_with("ema_");
        EXPECT_TRUE(is_number || key.starts_with("augment") || key == "conditional" || key == "init_from" ||
                    key == "self_modulation" || key.starts_with("base_channels"))
            << name << ": " << key;
      }
  }
  for (const auto& preset : presets()) {
    DataOptions data;
    RunOptions run;
    LengthOptions length;
    for (const Fields& fields : {fields_of(data), fields_of(run), fields_of(length)})
      for (const auto& [name, text] : preset.options) EXPECT_FALSE(find_field(fields, name)) << preset.name << name;
  }
}

/// A run's config as 85e35d6 wrote it (goldens/stored_runs.py), which was begun by the small-data of then.
Json config_of_then() {
  return parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "stored_runs/upsample_watched/config.json"), "then");
}

TEST(Presets, OfThenAreWhatRunsOfThenStored) {
  const Json then = config_of_then()["options"];
  const std::set<std::string> said = {"base_channels_g", "base_channels_d"};  // on the command line
  for (const auto& [name, text] : preset_named("small-data-0.1").options) {
    AllOptions options;
    set_all(fields_of(options), {{name, text}});
    const Json usual = options_json(AllOptions()), now = options_json(options);
    for (const auto& [key, value] : now.items()) {
      if (value == usual[key] || said.contains(key) || key == "eval_features") continue;
      EXPECT_EQ(value, then[key]) << key;
    }
  }
  const std::vector<std::pair<std::string, Given>> others = {
      {"default-0.1", {{"augment", "none"}}},
      {"conditional-0.1", {{"augment", "none"}, {"conditional", "true"}}},
      {"large-0.1", {{"augment", "none"}, {"base-channels-g", "128"}, {"base-channels-d", "64"}}}};
  for (const auto& [name, more] : others) {
    AllOptions small, other;
    set_all(fields_of(small), preset_named("small-data-0.1").options), set_all(fields_of(small), more);
    set_all(fields_of(other), preset_named(name).options);
    EXPECT_EQ(options_json(small), options_json(other)) << name;
  }
}

TEST(ConfigsOfThen, LeaveWhatDidNotExistThenAsItWas) {
  const TemporaryFolder folder;
  write_text(folder / "config.json", config_of_then().dump());
  const OptionLevels levels({{"config", folder / "config.json"}}, false);
  EXPECT_EQ(levels.preset(), "small-data-0.1");
  const Json then = config_of_then()["options"], now = options_json(levels.over(levels.preset()));
  Json usual = options_json(AllOptions());
  usual["holdout"] = 0;
  for (const auto& [key, value] : now.items()) {
    if (key == "preset") continue;
    EXPECT_EQ(value, then.contains(key) ? then[key] : usual[key]) << key;
  }
}

TEST(RelativisticLoss, TellsProbabilitiesOfPairs) {
  const Loss& loss = loss_named("relativistic");
  const auto real = at::tensor({3.0, -1.0}), fake = at::tensor({1.0, 1.0});
  EXPECT_TRUE(at::allclose(loss.probability(real, fake), at::sigmoid(at::tensor({2.0, -2.0}))));
  EXPECT_TRUE(at::allclose(loss.probability(fake, real), at::sigmoid(at::tensor({-2.0, 2.0}))));
  EXPECT_TRUE(loss.has_probability);
}

}  // namespace
}  // namespace dcgan::test
