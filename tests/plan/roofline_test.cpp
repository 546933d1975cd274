#include "plan/roofline.hpp"

#include <gtest/gtest.h>

#include "step/measure.hpp"
#include "support/networks.hpp"

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

/// A plan of 64 px, base 64, of another architecture.
NetworkPlan plan_of(const std::string& arch) {
  auto plan = paper_plan();
  plan.options.arch = arch;
  return plan;
}

TEST(StepProducts, OfResizeAndConvolveAreTheStridedOnes) {
  EXPECT_DOUBLE_EQ(operations_of(plan_of("upsample"), 2), operations_of(paper_plan(), 2));
}

// By hand: G's blocks and its last layer, 512 - 512 - 256 - 128 - 64 from 4 x 4 to 64 x 64, D's likewise.
TEST(StepProducts, OfAResnetAreThoseOfItsBlocks) {
  double g = 100.0 * 512 * 16, d = 512;
  const int64_t in_g[] = {512, 512, 256, 128}, out_g[] = {512, 256, 128, 64};
  for (int i = 0; i < 4; ++i) {
    const double low = 16 << 2 * i, a = static_cast<double>(in_g[i]), b = static_cast<double>(out_g[i]);
    g += low * (16 * a * b + 4 * 9 * b * b + a * b);
  }
  g += 4096.0 * 9 * 64 * 3;
  const int64_t in_d[] = {3, 64, 128, 256}, hidden[] = {64, 64, 128, 256}, out_d[] = {64, 128, 256, 512};
  for (int i = 0; i < 4; ++i) {
    const double high = 4096 >> 2 * i, a = static_cast<double>(in_d[i]), h = static_cast<double>(hidden[i]),
                 b = static_cast<double>(out_d[i]);
    d += high * 9 * a * h + high / 4 * (16 * h * b + a * b);
  }
  // G: forward, to weights, to inputs but z. D: 8 passes, and two less to images.
  const double first_d = 4096 * 9.0 * 3 * 64 + 1024.0 * 3 * 64;
  EXPECT_NEAR(operations_of(plan_of("resnet"), 1), 2 * (3 * g - 100.0 * 512 * 16 + 8 * d - 2 * first_d), 1e6);
}

TEST(StepBytes, OfOtherArchitecturesAreOfTheirOrder) {
  const double usual = step_bytes(paper_plan(), 16, 4), resnet = step_bytes(plan_of("resnet"), 16, 4);
  EXPECT_GT(resnet, 2 * usual);
  EXPECT_LT(resnet, 10 * usual);
  EXPECT_LT(step_bytes(plan_of("upsample"), 16, 4), usual);  // fewer weights
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
