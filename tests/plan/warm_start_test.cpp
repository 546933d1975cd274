// What --init-from takes over of a file, and what must match.
#include "plan/warm_start.hpp"

#include <gtest/gtest.h>

#include "exchange/import.hpp"
#include "exchange/model_safetensors.hpp"
#include "exchange/torchscript.hpp"
#include "plan/options.hpp"
#include "plan/presets.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::warm_starts {
namespace {

class WarmStarts : public testing::Test {
 protected:
  WarmStarts() {
    plan_.options.norm_d = "batch", plan_.options.minibatch_std = true;
    plan_.options.base_channels = {4, 6};
    ImportedModel model;
    model.plan = plan_;
    append(model.tensors, "generator.", tensors_of(*used_generator(plan_, 1), true));
    append(model.tensors, "discriminator.", tensors_of(*used_discriminator(plan_, 2), true));
    append(model.tensors, "ema.", tensors_of(*used_generator(plan_, 3), true));
    write_checkpoint(folder_ / "both.ckpt", model);
    write_model_safetensors(folder_ / "both.safetensors", ModelFile(folder_ / "both.ckpt"));
    write_model_safetensors(folder_ / "small.safetensors", ModelFile(folder_ / "both.ckpt"), "float16");
    export_torchscript(used_generator(plan_, 3), generator_info(plan_, 7, true, ""), folder_ / "alone.pt");
    write_model_safetensors(folder_ / "alone.safetensors", ModelFile(folder_ / "alone.pt"));
  }

  NetworkPlan plan_ = small_plan();
  const TemporaryFolder folder_;
};

TEST_F(WarmStarts, FromFilesOfBothNetworksTakeAllOptionsOfBoth) {
  const Json expected = options_of_model(folder_ / "both.ckpt");
  EXPECT_EQ(expected["norm_d"], "batch");
  EXPECT_EQ(expected["base_channels_d"], 6);
  NetworkPlan other = plan_;
  other.options.minibatch_std = false;
  for (const char* name : {"both.ckpt", "both.safetensors", "small.safetensors"}) {
    EXPECT_EQ(options_of_model(folder_ / name), expected) << name;
    EXPECT_NO_THROW(check_same_networks(plan_, folder_ / name)) << name;
    EXPECT_CONTAINS(thrown_by([&] { check_same_networks(other, folder_ / name); }).what, "--minibatch-std false");
    EXPECT_NO_THROW(check_can_freeze(1, folder_ / name)) << name;
  }
}

TEST_F(WarmStarts, FromAGeneratorAloneLeaveTheDiscriminatorToTheRun) {
  NetworkPlan other = plan_;
  other.options.minibatch_std = false, other.options.norm_d = "none", other.options.base_channels.discriminator = 9;
  NetworkPlan wider = plan_;
  wider.options.base_channels.generator = 5;
  for (const char* name : {"alone.pt", "alone.safetensors"}) {
    const Json options = options_of_model(folder_ / name);
    EXPECT_EQ(options["norm_d"], "auto") << "its loss decides";
    EXPECT_EQ(options["base_channels_g"], 4);
    EXPECT_NO_THROW(check_same_networks(other, folder_ / name)) << name;
    EXPECT_CONTAINS(thrown_by([&] { check_same_networks(wider, folder_ / name); }).what,
                    "--base-channels-g 5 (there 4)");
    const Thrown thrown = thrown_by([&] { check_can_freeze(2, folder_ / name); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, "--freeze-d 2 and --init-from");
    EXPECT_CONTAINS(thrown.what, "holds no discriminator");
    EXPECT_NO_THROW(check_can_freeze(0, folder_ / name));
  }
}

/// The networks of small-data at this size, on a CPU.
NetworkPlan few_pictures_plan(Size size) {
  AllOptions options;
  set_all(fields_of(options), preset_named("small-data").options);
  options.network.norm_d = "none";
  options.network.resolve_widths(size, true);
  return {options.network, shape_plan(size)};
}

TEST(ShippedBeginnings, AreThoseOfSmallDataAndOfNoOtherNetworks) {
  for (const int64_t side : {64, 128}) {
    const NetworkPlan plan = few_pictures_plan({side, side});
    const auto model = shipped_beginning(plan);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->filename(), "photos-" + std::to_string(side) + ".safetensors");
    EXPECT_NO_THROW(check_same_networks(plan, *model));
    EXPECT_NO_THROW(check_can_freeze(1, *model)) << "both networks are in it";
  }
  const NetworkPlan plan = few_pictures_plan({64, 64});
  NetworkPlan gray = plan, narrow = plan, classes = plan;
  gray.image_channels = 1, *narrow.options.base_channels.discriminator /= 2, classes.classes = 2;
  for (const NetworkPlan& other : {gray, narrow, classes, few_pictures_plan({96, 64})})
    EXPECT_FALSE(shipped_beginning(other));
}

}  // namespace
}  // namespace dcgan::test::warm_starts
