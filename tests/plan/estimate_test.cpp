#include "plan/estimate.hpp"

#include <gtest/gtest.h>

#include "plan/milestones.hpp"

namespace dcgan::test {
namespace {

/// Steps that each take some seconds of a clock that nothing else moves.
TimedSteps timed_at(double seconds_a_step, int warm, int& taken) {
  double clock = 100;
  taken = 0;
  return time_steps(
      warm, [&] { clock += seconds_a_step, ++taken; }, [&] { return clock; });
}

TEST(TimedSteps, GoOnForThreeSecondsBehindThoseThatDoNotCount) {
  int taken = 0;
  const TimedSteps timed = timed_at(0.25, 2, taken);
  EXPECT_EQ(timed.steps, 12);
  EXPECT_EQ(taken, 14);
  EXPECT_EQ(timed.seconds, 3);
  EXPECT_FALSE(timed.is_rough);
}

TEST(TimedSteps, AreNeverMoreThanFitIntoTenSecondsAndTheStepUnderWay) {
  for (const double seconds : {0.5, 2.0, 4.0, 6.0, 11.0, 100.0})
    for (const int warm : {0, 2, 5}) {
      int taken = 0;
      const TimedSteps timed = timed_at(seconds, warm, taken);
      EXPECT_LE(taken * seconds, 10 + 3 + 2 * seconds) << seconds << " " << warm;
      EXPECT_DOUBLE_EQ(timed.seconds / static_cast<double>(timed.steps), seconds);
    }
}

TEST(TimedSteps, ThatAreTooSlowToWarmUpAreRoughAndTheLastOneCounts) {
  int taken = 0;
  const TimedSteps timed = timed_at(60, 5, taken);
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(timed.steps, 1);
  EXPECT_EQ(timed.seconds, 60);
  EXPECT_TRUE(timed.is_rough);
}

TEST(MilestonesOfARun, AreAsManyImagesUpTo64PixelsAndMoreByTheSideFromThereOn) {
  for (const Size size : {Size{16, 16}, Size{32, 48}, Size{64, 64}}) EXPECT_EQ(milestones(size).shapes, 20'000);
  EXPECT_EQ(milestones({128, 128}).shapes, 40'000);
  EXPECT_EQ(milestones({256, 64}).settled, 800'000);
}

}  // namespace
}  // namespace dcgan::test
