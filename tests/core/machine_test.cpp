#include "core/platform/machine.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "support/temporary.hpp"

namespace dcgan::test::machine {
namespace {

TEST(Machine, HasAProcessorMemoryAndADisk) {
  EXPECT_FALSE(processor_name().empty());
  const ResidentMemory memory = resident_memory();
  EXPECT_GT(memory.anonymous, 0);
  EXPECT_GE(memory.peak, memory.anonymous);
  EXPECT_GT(free_disk("/tmp"), 0);
}

TEST(FreeMemory, IsNoMoreThanTheMachineHasAndWhatALimitLeaves) {
  const int64_t all = free_memory();
  EXPECT_GT(all, 0);
  EXPECT_LE(all, int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_DATA, &before), 0);
  int64_t has = 0;  // a sanitizer's shadow included
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmData:")) has = 1024 * std::stoll(line.substr(7));
  constexpr int64_t kMore = 100 << 20;
  const rlimit narrow{static_cast<rlim_t>(has + kMore), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_DATA, &narrow), 0);
  const int64_t left = free_memory();
  ::setrlimit(RLIMIT_DATA, &before);
  EXPECT_GT(left, 0);
  EXPECT_LE(left, kMore);
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
  std::string shape = utc_now();
  for (char& c : shape)
    if (c >= '0' && c <= '9') c = '0';
  EXPECT_EQ(shape, "0000-00-00T00:00:00Z");
}

}  // namespace
}  // namespace dcgan::test::machine
