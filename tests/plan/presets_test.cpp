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
    EXPECT_EQ(usage_error([&] { check_in_vain(preset.options, options); }), "no UsageError") << preset.name;
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
