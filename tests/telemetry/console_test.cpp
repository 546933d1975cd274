#include "telemetry/console.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <thread>
#include <vector>

namespace dcgan::test::consoles {
namespace {

struct Said {
  std::vector<std::string> out, err;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  EXPECT_TRUE(text.empty() || text.back() == '\n') << text;
  return lines;
}

/// What `body` writes; standard output and error are files meanwhile, not terminals.
template <class Body>
Said said_by(Body&& body) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  body();
  Said said;
  said.out = lines_of(testing::internal::GetCapturedStdout());
  said.err = lines_of(testing::internal::GetCapturedStderr());
  return said;
}

Record record_of(int64_t images) {
  Record record;
  record.images = images;
  record.loss_g = 1.5;
  return record;
}

TEST(FittedLine, LeavesOutWhatMattersLeastAndKeepsTheRestWhole) {
  const std::vector<LinePart> parts = {
      {0, "100 images"}, {2, " 9/s"}, {1, " left 3 s"}, {2, " loss 1"}, {0, " balanced"}};
  EXPECT_EQ(fitted_line(parts, 100), "100 images 9/s left 3 s loss 1 balanced");
  EXPECT_EQ(fitted_line(parts, 38), "100 images left 3 s balanced");
  EXPECT_EQ(fitted_line(parts, 28), "100 images left 3 s balanced");
  EXPECT_EQ(fitted_line(parts, 27), "100 images balanced");
  EXPECT_EQ(fitted_line(parts, 12), "100 images b");
}

TEST(ConsoleInJson, PrintsOneLineARecordThatParses) {
  const Said said = said_by([] {
    Console console(true, {.images = 1000, .seconds = {}});
    for (int64_t i = 1; i <= 5; ++i) {
      console.step(i * 64, 1.0);
      console.record(record_of(i * 64), 1.0);
    }
  });
  ASSERT_EQ(said.out.size(), 5u);
  for (int64_t i = 1; i <= 5; ++i)
    EXPECT_EQ(compact(parse_json(said.out[static_cast<size_t>(i - 1)], "a line")), compact(to_json(record_of(i * 64))));
  EXPECT_TRUE(said.err.empty());
}

TEST(ConsoleInJson, PrintsEventsForProgramsAndForPeopleApart) {
  const Said said = said_by([] {
    Console(true, {}).event("saved a grid", {{"event", "grid"}, {"path", "a \"b\"\n.png"}});
  });
  ASSERT_EQ(said.out.size(), 1u);
  EXPECT_EQ(parse_json(said.out[0], "a line")["path"], "a \"b\"\n.png");
  EXPECT_EQ(said.err, std::vector<std::string>{"saved a grid"});
}

TEST(ConsoleInJson, KeepsRemarksOutOfStandardOutput) {
  const Said said = said_by([] {
    const Console console(true, {});
    warn("two files were skipped");
  });
  EXPECT_TRUE(said.out.empty());
  EXPECT_EQ(said.err, std::vector<std::string>{"warning: two files were skipped"});
}

TEST(ConsoleInJson, KeepsLinesWholeWhileOtherThreadsRemark) {
  const Said said = said_by([] {
    Console console(true, {});
    std::thread other([] {
      for (int i = 0; i < 200; ++i) note("a remark");
    });
    for (int i = 0; i < 200; ++i) console.record(record_of(i), 0);
    other.join();
  });
  ASSERT_EQ(said.out.size(), 200u);
  for (const auto& line : said.out) EXPECT_NO_THROW(parse_json(line, "a line"));
  EXPECT_EQ(said.err, std::vector<std::string>(200, "a remark"));
}

TEST(Console, PrintsEventsAsTheyAreWithoutATerminal) {
  const Said said = said_by([] {
    Console console(false, {.images = 1000, .seconds = {}});
    console.step(64, 0.1);
    console.record(record_of(64), 0.1);
    console.event("saved a grid", {{"event", "grid"}});
  });
  EXPECT_EQ(said.out, std::vector<std::string>{"saved a grid"});  // no JSON, no codes of terminals
  EXPECT_TRUE(said.err.empty());
}

TEST(Console, GivesTheLogItsSinkBackAtItsEnd) {
  std::vector<std::string> lines;
  LogSink before = set_log_sink([&](const std::string& line) { lines.push_back(line); });
  const Said said = said_by([] {
    {
      const Console console(false, {});
      note("inside");
    }
    note("after");
  });
  set_log_sink(std::move(before));
  EXPECT_EQ(said.err, std::vector<std::string>{"inside"});
  EXPECT_EQ(lines, std::vector<std::string>{"after"});
}

}  // namespace
}  // namespace dcgan::test::consoles
