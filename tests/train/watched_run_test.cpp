// A run that looks after itself: evaluations, the best state, ends and rollbacks.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "exchange/generator.hpp"
#include "plan/cadence.hpp"
#include "support/ranks.hpp"
#include "support/runs.hpp"
#include "support/trainers.hpp"
#include "train/watch.hpp"

namespace dcgan::test {
namespace {

class WatchedRun : public RunTest {
 protected:
  WatchedRun() {
    options_.watch.eval_every = 24, options_.watch.eval_samples = 32;
    options_.run.log_every = 1;
  }
  static std::vector<Json> events(const RunDirectory& run, const std::string& kind) {
    std::vector<Json> found;
    for (const auto& line : log_lines(run))
      if (line.value("event", "") == kind) found.push_back(line);
    return found;
  }
};

TEST_F(WatchedRun, MeasuresItselfAtItsCadenceAndSaysSoInEveryRecordAfter) {
  const auto run = run_to(80, "run");
  const auto evaluations = events(run, "eval");
  ASSERT_EQ(evaluations.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(evaluations[i]["images"], 24 * (i + 1));
  EXPECT_TRUE(evaluations[0]["kid_random_a"].is_number());
  EXPECT_TRUE(evaluations[0]["best"]);
  for (const auto& line : log_lines(run))
    EXPECT_TRUE(line.contains("event") || line["images"] < 24 || line["kid_random_a"].is_number()) << line;
}

TEST_F(WatchedRun, IsMeasuredByRanksTogetherAsByOneAlone) {
  options_.watch.eval_samples = 150;  // shares are not equal, and the last batch is not full
  options_.length.images = 80;
  const Dataset dataset = open();
  const TrainPlan plan = make_plan(options_, (folder_ / "photos").native(), dataset);
  const auto measured = [&](Group& group) {
    const auto generator = make_generator(used_generator(plan.network), generator_info(plan.network, 0, true, "G"));
    return compact(Watch(plan, dataset).measure(*generator, 24, group).state());
  };
  const std::string alone = as_ranks(1, measured)[0];
  EXPECT_TRUE(parse_json(alone, "what was measured")["kid"].is_number()) << alone;
  for (const int size : {2, 4})  // of four one has no batch
    for (const auto& end : as_ranks(size, measured)) EXPECT_EQ(end, alone);
}

TEST_F(WatchedRun, KeepsTheBestStateAsACheckpointAndAsGeneratorPt) {
  const auto run = run_to(96, "run");
  Json best;
  for (const auto& one : events(run, "eval"))
    if (one["best"]) best = one;
  EXPECT_EQ(ArchiveReader(run.best(run.bests().back())).meta()["images"], best["images"]);
  const auto z = noise({4, 8});
  const auto from_run = open_generator(run.path()), exported = open_generator(run.generator());
  EXPECT_EQ(from_run->info().images_seen, best["images"]);
  EXPECT_EQ(exported->info().images_seen, best["images"]);
  EXPECT_LE(largest_difference((*from_run)(z), (*exported)(z)), 1e-6);
  EXPECT_EQ(open_generator(run.path(), {{"newest"}})->info().images_seen, 96);
}

TEST_F(WatchedRun, ResumedEqualsOneLeftAloneBitForBitAndInWhatItFound) {
  const auto whole = run_to(96, "whole");
  run_to(40, "parts");
  const auto parts = run_to(96, "parts", true);
  expect_same_checkpoint(whole.checkpoint(96), parts.checkpoint(96));
  ASSERT_EQ(whole.bests(), parts.bests());
  expect_same_checkpoint(whole.best(whole.bests().back()), parts.best(parts.bests().back()));
  EXPECT_EQ(ArchiveReader(whole.checkpoint(96)).meta()["watch"], ArchiveReader(parts.checkpoint(96)).meta()["watch"]);
  EXPECT_EQ(events(whole, "eval"), events(parts, "eval"));
}

TEST_F(WatchedRun, TrainsAsOneThatIsNotWatched) {
  const auto watched = run_to(64, "watched");
  options_.watch.eval_every = 0;
  const auto plain = run_to(64, "plain");
  expect_same_checkpoint(watched.checkpoint(64), plain.checkpoint(64));
  EXPECT_TRUE(events(plain, "eval").empty());
  EXPECT_TRUE(plain.bests().empty());
}

TEST_F(WatchedRun, IsMeasuredAtItsEndOnceEnoughWasSeenAndAgainWhereItGoesOnForLong) {
  options_.watch.eval_every = 10'000'000, options_.run.log_every = 1000;
  options_.run.sample_every = options_.run.checkpoint_every = 10'000'000;
  options_.network.base_channels = {64, 64};  // dearer beside an evaluation: fewer images are worth one
  options_.length.images = kBatch;
  const EvaluationCost cost =
      evaluation_cost(make_plan(options_, "photos", open()).network, "random-a", Precision::kFp32, true);
  int64_t enough = kBatch;  // to be worth an evaluation
  while (samples_that_fit(cost, enough, 32) == 0) enough += kBatch;
  EXPECT_EQ(events(run_to(enough - kBatch, "run"), "eval").size(), 0u) << "of " << enough;
  const auto run = run_to(enough, "run", true);
  ASSERT_EQ(events(run, "eval").size(), 1u);
  EXPECT_EQ(events(run, "eval")[0]["images"], enough);
  run_to(2 * enough - kBatch, "run", true);
  EXPECT_EQ(events(run, "eval").size(), 1u) << "little was seen since";
  run_to(2 * enough, "run", true);
  ASSERT_EQ(events(run, "eval").size(), 2u);
  EXPECT_EQ(events(run, "eval")[1]["images"], 2 * enough);
}

TEST_F(WatchedRun, EndsWhenItIsFlatForLongerThanAskedFor) {
  options_.train.adam.learning_rate = {1e-12, 1e-12};
  options_.watch.stop_when_flat = 48;
  const auto run = run_to(1000, "run");
  EXPECT_EQ(run.checkpoints().back(), 72);  // the first evaluation is at 24
}

TEST_F(WatchedRun, ComparesWithPicturesHeldOutWhereTheyAreEnoughAndElseWithThoseOfTheTraining) {
  options_.data.holdout = 0.5;  // of ten: too few
  const auto run = run_to(24, "run");
  EXPECT_EQ(events(run, "eval").size(), 1u);
}

TEST(Rollback, TakesAnEarlierStateAtThePositionOfNowWithHalfTheStepSizes) {
  auto trainer = small_trainer(), other = small_trainer();
  trainer.step(noise_batch(small_plan(), 0, 8));
  const auto early = trainer.state(*trainer.evaluation_generator());
  NamedTensors kept;
  for (const auto& [name, tensor] : early) kept.emplace_back(name, tensor.clone());
  trainer.step(noise_batch(small_plan(), 8, 8));
  trainer.load(kept, "the early state");
  trainer.count_rollback();
  EXPECT_EQ(trainer.images(), 16);
  EXPECT_EQ(trainer.rollbacks(), 1);
  Trainer halved(small_plan(), small_training(5e-4), at::kCPU);
  NamedTensors again;
  for (const auto& [name, tensor] : early) again.emplace_back(name, tensor);
  halved.load(kept, "the early state");
  Json position = trainer.position();
  position["rollbacks"] = 0;
  halved.set_position(position, "the early state");
  for (Trainer* one : {&trainer, &halved}) one->step(noise_batch(small_plan(), 16, 8));
  const auto a = trainer.generator()->parameters(), b = halved.generator()->parameters();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i], b[i])) << i;
}

// A generator that does not move draws nearly one image all the time.
TEST_F(WatchedRun, ThatHasCollapsedDoesWhatWasAskedFor) {
  options_.train.adam.learning_rate = {1e-12, 1e-4};
  options_.train.batch = 64, options_.run.log_every = 10;
  options_.watch.eval_every = 2000, options_.run.sample_every = 1'000'000, options_.run.checkpoint_every = 1'000'000;
  options_.watch.on_collapse = "stop";
  const auto stopped = run_to(200'000, "stopped");
  const auto verdicts = events(stopped, "verdict");
  ASSERT_FALSE(verdicts.empty());
  EXPECT_EQ(verdicts.back()["verdict"], "collapsed");
  EXPECT_FALSE(verdicts.back()["reason"].get<std::string>().empty());
  EXPECT_LT(stopped.checkpoints().back(), 100'000);
  options_.watch.on_collapse = "rollback";
  const auto rolled = run_to(stopped.checkpoints().back() + 640, "rolled");
  const auto rollbacks = events(rolled, "rollback");
  ASSERT_EQ(rollbacks.size(), 1u);
  EXPECT_EQ(rollbacks[0]["images"], stopped.checkpoints().back());
  EXPECT_EQ(ArchiveReader(rolled.checkpoint(rolled.checkpoints().back())).meta()["rollbacks"], 1);
  // Ended and resumed before the rollback and again after it, it is the same run.
  const int64_t at = stopped.checkpoints().back();
  run_to(at - 1280, "parts"), run_to(at + 128, "parts", true);
  const auto parts = run_to(at + 640, "parts", true);
  EXPECT_EQ(events(parts, "rollback"), rollbacks);
  expect_same_checkpoint(rolled.checkpoint(at + 640), parts.checkpoint(at + 640));
}

}  // namespace
}  // namespace dcgan::test
