#include <gtest/gtest.h>

#include "core/error.hpp"
#include "nn/network.hpp"

namespace dcgan::test {
namespace {

std::string hint_for(Size size) {
  try {
    shape_plan(size);
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find(to_text(size)), std::string::npos) << error.what();
    return error.hint();
  }
  return "it can be built";
}

TEST(ShapePlan, DoublesTheSmallestBaseUpToTheSize) {
  EXPECT_EQ(shape_plan({28, 28}), (ShapePlan{{7, 7}, 2}));
  EXPECT_EQ(shape_plan({32, 32}), (ShapePlan{{4, 4}, 3}));
  EXPECT_EQ(shape_plan({48, 48}), (ShapePlan{{3, 3}, 4}));
  EXPECT_EQ(shape_plan({64, 64}), (ShapePlan{{4, 4}, 4}));
  EXPECT_EQ(shape_plan({96, 96}), (ShapePlan{{3, 3}, 5}));
  EXPECT_EQ(shape_plan({128, 96}), (ShapePlan{{4, 3}, 5}));
  EXPECT_EQ(shape_plan({256, 256}), (ShapePlan{{4, 4}, 6}));
  EXPECT_EQ(shape_plan({64, 48}), (ShapePlan{{4, 3}, 4}));
}

TEST(ShapePlan, TakesOneNumberOfDoublingsForBothSides) {
  EXPECT_EQ(shape_plan({96, 224}), (ShapePlan{{3, 7}, 5}));
  EXPECT_EQ(shape_plan({48, 112}), (ShapePlan{{3, 7}, 4}));
  EXPECT_EQ(shape_plan({24, 16}), (ShapePlan{{6, 4}, 2}));  // 24 = 3 x 2^3 alone
}

TEST(ShapePlan, GivesItsSizeBackForEverySizeThatCanBeBuilt) {
  for (int64_t w = 6; w <= 300; ++w)
    for (int64_t h = 6; h <= 300; ++h) {
      ShapePlan plan;
      try {
        plan = shape_plan({w, h});
      } catch (const UsageError&) {
        continue;
      }
      ASSERT_EQ(plan.size(), (Size{w, h}));
      ASSERT_TRUE(plan.base.width >= 3 && plan.base.width <= 7 && plan.base.height >= 3 && plan.base.height <= 7)
          << w << "x" << h;
      // One more doubling would leave a base that is not whole, or under 3.
      ASSERT_TRUE(plan.base.width % 2 || plan.base.height % 2 || plan.base.width < 6 || plan.base.height < 6)
          << w << "x" << h;
    }
}

TEST(ShapePlan, BuildsEverySideThatIsThreeToSevenTimesAPowerOfTwo) {
  for (int64_t base = 3; base <= 7; ++base)
    for (int64_t n = 1; n <= 10; ++n) EXPECT_NO_THROW(shape_plan({base << n, base << n})) << (base << n);
}

TEST(ShapePlan, NamesTheNearestSizesForOneThatCannotBeBuilt) {
  EXPECT_EQ(hint_for({100, 100}), "the nearest sizes are 96 and 112");
  EXPECT_EQ(hint_for({65, 65}), "the nearest sizes are 64 and 80");
  EXPECT_EQ(hint_for({30, 30}), "the nearest sizes are 28 and 32");
  EXPECT_EQ(hint_for({5000, 6}), "the nearest sizes are 14x6 and 5120x3072");  // one power of two for both sides
  EXPECT_EQ(hint_for({64, 50}), "the nearest sizes are 64x48 and 64");  // 56 is 7 x 8, and 64 is not 3 to 7 times 8
}

TEST(ShapePlan, NamesOneSizeWhereThereIsNoneOnTheOtherSide) {
  EXPECT_EQ(hint_for({5, 5}), "the nearest sizes are 6");
  EXPECT_EQ(hint_for({7200, 7200}), "the nearest sizes are 7168");
}

TEST(ShapePlan, NamesOnlySizesThatCanBeBuilt) {
  for (const Size size : {Size{100, 100}, Size{65, 65}, Size{30, 30}, Size{5000, 6}, Size{6, 5000}, Size{101, 37},
                          Size{7167, 6}, Size{1, 1}}) {
    const auto hint = hint_for(size);
    std::vector<Size> named;
    for (size_t at = 0; at < hint.size(); ++at)
      if (std::isdigit(hint[at])) {
        size_t used = 0;
        const int64_t width = std::stoll(hint.substr(at), &used);
        at += used;
        int64_t height = width;
        if (at < hint.size() && hint[at] == 'x') height = std::stoll(hint.substr(at + 1), &used), at += 1 + used;
        named.push_back({width, height});
      }
    ASSERT_FALSE(named.empty()) << hint;
    for (const Size one : named) EXPECT_NO_THROW(shape_plan(one)) << hint << " for " << to_text(size);
  }
}

TEST(Channels, DoubleTowardsTheBaseUpToTheMost) {
  NetworkPlan plan;
  plan.shape = shape_plan({256, 256});
  EXPECT_EQ(plan.channels(64), (std::vector<int64_t>{512, 512, 512, 256, 128, 64}));
  plan.options.max_channels = 100;
  EXPECT_EQ(plan.channels(64), (std::vector<int64_t>{100, 100, 100, 100, 100, 64}));
  plan.options.max_channels = 10;
  EXPECT_EQ(plan.channels(64), std::vector<int64_t>(6, 10));
  plan.shape = shape_plan({64, 64});
  plan.options.max_channels = 512;
  EXPECT_EQ(plan.channels(5), (std::vector<int64_t>{40, 20, 10, 5}));
}

}  // namespace
}  // namespace dcgan::test
