#include "train/roofline.hpp"

#include <gtest/gtest.h>

#include "support/networks.hpp"
#include "train/measure.hpp"

namespace dcgan::test {
namespace {

double operations_of(const NetworkPlan& plan, int64_t batch) {
  double total = 0;
  for (const auto& product : step_products(plan, batch))
    total += product.operations() * static_cast<double>(product.times);
  return total;
}

// Either network's convolutions make 104.5 million multiplications an image at 64 px, base 64. A step passes through
// them 11 times, less G's first layer and D's first one backwards to images that need no gradient: about 2.3 G
// operations.
TEST(StepProducts, AreElevenPassesThroughTheUsualNetworks) {
  EXPECT_NEAR(operations_of(paper_plan(), 1), 11 * 2 * 104.5e6, 0.02 * 11 * 2 * 104.5e6);
}

TEST(StepProducts, GrowWithTheBatch) {
  EXPECT_DOUBLE_EQ(operations_of(paper_plan(), 64), 64 * operations_of(paper_plan(), 1));
}

TEST(StepBytes, OfActivationsAreHalfInBf16AndTheRestIsNot) {
  const auto plan = paper_plan();
  const double fp32 = step_bytes(plan, 64, 4), bf16 = step_bytes(plan, 64, 2), none = step_bytes(plan, 64, 0);
  EXPECT_DOUBLE_EQ(fp32 - none, 2 * (bf16 - none));
  EXPECT_GT(none,
            (3'576'704 + 2'765'568) * 28.0);  // Adam reads and writes weights and both moments, and reads gradients
}

TEST(Roofline, OfASmallNetworkIsMeasured) {
  const Roofline limit = measure_roofline(small_plan(), 4, Precision::kFp32, at::kCPU);
  EXPECT_DOUBLE_EQ(limit.operations, operations_of(small_plan(), 4));
  EXPECT_GT(limit.product_seconds, 0);
  EXPECT_DOUBLE_EQ(limit.copy_seconds, limit.bytes / limit.copy_bytes_per_second);
}

TEST(StepTimer, CountsWholeSteps) {
  TrainOptions options;
  options.batch = 4, options.precision = "fp32";
  StepTimer timer(small_plan(), options, at::kCPU);
  const auto round = timer.round(0.01);
  EXPECT_GT(round.images, 0);
  EXPECT_EQ(round.images, 4 * round.record.steps);
  EXPECT_GE(round.seconds, 0.01);
}

}  // namespace
}  // namespace dcgan::test
