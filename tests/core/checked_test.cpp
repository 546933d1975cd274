#include "core/checked.hpp"

#include <gtest/gtest.h>

namespace dcgan::test {
namespace {

TEST(Checked, IsTheNumberOrNothing) {
  EXPECT_EQ((Checked(6) * 7 + 8).value(), 50u);
  EXPECT_EQ(Checked(50).rounded_up(16).value(), 64u);
  EXPECT_EQ(Checked(64).rounded_up(16).value(), 64u);
  EXPECT_EQ(Checked::of(-1).value(), std::nullopt);
  EXPECT_EQ(Checked(UINT64_MAX).value(), std::nullopt);
  EXPECT_EQ((Checked(INT64_MAX) + 1).value(), std::nullopt);
  EXPECT_EQ((Checked(INT64_MAX) + INT64_MAX + 2).value(), std::nullopt) << "a sum that wraps to 0";
  EXPECT_EQ((Checked(uint64_t{1} << 32) * (uint64_t{1} << 32)).value(), std::nullopt) << "a product that wraps to 0";
  EXPECT_EQ((Checked(uint64_t{1} << 62) * 4 * 0).value(), std::nullopt) << "nothing stays nothing";
  EXPECT_EQ(Checked(INT64_MAX).rounded_up(16).value(), std::nullopt);
  EXPECT_TRUE(Checked(5) == 5);
  EXPECT_FALSE(Checked::of(-1) == UINT64_MAX);
  EXPECT_TRUE(Checked(5).is_at_most(5));
  EXPECT_FALSE((Checked(INT64_MAX) * 2).is_at_most(UINT64_MAX));
}

}  // namespace
}  // namespace dcgan::test
