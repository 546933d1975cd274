#include "core/platform/io/secret.hpp"

#include <gtest/gtest.h>

#include <set>

namespace dcgan::test {
namespace {

TEST(RandomWord, HasTwoDigitsAByteAndIsAnotherEachTime) {
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) all.insert(random_word(16));
  EXPECT_EQ(all.size(), 1000u);
  EXPECT_EQ(all.begin()->size(), 32u);
  EXPECT_EQ(all.begin()->find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SameSecret, IsTheSameToTheLastByte) {
  EXPECT_TRUE(is_same_secret("secret", "secret") && is_same_secret("", ""));
  for (const char* guess : {"", "s", "secre", "secrets", "Secret", "secreT"})
    EXPECT_FALSE(is_same_secret(guess, "secret")) << guess;
}

}  // namespace
}  // namespace dcgan::test
