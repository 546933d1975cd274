#include "plan/presets.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "plan/checks.hpp"
#include "step/losses.hpp"
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
  EXPECT_EQ(chosen(19'999, false, true), "default");
  EXPECT_EQ(chosen(20'000, false, true), "large");
  EXPECT_EQ(chosen(1000, true, true), "conditional");
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
// may choose goes with the mildest, and all say the same of the data, the machine and the length.
TEST(Presets, ThatTheDataMayChooseDifferInTheNetworksAndInWhatIsAugmentedAlone) {
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
        EXPECT_TRUE(key == "augment" || key == "conditional" || key.starts_with("base_channels"))
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

TEST(RelativisticLoss, TellsProbabilitiesOfPairs) {
  const Loss& loss = loss_named("relativistic");
  const auto real = at::tensor({3.0, -1.0}), fake = at::tensor({1.0, 1.0});
  EXPECT_TRUE(at::allclose(loss.probability(real, fake), at::sigmoid(at::tensor({2.0, -2.0}))));
  EXPECT_TRUE(at::allclose(loss.probability(fake, real), at::sigmoid(at::tensor({-2.0, 2.0}))));
  EXPECT_TRUE(loss.has_probability);
}

}  // namespace
}  // namespace dcgan::test
