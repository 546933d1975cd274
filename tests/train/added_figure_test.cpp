// A figure of evaluation is one file and one row: here the file is a function, the row stands beside the table's, and
// all that shows, keeps or logs figures has it.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "eval/evaluation.hpp"
#include "support/runs.hpp"

namespace dcgan::test {
namespace {

/// The distance between the mean images of both sides, in features.
Measured mean_shift(const Comparison& sides) {
  const auto shift = sides.generated().mean(0) - sides.real().features.mean(0);
  return {shift.norm().item<double>(), 0.5};
}

FigureRow shift_row() {
  return {.name = "mean_shift",
          .help = "distance between the means of both sides' features",
          .better = "lower",
          .measure = mean_shift,
          .has_error = true,
          .in_runs = 4,
          .has_floor_in_runs = true,
          .is_told_in_runs = true};
}

class AddedFigureOf : public RunTest {
 protected:
  AddedFigureOf() { options_.watch.eval_every = 24, options_.watch.eval_samples = 32, options_.run.log_every = 1; }
  std::string events_of(const RunDirectory& run) const {
    std::string all;
    for (const auto& entry : fs::directory_iterator(run.path()))
      if (entry.path().extension() == ".dcgan") all += read_text(entry.path());
    return all;
  }
  std::vector<Json> evaluations(const RunDirectory& run) const {
    auto lines = log_lines(run);
    std::erase_if(lines, [](const Json& line) { return line.value("event", "") != "eval"; });
    return lines;
  }
};

TEST_F(AddedFigureOf, ARunIsInItsLogRecordsEventsStateAndWords) {
  const AddedFigure added(shift_row());
  testing::internal::CaptureStdout();
  const auto run = run_to(32, "run");
  const std::string said = testing::internal::GetCapturedStdout();
  const Json found = evaluations(run).at(0);
  for (const char* key : {"mean_shift_random_a", "mean_shift_random_a_error", "mean_shift_random_a_floor"})
    EXPECT_TRUE(found[key].is_number()) << key << " in " << found;
  EXPECT_EQ(log_lines(run).back()["mean_shift_random_a"], found["mean_shift_random_a"]);
  for (const char* tag : {"quality/mean_shift_random_a", "quality/mean_shift_random_a_standard_error",
                          "quality/mean_shift_random_a_floor"})
    EXPECT_NE(events_of(run).find(tag), std::string::npos) << tag;
  const Json watch = ArchiveReader(run.checkpoint(32)).meta()["watch"];
  EXPECT_EQ(watch["mean_shift"], found["mean_shift_random_a"]);
  EXPECT_EQ(watch["mean_shift_floor"], found["mean_shift_random_a_floor"]);
  EXPECT_NE(said.find(", mean_shift_random_a "), std::string::npos) << said;
}

TEST_F(AddedFigureOf, ARunThatBeganWithoutItComesWithTheNextEvaluation) {
  const auto whole = run_to(64, "whole");
  run_to(32, "parts");
  const AddedFigure added(shift_row());
  const auto parts = run_to(64, "parts", true);
  expect_same_checkpoint(whole.checkpoint(64), parts.checkpoint(64));
  const auto found = evaluations(parts);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_FALSE(found[0].contains("mean_shift_random_a"));
  EXPECT_TRUE(found[1]["mean_shift_random_a"].is_number());
  EXPECT_EQ(found[1]["kid_random_a"], evaluations(whole)[1]["kid_random_a"]);
  for (const auto& line : log_lines(parts))
    if (line["images"] == 40 && !line.contains("event")) {
      EXPECT_TRUE(line["mean_shift_random_a"].is_null()) << line;
    }
}

TEST_F(AddedFigureOf, AnEvaluationIsWithItsFloorAmongTheOthers) {
  const AddedFigure added(shift_row());
  const Dataset dataset = open();
  const auto network = random_features(RandomFeatures::kA, {8, 8});
  const RealSide real = make_real_side(*dataset.pixels, *network, {}, {});
  SetImages images(*dataset.pixels, {0, 1, 2, 3}, 1);
  const Json found = evaluate(images, *network, real, {}, {}).json()["figures"];
  const Json& shift = found["mean_shift_random_a"];
  EXPECT_GT(shift["value"], 0);
  EXPECT_EQ(shift["standard_error"], 0.5);
  EXPECT_GT(shift["real_against_real"], 0);
  EXPECT_EQ(shift["better"], "lower");
  EXPECT_NE(figures_help().find("mean_shift: "), std::string::npos);
}

TEST_F(AddedFigureOf, PicturesThatWereKeptWithoutItIsAddedToThemAndFeaturesAreNotComputedAnew) {
  const Dataset dataset = open();
  DataOptions data = options_.data;
  data.cache = (folder_ / "cache").native();
  const auto network = random_features(RandomFeatures::kA, {8, 8});
  std::vector<std::string> remarks, done;
  const EvaluationProgress progress = [&](const std::string& what, int64_t, int64_t) { done.push_back(what); };
  const auto opened = [&] { return open_real_side(*dataset.pixels, data, *network, {}, progress, remarks); };
  const RealSide before = opened();
  EXPECT_FALSE(done.empty());
  done.clear();
  const AddedFigure added(shift_row());
  for (int time = 0; time < 2; ++time) {
    const RealSide now = opened();
    EXPECT_GT(now.floor.figures.at("mean_shift").value, 0);
    EXPECT_EQ(now.floor.figures.at("kid").value, before.floor.figures.at("kid").value);
  }
  EXPECT_TRUE(done.empty()) << done[0];
  EXPECT_TRUE(remarks.empty()) << remarks[0];
}

}  // namespace
}  // namespace dcgan::test
