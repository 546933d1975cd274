#include "train/balance.hpp"

#include <gtest/gtest.h>

#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::balance {
namespace {

/// Twenty steps of a healthy run at batch 16; images are counted by the run below.
BalanceFigures healthy() {
  BalanceFigures figures;
  figures.steps = 20;
  figures.accuracy_real = 0.86, figures.accuracy_fake = 0.96, figures.d_fake_after = 0.15;
  return figures;
}
BalanceFigures hopeless() {
  auto figures = healthy();
  figures.accuracy_real = 0.995, figures.accuracy_fake = 0.998, figures.d_fake_after = 0.0015;
  return figures;
}
BalanceFigures fooled() {
  auto figures = healthy();
  figures.accuracy_real = 0.52, figures.accuracy_fake = 0.5, figures.d_fake_after = 0.6;
  return figures;
}
BalanceFigures with_diversity(double diversity) {
  auto figures = healthy();
  figures.diversity = diversity;
  return figures;
}
BalanceFigures with_memory(double share, double floor) {
  auto figures = healthy();
  figures.memorised = share, figures.memorised_floor = floor;
  return figures;
}

/// A run that is fed by hand and counts how often its verdict changed.
struct Watched {
  Balance balance;
  Judgement last;
  int64_t images = 0, changes = 0;

  Verdict add(BalanceFigures figures, int64_t more = 320) {
    figures.images = images += more;
    const auto judgement = balance.add(figures);
    if (judgement.verdict != last.verdict) ++changes;
    last = judgement;
    return judgement.verdict;
  }
  Verdict stretch(const BalanceFigures& figures, int64_t count, int64_t more = 320) {
    for (int64_t seen = 0; seen < count; seen += more) add(figures, more);
    return last.verdict;
  }
  /// An evaluation every 5,000 images, healthy records between.
  Verdict evaluations(const BalanceFigures& figures, int64_t count) {
    for (int64_t i = 0; i < count; ++i) stretch(healthy(), 4800), add(figures, 200);
    return last.verdict;
  }
};

TEST(Balance, IsBalancedWithoutAReasonWhileARunIsHealthy) {
  Watched run;
  EXPECT_EQ(run.stretch(healthy(), 200'000), Verdict::kBalanced);
  EXPECT_EQ(run.changes, 0);
  EXPECT_EQ(run.last.reason, "");
}

TEST(Balance, SaysThatTheDiscriminatorIsAheadWhenItHasBeenForTenThousandImages) {
  Watched run;
  EXPECT_EQ(run.stretch(hopeless(), 9600), Verdict::kBalanced);
  EXPECT_EQ(run.stretch(hopeless(), 960), Verdict::kDiscriminatorAhead);
  EXPECT_EQ(run.last.reason,
            "D is right on 99.5 % of real and 99.8 % of generated images, D(G(z)) is 0.0015; so for most of the last "
            "10,560 images");
}

TEST(Balance, CountsFromWhereATroubleBegan) {
  Watched run;
  run.stretch(healthy(), 64'000);
  run.stretch(hopeless(), 16'000);
  EXPECT_EQ(run.last.verdict, Verdict::kDiscriminatorAhead);
  // The mean of the last images turns a little after the records do.
  EXPECT_CONTAINS(run.last.reason, "so for most of the last 15,");
}

TEST(Balance, WaitsForStepsWhereBatchesAreLarge) {
  Watched run;
  EXPECT_EQ(run.stretch(hopeless(), 140 * 1024, 20 * 1024), Verdict::kBalanced);  // 140 steps
  EXPECT_EQ(run.stretch(hopeless(), 20 * 1024, 20 * 1024), Verdict::kDiscriminatorAhead);
}

TEST(Balance, SaysThatTheGeneratorIsAheadWhenDIsNoBetterThanChance) {
  Watched run;
  EXPECT_EQ(run.stretch(fooled(), 12'000), Verdict::kGeneratorAhead);
  EXPECT_CONTAINS(run.last.reason, "52.0 % of real and 50.0 % of generated");
}

TEST(Balance, LetsEpisodesPass) {
  for (const auto& trouble : {hopeless(), fooled()}) {
    Watched run;
    for (int i = 0; i < 10; ++i) run.stretch(healthy(), 9000), run.stretch(trouble, 6000);
    EXPECT_EQ(run.changes, 0);
  }
}

TEST(Balance, DoesNotFlicker) {
  Watched run;
  for (int i = 0; i < 60; ++i) run.stretch(hopeless(), 3200), run.stretch(healthy(), 1600);
  EXPECT_EQ(run.last.verdict, Verdict::kDiscriminatorAhead);
  EXPECT_EQ(run.changes, 1);
  EXPECT_EQ(run.stretch(healthy(), 20'000), Verdict::kBalanced);
  EXPECT_EQ(run.changes, 2);
}

TEST(Balance, SaysSoWhileATroubleIsPassing) {
  Watched run;
  run.stretch(hopeless(), 20'000);
  EXPECT_EQ(run.stretch(healthy(), 6000), Verdict::kDiscriminatorAhead);
  EXPECT_CONTAINS(run.last.reason, "it was worse");
  EXPECT_EQ(run.stretch(healthy(), 10'000), Verdict::kBalanced);
}

TEST(Balance, JudgesByAccuracyAloneWhereLogitsAreNoProbabilities) {
  auto right = hopeless(), often = hopeless();
  right.d_fake_after = often.d_fake_after = BalanceFigures::kUnknown;
  right.accuracy_real = right.accuracy_fake = 0.999, often.accuracy_real = 0.98;
  Watched run, other;
  EXPECT_EQ(run.stretch(right, 12'000), Verdict::kDiscriminatorAhead);
  EXPECT_EQ(run.last.reason.find("D(G(z))"), std::string::npos);
  EXPECT_EQ(other.stretch(often, 40'000), Verdict::kBalanced);
}

TEST(Balance, CountsImagesNotRecords) {
  auto rare = hopeless();
  rare.steps = 200;
  Watched run, other;
  run.stretch(hopeless(), 9600), other.stretch(rare, 9600, 3200);
  EXPECT_EQ(run.last.verdict, other.last.verdict);
  run.stretch(hopeless(), 3200), other.stretch(rare, 3200, 3200);
  EXPECT_EQ(run.last.verdict, Verdict::kDiscriminatorAhead);
  EXPECT_EQ(other.last.verdict, Verdict::kDiscriminatorAhead);
}

TEST(Balance, SaysCollapsedWhenImagesStayAlike) {
  Watched run;
  EXPECT_EQ(run.evaluations(with_diversity(0.05), 2), Verdict::kBalanced) << "as all runs begin";
  EXPECT_EQ(run.evaluations(with_diversity(0.05), 2), Verdict::kCollapsed);
  EXPECT_CONTAINS(run.last.reason, "0.05 times as much");
}

TEST(Balance, SaysCollapsingWhenHalfOfTheBestDiversityIsLost) {
  Watched run;
  EXPECT_EQ(run.evaluations(with_diversity(0.9), 4), Verdict::kBalanced);
  EXPECT_EQ(run.evaluations(with_diversity(0.4), 1), Verdict::kBalanced) << "one evaluation is none";
  EXPECT_EQ(run.evaluations(with_diversity(0.4), 2), Verdict::kCollapsing);
  EXPECT_CONTAINS(run.last.reason, "0.40 times as much as the data's do, 0.90 at best");
  EXPECT_EQ(run.evaluations(with_diversity(0.02), 4), Verdict::kCollapsed) << "the worse verdict is given";
  EXPECT_EQ(run.evaluations(with_diversity(0.85), 4), Verdict::kBalanced);
}

TEST(Balance, CallsNothingCollapsingThatWasNeverVaried) {
  Watched run;
  run.evaluations(with_diversity(0.3), 1);
  EXPECT_EQ(run.evaluations(with_diversity(0.05), 2), Verdict::kBalanced) << "many runs fall back to noise once";
}

TEST(Balance, NeverTakesOneLateEvaluationForALongTime) {
  Watched run;
  run.stretch(healthy(), 200'000);
  EXPECT_EQ(run.add(with_diversity(0.01)), Verdict::kBalanced);
  EXPECT_EQ(run.add(with_memory(1, 0)), Verdict::kBalanced);
}

TEST(Balance, SaysMemorisingBeyondWhatUnseenImagesShow) {
  Watched run, duplicates, blind;
  EXPECT_EQ(run.evaluations(with_memory(0.6, 0.02), 3), Verdict::kMemorising);
  EXPECT_CONTAINS(run.last.reason,
                  "60.0 % of generated images repeat a training image, 2.0 % of unseen real images do");
  EXPECT_EQ(duplicates.evaluations(with_memory(0.6, 0.55), 6), Verdict::kBalanced) << "the data repeats itself";
  EXPECT_EQ(blind.evaluations(with_memory(0.6, BalanceFigures::kUnknown), 3), Verdict::kMemorising);
}

TEST(Balance, HasTheIssuesWords) {
  EXPECT_EQ(words(Verdict::kBalanced), "balanced");
  EXPECT_EQ(words(Verdict::kDiscriminatorAhead), "discriminator ahead");
  EXPECT_EQ(words(Verdict::kGeneratorAhead), "generator ahead");
  EXPECT_EQ(words(Verdict::kCollapsing), "collapsing");
  EXPECT_EQ(words(Verdict::kCollapsed), "collapsed");
  EXPECT_EQ(words(Verdict::kMemorising), "memorising");
}

TEST(Balance, GoesOnFromItsStateAsIfItHadNeverStopped) {
  Watched through, stopped;
  for (int i = 0; i < 300; ++i) {
    auto figures = i % 90 < 50 ? hopeless() : healthy();
    if (i % 7 == 0) figures.diversity = i < 150 ? 0.8 : 0.1;
    if (i % 11 == 0) figures.memorised = 0.5;
    through.add(figures), stopped.add(figures);
    stopped.balance = Balance::from_state(parse_json(compact(stopped.balance.state()), "the state"), "the state");
    ASSERT_EQ(stopped.last.verdict, through.last.verdict) << "record " << i;
    ASSERT_EQ(stopped.last.reason, through.last.reason) << "record " << i;
  }
  EXPECT_GE(through.changes, 3);
}

TEST(Balance, RefusesAStateThatLacksSomething) {
  auto state = Balance().state();
  state.erase("collapsed_since");
  const auto thrown = thrown_by([&] { Balance::from_state(state, "the checkpoint 'x'"); });
  EXPECT_CONTAINS(thrown.what, "the checkpoint 'x'");
  EXPECT_CONTAINS(thrown.what, "'collapsed_since'");
  EXPECT_EQ(thrown_by([] { Balance::from_state(Json(3), "that"); }).exit_code, kFailed);
}

/// Runs that were really made (goldens/balance.py says how), thinned.
struct Runs {
  Json json = parse_json(read_text(std::filesystem::path(DCGAN_TEST_GOLDENS) / "balance.json"), "balance.json");

  /// Every verdict a run got, with the images at which it came.
  std::vector<std::pair<int64_t, Verdict>> verdicts(const std::string& name, bool evaluated) const {
    std::vector<std::pair<int64_t, Verdict>> out;
    Balance balance;
    auto last = Verdict::kBalanced;
    for (const auto& row : json["runs"][name]["records"]) {
      BalanceFigures figures;
      figures.images = row[0], figures.steps = row[1];
      figures.accuracy_real = row[2], figures.accuracy_fake = row[3];
      if (!row[4].is_null()) figures.d_fake_after = row[4];
      if (evaluated && !row[5].is_null()) figures.diversity = row[5];
      const auto verdict = balance.add(figures).verdict;
      if (verdict != last) out.emplace_back(figures.images, last = verdict);
    }
    return out;
  }
  std::vector<std::string> names(const std::string& kind) const {
    std::vector<std::string> out;
    for (const auto& [name, run] : json["runs"].items())
      if (run["kind"] == kind) out.push_back(name);
    return out;
  }
};

TEST(RecordedRuns, ThatWentWellGetNoAlarm) {
  const Runs runs;
  ASSERT_GE(runs.names("well").size(), 5u);
  for (const auto& name : runs.names("well"))
    for (const bool evaluated : {true, false})
      for (const auto& [images, verdict] : runs.verdicts(name, evaluated))
        ADD_FAILURE() << name << " is called " << words(verdict) << " after " << images << " images";
}

// The first verdict is the one that a person who looks at the grids would give, and it comes early in the run.
TEST(RecordedRuns, ThatFailedAreCalledSo) {
  const Runs runs;
  ASSERT_GE(runs.names("failed").size(), 4u);
  for (const auto& name : runs.names("failed")) {
    const auto& run = runs.json["runs"][name];
    const auto verdicts = runs.verdicts(name, true);
    ASSERT_FALSE(verdicts.empty()) << name;
    EXPECT_EQ(words(verdicts[0].second), run["verdict"].get<std::string>()) << name;
    EXPECT_LE(verdicts[0].first, run["by"].get<int64_t>()) << name;
    EXPECT_FALSE(runs.verdicts(name, false).empty()) << name << " without any evaluation";
    for (const auto& [images, verdict] : verdicts) EXPECT_NE(verdict, Verdict::kBalanced) << name << ", " << images;
  }
}

}  // namespace
}  // namespace dcgan::test::balance
