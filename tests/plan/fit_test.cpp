#include "plan/fit.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "step/gpu.hpp"
#include "support/networks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

constexpr int64_t kAbsurd = int64_t{1} << 40;  // images that no machine holds

NetworkPlan narrow_plan() {
  NetworkPlan plan{{}, shape_plan({64, 64})};
  plan.options.base_channels = {8, 8};
  return plan;
}

TrainOptions in_fp32() {
  TrainOptions options;
  options.precision = "fp32";
  return options;
}

RunOptions on_the_cpu() {
  RunOptions run;
  run.device = "cpu", run.threads = 1;
  return run;
}

TEST(StepMemory, LargestBatchIsTheLastPowerOfTwoWithinTheBytes) {
  const StepMemory memory{100, 10};
  EXPECT_EQ(memory.need(4), 140);
  EXPECT_EQ(memory.largest_batch(119), 0);
  EXPECT_EQ(memory.largest_batch(120), 2);
  EXPECT_EQ(memory.largest_batch(259), 8);
  EXPECT_EQ(memory.largest_batch(260), 16);
  EXPECT_EQ(memory.largest_batch(kAbsurd), 65536);
}

TEST(StepMemory, FromShapesIsWithinAFactorOfTwoOfWhatATrialTook) {
  auto resized = small_plan({96, 96}), residual = small_plan({96, 96}), gray = small_plan({48, 64}, 1);
  resized.options.arch = "upsample", residual.options.arch = "resnet";
  gray.options.base_channels = {32, 32};  // of 4, a processor without AVX-512 takes three times as much: it pads one
                                          // channel to eight
  for (const NetworkPlan& plan : {narrow_plan(), small_plan({96, 96}), gray, resized, residual}) {
    const StepMemory rough = rough_step_memory(plan), measured = measure_step_memory(plan, in_fp32(), on_the_cpu());
    const double ratio = static_cast<double>(rough.per_image) / static_cast<double>(measured.per_image);
    EXPECT_GT(ratio, 0.5);
    EXPECT_LT(ratio, 2);
  }
}

TEST(FittingBatch, IsWhatWasAskedOrTheUsualOneWhereMemoryIsPlenty) {
  std::vector<std::string> remarks;
  EXPECT_EQ(fitting_batch(24, 16, narrow_plan(), in_fp32(), on_the_cpu(), remarks), 24);
  EXPECT_EQ(fitting_batch(std::nullopt, 16, narrow_plan(), in_fp32(), on_the_cpu(), remarks), 16);
  EXPECT_TRUE(remarks.empty());
}

TEST(FittingBatch, InPartsNeedsTheMemoryOfAPart) {
  std::vector<std::string> remarks;
  auto options = in_fp32();
  options.schedule.accumulate = kAbsurd / 8;  // eight images at once
  EXPECT_EQ(fitting_batch(kAbsurd, 16, narrow_plan(), options, on_the_cpu(), remarks), kAbsurd);
}

TEST(FittingBatch, RefusesOneThatDoesNotFitSayingNeedFreeAndTheLargestThatDoes) {
  std::vector<std::string> remarks;
  const Thrown thrown = thrown_by([&] { fitting_batch(kAbsurd, 16, narrow_plan(), in_fp32(), on_the_cpu(), remarks); });
  EXPECT_CONTAINS(thrown.what, "needs about ");
  EXPECT_CONTAINS(thrown.what, " are free for it on cpu");
  EXPECT_CONTAINS(thrown.hint, "the largest batch that fits is ");
  EXPECT_CONTAINS(thrown.hint, "--batch auto");
}

TEST(FittingBatch, OfAutoIsTheLargestThatFitsWhereTheUsualOneDoesNot) {
  std::vector<std::string> remarks;
  const int64_t batch = fitting_batch(std::nullopt, kAbsurd, narrow_plan(), in_fp32(), on_the_cpu(), remarks);
  const StepMemory memory = measure_step_memory(narrow_plan(), in_fp32(), on_the_cpu());
  const int64_t free = memory_for_training("cpu");
  EXPECT_LE(memory.need(batch), free + free / 4);  // other programs take and give in between
  EXPECT_TRUE(batch == 65536 || memory.need(2 * batch) > free - free / 4);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_CONTAINS(remarks[0], "batch: " + std::to_string(batch));
}

TEST(FittingBatch, SaysSoWhenNotEvenTwoImagesFit) {
  NetworkPlan huge{{}, shape_plan({7168, 7168})};
  huge.options.base_channels = {1024, 1024}, huge.options.max_channels = 8192;
  std::vector<std::string> remarks;
  const Thrown thrown = thrown_by([&] { fitting_batch(std::nullopt, 16, huge, in_fp32(), on_the_cpu(), remarks); });
  EXPECT_CONTAINS(thrown.hint, "--base-channels");
}

TEST(RanOutOfMemory, KnowsTheAllocatorsWordsAndNoOtherErrors) {
  const auto said_of = [](const auto& act) -> std::optional<std::string> {
    try {
      act();
    } catch (const std::exception& error) {
      return ran_out_of_memory(error);
    }
    ADD_FAILURE() << "nothing was thrown";
    return std::nullopt;
  };
  EXPECT_TRUE(said_of([] { at::empty({int64_t{1} << 50}); }).has_value());
  EXPECT_TRUE(said_of([] { throw std::bad_alloc(); }).has_value());
  EXPECT_FALSE(said_of([] { at::mm(at::ones({2, 3}), at::ones({2, 3})); }).has_value());
  EXPECT_FALSE(said_of([] { throw Error("the disk is full"); }).has_value());
}

TEST(OutOfMemory, SaysNeedFreeAndASmallerBatch) {
  auto options = in_fp32();
  options.batch = 64;
  const Error error = out_of_memory(narrow_plan(), options, "cpu", "no room\nand a backtrace");
  EXPECT_CONTAINS(std::string(error.what()), "a step of 64 images needs about ");
  EXPECT_CONTAINS(std::string(error.what()), "(no room)");
  EXPECT_CONTAINS(error.hint(), "--batch 32 needs about ");
}

TEST(MemoryForTraining, OfAGpuIsKnownBeforeAnythingElseIsAskedOfIt) {
  if (gpu_names().empty()) GTEST_SKIP() << "no GPU here, or a LibTorch without CUDA";
  EXPECT_GT(memory_for_training("cuda:0"), 0);
}

}  // namespace
}  // namespace dcgan::test
