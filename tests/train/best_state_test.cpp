#include "train/best_state.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "core/error.hpp"

namespace dcgan::test {
namespace {

RunEvaluation quality(int64_t images, double kid = Measured::kUnknown, double error = 0.001,
                      std::optional<double> memorised = 0, double floor = 0) {
  RunEvaluation evaluation;
  evaluation.images = images;
  for (FoundFigure& figure : evaluation.figures) {
    if (figure.row->name == "kid") figure.found = {kid, error};
    if (figure.row->name == "memorised" && memorised) figure.found = {*memorised}, figure.floor = {floor};
  }
  return evaluation;
}

TEST(BestState, KeepsTheStateOfTheLowestKid) {
  BestState progress;
  EXPECT_FALSE(progress.has_best());
  EXPECT_TRUE(progress.add(quality(1000, 0.3)));
  EXPECT_FALSE(progress.add(quality(2000, 0.3)));
  EXPECT_TRUE(progress.add(quality(3000, 0.2)));
  EXPECT_FALSE(progress.add(quality(4000, 0.25)));
  EXPECT_EQ(progress.best_images(), 3000);
}

TEST(BestState, DoesNotTakeAStateThatMemorisesMoreThanRealImagesDo) {
  BestState progress;
  progress.add(quality(1000, 0.3));
  EXPECT_FALSE(progress.add(quality(2000, 0.1, 0.001, 0.4, 0.1)));
  EXPECT_TRUE(progress.add(quality(3000, 0.1, 0.001, 0.12, 0.1)));
}

TEST(BestState, TakesAStateWhoseShareOfMemorisedImagesIsNotKnown) {
  BestState progress;
  EXPECT_TRUE(progress.add(quality(1000, 0.3, 0.001, std::nullopt)));
}

TEST(BestState, IsNoneWhereKidIsNotANumber) {
  BestState progress;
  EXPECT_FALSE(progress.add(quality(1000)));
  EXPECT_FALSE(progress.has_best());
}

TEST(BestState, IsFlatAfterAWindowInWhichNothingBeatWhatWasByMoreThanItsError) {
  BestState progress;
  progress.add(quality(1000, 0.3, 0.01));
  progress.add(quality(2000, 0.295, 0.01));  // lower, but by less than chance allows
  EXPECT_EQ(progress.best_images(), 2000);
  EXPECT_FALSE(progress.is_flat(5999, 5000));
  EXPECT_TRUE(progress.is_flat(6000, 5000));
  EXPECT_FALSE(progress.is_flat(6000, 0));
  progress.add(quality(6000, 0.2, 0.01));
  EXPECT_FALSE(progress.is_flat(6001, 5000));
}

TEST(BestState, SmallStepsThatAddUpAreAnImprovement) {
  BestState progress;
  for (int i = 0; i <= 10; ++i) progress.add(quality(1000 * i, 0.3 - 0.004 * i, 0.01));
  EXPECT_FALSE(progress.is_flat(10'000, 3000));
}

TEST(BestState, GoesOnFromItsState) {
  BestState progress;
  progress.add(quality(1000, 0.3)), progress.add(quality(2000, 0.2));
  auto again = BestState::from_state(Json::parse(compact(progress.state())), "a test");
  EXPECT_EQ(again.state(), progress.state());
  EXPECT_FALSE(again.add(quality(3000, 0.25)));
  EXPECT_TRUE(again.add(quality(3000, 0.1)));
  EXPECT_EQ(BestState::from_state(BestState().state(), "a test").state(), BestState().state());
  EXPECT_THROW(BestState::from_state(Json::object(), "a test"), Error);
}

}  // namespace
}  // namespace dcgan::test
