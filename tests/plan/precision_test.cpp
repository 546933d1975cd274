// Training in bf16: what stays fp32, how near it is, and that it goes on bit for bit.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "checkpoint/archive.hpp"
#include "core/platform/machine.hpp"
#include "plan/precision_choice.hpp"
#include "step/trainer.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

Trainer trainer_in(const std::string& precision) {
  TrainOptions options;
  options.batch = 16;
  options.precision = precision;
  options.seed = 3;
  return Trainer(small_plan(), options, at::kCPU);
}

Record record_after(Trainer& trainer, int64_t steps) {
  for (int64_t i = 0; i < steps; ++i) trainer.step(noise_batch(small_plan(), 16 * i, 16));
  Record record;
  trainer.take_record(record);
  return record;
}

TEST(Bf16Step, IsNearTheFp32StepAndNotTheSame) {
  auto exact = trainer_in("fp32"), rounded = trainer_in("bf16");
  const Record a = record_after(exact, 1), b = record_after(rounded, 1);
  for (const auto figure :
       {&Record::loss_d_real, &Record::loss_d_fake, &Record::loss_g, &Record::grad_norm_d, &Record::grad_norm_g}) {
    EXPECT_NEAR(b.*figure, a.*figure, 0.05 * std::abs(a.*figure));
    EXPECT_NE(b.*figure, a.*figure);
  }
}

TEST(Bf16Step, KeepsEverythingThatLastsInFp32) {
  auto trainer = trainer_in("bf16");
  record_after(trainer, 2);
  for (const auto& [name, tensor] : trainer.state(*trainer.evaluation_generator()))
    EXPECT_NE(tensor.scalar_type(), at::kBFloat16) << name;
}

TEST(Bf16Step, SeesTheWeightsThatTheStepBeforeLeft) {
  // A stale bf16 copy of the weights would give the second step the losses of the first.
  auto trainer = trainer_in("bf16");
  const Batch batch = noise_batch(small_plan(), 0, 16);
  Record first, second;
  trainer.step(batch), trainer.take_record(first);
  trainer.step(batch), trainer.take_record(second);
  EXPECT_NE(second.loss_d_real, first.loss_d_real);
  EXPECT_NE(second.loss_g, first.loss_g);
}

TEST(Bf16Step, GoesOnBitForBitAfterASave) {
  const TemporaryFolder folder;
  auto left_alone = trainer_in("bf16"), resumed = trainer_in("bf16");
  record_after(left_alone, 3);
  write_archive(folder / "state.ckpt", left_alone.position(), left_alone.state(*left_alone.evaluation_generator()));
  const ArchiveReader archive(folder / "state.ckpt");
  resumed.load(archive.read_all(""), "the test's archive");
  resumed.set_position(archive.meta(), "the test's archive");
  record_after(left_alone, 3), record_after(resumed, 3);
  const auto a = left_alone.state(*left_alone.evaluation_generator()),
             b = resumed.state(*resumed.evaluation_generator());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second, b[i].second)) << a[i].first;
}

TEST(PrecisionChoice, IsWhatWasAskedWhereTheProcessorHasIt) {
  std::vector<std::string> remarks;
  EXPECT_EQ(resolve_precision("fp32", "cpu", small_plan(), 1, remarks), "fp32");
  EXPECT_TRUE(remarks.empty());
  EXPECT_EQ(resolve_precision("bf16", "cpu", small_plan(), 1, remarks), "bf16");
  EXPECT_EQ(remarks.size(), bf16_units().empty() ? 1u : 0u);
}

TEST(PrecisionChoice, IsFp32ForNetworksTooSmallToGain) {
  std::vector<std::string> remarks;
  EXPECT_EQ(resolve_precision("auto", "cpu", small_plan(), 1, remarks), "fp32");
}

TEST(PrecisionChoice, OfLargeNetworksIsTheSameEachTimeAndGoesByTheProcessor) {
  std::vector<std::string> remarks;
  const std::string chosen = resolve_precision("auto", "cpu", paper_plan(), 1, remarks);
  EXPECT_TRUE(chosen == "fp32" || !bf16_units().empty());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(resolve_precision("auto", "cpu", paper_plan(), 1, remarks), chosen);
}

TEST(PrecisionChoice, SaysWhyItChose) {
  std::vector<std::string> remarks;
  const std::string chosen = resolve_precision("auto", "cpu", small_plan(), 1, remarks);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_CONTAINS(remarks[0], "precision: " + chosen);
}

TEST(PrecisionChoice, RefusesTf32OnACpuNamingWhatThereIs) {
  std::vector<std::string> remarks;
  const Thrown thrown = thrown_by([&] { resolve_precision("tf32", "cpu", small_plan(), 1, remarks); });
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_CONTAINS(thrown.hint, "fp32");
}

}  // namespace
}  // namespace dcgan::test
