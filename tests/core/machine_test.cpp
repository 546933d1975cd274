#include "core/platform/machine.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <regex>

#include "support/temporary.hpp"

namespace dcgan::test::machine {
namespace {

TEST(Machine, HasCoresMemoryAndADisk) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_FALSE(processor_name().empty());
  const ResidentMemory memory = resident_memory();
  EXPECT_GT(memory.anonymous, 0);
  EXPECT_GE(memory.peak, memory.anonymous);
  EXPECT_GT(free_disk("/tmp"), 0);
}

TEST(FreeDisk, OfAFolderThatIsNotThereIsThatOfItsParent) {
  const TemporaryFolder folder;
  EXPECT_GT(free_disk(folder / "not/there/yet"), 0);
  EXPECT_GE(free_disk("not-there-in-the-working-folder"), 0);
}

TEST(Environment, IsEmptyForAVariableThatIsNotSet) {
  ::setenv("DCGAN_TEST_VARIABLE", "value", 1);
  EXPECT_EQ(environment("DCGAN_TEST_VARIABLE"), "value");
  ::unsetenv("DCGAN_TEST_VARIABLE");
  EXPECT_EQ(environment("DCGAN_TEST_VARIABLE"), "");
}

TEST(UtcNow, IsATimeOfIso8601) {
  EXPECT_TRUE(std::regex_match(utc_now(), std::regex(R"(20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ)")));
}

}  // namespace
}  // namespace dcgan::test::machine
