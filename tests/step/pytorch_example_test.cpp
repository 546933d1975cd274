// The preset `pytorch-example` against PyTorch itself (goldens/pytorch_example.py).
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "plan/presets.hpp"
#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

TEST(PytorchExample, HasTheLossesOfPytorchsOverTwentyStepsTo1e4) {
  const fs::path path = fs::path(DCGAN_TEST_GOLDENS) / "pytorch_example.json";
  const Json golden = parse_json(read_file(path), "the golden");
  TrainOptions options;
  set_all(fields_of(options), preset_named("pytorch-example").options);
  options.seed = golden["seed"], options.batch = golden["batch"];
  NetworkPlan plan;
  plan.options.latent = golden["latent"];
  plan.options.base_channels = {golden["channels"], golden["channels"]};
  plan.options.norm_d = "batch";
  plan.shape = shape_plan({golden["size"], golden["size"]});
  Trainer trainer(plan, options, at::kCPU);
  int64_t seen = 0;
  for (const auto& losses : golden["losses"]) {
    trainer.step(noise_batch(plan, seen, *options.batch));
    seen += *options.batch;
    Record record;
    trainer.take_record(record);
    EXPECT_NEAR(record.loss_d_real, losses[0].get<double>(), 1e-4) << seen;
    EXPECT_NEAR(record.loss_d_fake, losses[1].get<double>(), 1e-4) << seen;
    EXPECT_NEAR(record.loss_g, losses[2].get<double>(), 1e-4) << seen;
  }
  EXPECT_EQ(seen, 160);
}

}  // namespace
}  // namespace dcgan::test
