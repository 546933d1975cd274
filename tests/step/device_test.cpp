#include "step/device.hpp"

#include <gtest/gtest.h>

#include "step/gpu.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(ResolveDevice, RefusesWhatIsNoDevice) {
  std::vector<std::string> remarks;
  for (const char* text : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:99999999999999999999", "CPU", ""}) {
    const Thrown thrown = thrown_by([&] { resolve_device(text, remarks); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, "'" + std::string(text) + "'");
    EXPECT_CONTAINS(thrown.hint, "auto|cpu|cuda|cuda:N");
  }
  EXPECT_TRUE(remarks.empty());
}

TEST(ResolveDevice, RefusesAGpuThatIsNotThereSayingWhatToDo) {
  std::vector<std::string> remarks;
  const Thrown thrown = thrown_by([&] { resolve_device("cuda:99", remarks); });
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_CONTAINS(thrown.what, "cuda:99");
  EXPECT_CONTAINS(thrown.hint, "use ");
}

TEST(ResolveDevice, TakesTheCpuAsAskedAndSaysSoOnlyWhenItChose) {
  std::vector<std::string> remarks;
  EXPECT_EQ(resolve_device("cpu", remarks), "cpu");
  EXPECT_TRUE(remarks.empty());
  EXPECT_EQ(resolve_device("auto", remarks), gpu_names().empty() ? "cpu" : "cuda:0");
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_TRUE(remarks[0].starts_with("device: "));
}

TEST(DeviceNames, BeginWithTheCpuAndNumberTheGpus) {
  const auto names = device_names();
  ASSERT_EQ(names.size(), 1 + gpu_names().size());
  EXPECT_EQ(names[0], "cpu");
  for (size_t i = 1; i < names.size(); ++i) EXPECT_TRUE(names[i].starts_with("cuda:" + std::to_string(i - 1) + ": "));
}

}  // namespace
}  // namespace dcgan::test
