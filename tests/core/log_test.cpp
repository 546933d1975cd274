#include "core/log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/parallel.hpp"

namespace dcgan::test::remarks {
namespace {

TEST(Log, PassesEveryLineToItsSinkFromAnyThread) {
  std::vector<std::string> lines;  // without a lock: the log brings one
  LogSink before = set_log_sink([&](const std::string& line) { lines.push_back(line); });
  parallel_for(200, 4, [](int64_t) { note("a remark"); });
  warn("beware");
  set_log_sink(std::move(before));
  ASSERT_EQ(lines.size(), 201u);
  EXPECT_EQ(lines.front(), "a remark");
  EXPECT_EQ(lines.back(), "warning: beware");
}

TEST(Log, WritesToStandardErrorAtFirst) {
  testing::internal::CaptureStderr();
  note("a remark");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a remark\n");
}

}  // namespace
}  // namespace dcgan::test::remarks
