// What a run says is told once, and reaches everything that hangs on it.
#include "telemetry/run_log.hpp"

#include <gtest/gtest.h>

#include "image/png.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::run_logs {
namespace {

std::string png() { return encode_png(Image(3, 2, 3)); }

class RunLogTest : public testing::Test {
 protected:
  RunLogFiles files() {
    return {.log = folder_ / "log.jsonl",
            .check_held = [this] { ++asked_; },
            .tensorboard = TensorBoardOptions{.folder = folder_.path(), .options = {{"batch", 8}}, .measures = {}}};
  }
  /// What a log with `files` writes to standard output of what `body` tells it.
  template <class Body>
  std::string printed(std::optional<RunLogFiles> files, Body body) {
    testing::internal::CaptureStdout();
    {
      Console console(/*json=*/true, {});
      RunLog log(console, std::move(files), 0);
      body(log);
    }
    return testing::internal::GetCapturedStdout();
  }
  std::string logged() const { return fs::exists(folder_ / "log.jsonl") ? read_text(folder_ / "log.jsonl") : ""; }
  /// The bytes of all event files.
  std::string drawn() const {
    std::string all;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      if (entry.path().extension() == ".dcgan") all += read_text(entry.path());
    return all;
  }

  TemporaryFolder folder_;
  int asked_ = 0;
};

RunEvent sample() {
  return {.kind = "verdict",
          .images = 64,
          .facts = {{"verdict", "collapsed"}},
          .line = "verdict at 64 images: collapsed",
          .scalars = {{"quality/new", 0.5}},
          .text = "collapsed: all alike"};
}

constexpr const char* kSample = "{\"event\":\"verdict\",\"images\":64,\"verdict\":\"collapsed\"}\n";

TEST_F(RunLogTest, TellsAnEventToTheLogToTensorBoardAndToTheConsole) {
  EXPECT_EQ(printed(files(), [](RunLog& log) { log.tell(sample()); }), kSample);
  EXPECT_EQ(logged(), kSample);
  const std::string events = drawn();
  for (const char* part : {"quality/new", "collapsed: all alike", "| batch | 8 |"})
    EXPECT_NE(events.find(part), std::string::npos) << part;
}

TEST_F(RunLogTest, TellsARecordToAllThree) {
  Record record;
  record.images = 64, record.loss_g = 1.5;
  const std::string line = compact(to_json(record)) + "\n";
  EXPECT_EQ(printed(files(), [&](RunLog& log) { log.tell(record, 1.0); }), line);
  EXPECT_EQ(logged(), line);
  EXPECT_NE(drawn().find("loss/loss_g"), std::string::npos);
}

TEST_F(RunLogTest, GivesFiguresOfEvaluationsToTheLogWithEachRecordAndToTensorBoardAsEventsAlone) {
  Record record;
  record.images = 64, record.evaluated = {{"new_figure", 0.25}};
  printed(files(), [&](RunLog& log) { log.tell(record, 1.0); });
  EXPECT_NE(logged().find("\"new_figure\":0.25,\"verdict\""), std::string::npos) << logged();
  EXPECT_EQ(drawn().find("new_figure"), std::string::npos);
}

TEST_F(RunLogTest, OfARankThatDoesNotWriteTellsTheConsoleAlone) {
  EXPECT_EQ(printed(std::nullopt, [](RunLog& log) { log.tell(sample()), log.tell(Record(), 1.0), log.end(sample()); }),
            kSample + compact(to_json(Record())) + "\n" + kSample);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(RunLogTest, KeepsWhatIsOfThisProcessAloneOutOfTheLogAndWhatHasNoWordsOffTheConsole) {
  RunEvent grid = sample(), skipped = sample();
  grid.is_logged = false, grid.kind = "grid";
  skipped.line.clear(), skipped.kind = "skipped";
  const std::string out = printed(files(), [&](RunLog& log) { log.tell(grid), log.tell(skipped); });
  EXPECT_NE(out.find("\"grid\""), std::string::npos);
  EXPECT_EQ(out.find("\"skipped\""), std::string::npos);
  EXPECT_EQ(logged().find("\"grid\""), std::string::npos);
  EXPECT_NE(logged().find("\"skipped\""), std::string::npos);
}

TEST_F(RunLogTest, ShowsAPictureUnderTheNameOfItsEvent) {
  const fs::path path = folder_ / "one.png";
  write_text(path, png());
  printed(files(), [&](RunLog& log) { log.tell({.kind = "a-picture", .images = 8, .picture = path}); });
  EXPECT_NE(drawn().find("a-picture"), std::string::npos);
  EXPECT_NE(drawn().find(png()), std::string::npos);
}

TEST_F(RunLogTest, WritesNoLineIntoARunThatIsNoLongerItsOwn) {
  RunLogFiles lost = files();
  lost.check_held = [this] {
    if (++asked_ > 1) throw Error("the run is another's", "");
  };
  EXPECT_CONTAINS(
      thrown_by([&] { printed(lost, [](RunLog& log) { log.tell(sample()), log.tell(Record(), 1.0); }); }).what,
      "another's");
  testing::internal::GetCapturedStdout();
  EXPECT_EQ(logged(), kSample) << "the line before it was lost, and none after";
  EXPECT_EQ(asked_, 2);
}

}  // namespace
}  // namespace dcgan::test::run_logs
