#include "train/best_state.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "core/error.hpp"
#include "eval/figures.hpp"

namespace dcgan::test {
namespace {

RunEvaluation quality(int64_t images, double kid = Measured::kUnknown, double error = 0.001,
                      std::optional<double> memorised = 0, double floor = 0) {
  RunEvaluation evaluation;
  evaluation.images = images, evaluation.real = kEnoughHeldOut;
  for (FoundFigure& figure : evaluation.figures) {
    if (figure.row->name == "kid") figure.found = {kid, error};
    if (figure.row->name == "memorised" && memorised) figure.found = {*memorised}, figure.floor = {floor};
  }
  return evaluation;
}

bool is_taken(BestState& progress, const RunEvaluation& evaluation) {
  return progress.add(evaluation) != Ranked::kNotBetter;
}

TEST(BestState, KeepsTheStateOfTheLowestKid) {
  BestState progress;
  EXPECT_FALSE(progress.has_best());
  EXPECT_EQ(progress.add(quality(1000, 0.3)), Ranked::kBest);
  EXPECT_EQ(progress.add(quality(2000, 0.3)), Ranked::kNotBetter);
  EXPECT_EQ(progress.add(quality(3000, 0.2)), Ranked::kBest);
  EXPECT_EQ(progress.add(quality(4000, 0.25)), Ranked::kNotBetter);
  EXPECT_EQ(progress.best_images(), 3000);
}

TEST(BestState, ChangesOnlyWhereIntervalsPart) {
  BestState progress;
  progress.add(quality(1000, 0.10, 0.01));
  EXPECT_FALSE(is_taken(progress, quality(2000, 0.07, 0.01)));
  EXPECT_FALSE(is_taken(progress, quality(3000, 0.061, 0.01)));
  EXPECT_EQ(progress.best_images(), 1000);
  EXPECT_TRUE(is_taken(progress, quality(4000, 0.060, 0.01)));
}

// Seen: 0.082 +- 0.030 of blobs was kept over 0.093 +- 0.034 of faces.
TEST(BestState, IsTheNewestWhereFewPicturesCannotTellMore) {
  BestState progress;
  const auto of_few = [](int64_t images, double kid, double error) {
    RunEvaluation evaluation = quality(images, kid, error);
    evaluation.real = kEnoughHeldOut - 1;
    return evaluation;
  };
  progress.add(of_few(1000, 0.082, 0.030));
  EXPECT_EQ(progress.add(of_few(2000, 0.093, 0.034)), Ranked::kNewest);
  EXPECT_EQ(progress.best_images(), 2000);
  EXPECT_EQ(progress.add(of_few(3000, 0.5, 0.034)), Ranked::kNotBetter) << "clearly worse";
  EXPECT_EQ(progress.add(of_few(4000, 0.001, 0.002)), Ranked::kBest);
}

TEST(BestState, DoesNotTakeAStateThatMemorisesMoreThanRealImagesDo) {
  BestState progress;
  progress.add(quality(1000, 0.3));
  EXPECT_FALSE(is_taken(progress, quality(2000, 0.1, 0.001, 0.4, 0.1)));
  EXPECT_TRUE(is_taken(progress, quality(3000, 0.1, 0.001, 0.12, 0.1)));
}

TEST(BestState, TakesAStateWhoseShareOfMemorisedImagesIsNotKnown) {
  BestState progress;
  EXPECT_TRUE(is_taken(progress, quality(1000, 0.3, 0.001, std::nullopt)));
}

TEST(BestState, IsNoneWhereKidIsNotANumber) {
  BestState progress;
  EXPECT_FALSE(is_taken(progress, quality(1000)));
  EXPECT_FALSE(progress.has_best());
}

TEST(BestState, IsFlatAfterAWindowInWhichNothingBeatWhatWasByMoreThanItsError) {
  BestState progress;
  progress.add(quality(1000, 0.3, 0.01));
  progress.add(quality(2000, 0.295, 0.01));  // lower, but by less than chance allows
  EXPECT_EQ(progress.best_images(), 1000);
  EXPECT_FALSE(progress.is_flat(5999, 5000));
  EXPECT_TRUE(progress.is_flat(6000, 5000));
  EXPECT_FALSE(progress.is_flat(6000, 0));
  progress.add(quality(6000, 0.2, 0.01));
  EXPECT_FALSE(progress.is_flat(6001, 5000));
}

TEST(BestState, SmallStepsThatAddUpAreAnImprovement) {
  BestState progress;
  for (int i = 0; i <= 10; ++i) progress.add(quality(1000 * i, 0.3 - 0.02 * i, 0.01));
  EXPECT_FALSE(progress.is_flat(10'000, 3000));
}

TEST(BestState, GoesOnFromItsState) {
  BestState progress;
  progress.add(quality(1000, 0.3)), progress.add(quality(2000, 0.2));
  auto again = BestState::from_state(Json::parse(compact(progress.state())), "a test");
  EXPECT_EQ(again.state(), progress.state());
  EXPECT_FALSE(is_taken(again, quality(3000, 0.25)));
  EXPECT_TRUE(is_taken(again, quality(3000, 0.1)));
  EXPECT_EQ(BestState::from_state(BestState().state(), "a test").state(), BestState().state());
  EXPECT_THROW(BestState::from_state(Json::object(), "a test"), Error);
}

}  // namespace
}  // namespace dcgan::test
