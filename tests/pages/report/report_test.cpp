#include <gtest/gtest.h>

#include <filesystem>

#include "image/png.hpp"
#include "pages/report/page.hpp"
#include "pages/report/run_data.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

std::string line(int64_t images, double loss) {
  return compact({{"images", images}, {"loss_g", loss}, {"kid", nullptr}, {"verdict", "balanced"}}) + "\n";
}

std::string verdict(int64_t images, const std::string& what) {
  return compact({{"event", "verdict"}, {"images", images}, {"verdict", what}, {"reason", "because"}}) + "\n";
}

TEST(Curves, OfAShortLogAreItsRecords) {
  const std::string log = compact({{"event", "data"}, {"images", 0}, {"pictures", 7}}) + "\n" + line(10, 1) +
                          line(20, 2) + verdict(20, "collapsed") +
                          compact({{"event", "eval"}, {"images", 20}, {"kid", 0.5}}) + "\n" + line(30, 4);
  const Json found = curves_of(log, 100);
  EXPECT_EQ(found["curves"]["images"], Json::parse("[10.0, 20.0, 30.0]"));
  EXPECT_EQ(found["curves"]["loss_g"], Json::parse("[1.0, 2.0, 4.0]"));
  EXPECT_EQ(found["data"]["pictures"], 7);
  EXPECT_EQ(found["evals"][0]["kid"], 0.5);
  EXPECT_EQ(found["verdicts"][0]["verdict"], "collapsed");
  EXPECT_EQ(found["last"]["images"], 30);
  EXPECT_EQ(found["unreadable_lines"], 0);
}

TEST(Curves, OfMoreRecordsThanPointsAreMeansOfStretches) {
  std::string log;
  for (int i = 1; i <= 100; ++i) log += line(i, i % 2);
  const Json found = curves_of(log, 10);
  ASSERT_EQ(found["curves"]["images"].size(), 10u);
  EXPECT_EQ(found["curves"]["images"][0], 5.5);
  EXPECT_EQ(found["curves"]["loss_g"][0], 0.5);
}

TEST(Curves, OfALongLogHaveEveryEventAndBothEnds) {
  std::string log;
  constexpr int kRecords = 120'000;
  for (int i = 1; i <= kRecords; ++i) {
    log += line(i, i);
    if (i % 20'000 == 0) log += verdict(i, "generator ahead");
  }
  ASSERT_GT(log.size(), size_t{4} << 20);
  const Json found = curves_of(log, 200);
  EXPECT_EQ(found["verdicts"].size(), 6u);
  const auto images = found["curves"]["images"].get<std::vector<double>>();
  ASSERT_EQ(images.size(), 200u);
  EXPECT_LT(images.front(), kRecords / 200.0);
  EXPECT_GT(images.back(), kRecords * 199.0 / 200);
  EXPECT_TRUE(std::is_sorted(images.begin(), images.end()));
  EXPECT_EQ(found["curves"]["loss_g"], found["curves"]["images"]);
  EXPECT_EQ(found["last"]["images"], kRecords);
}

TEST(Curves, LeaveOutALineThatIsStillBeingWrittenAndCountDamagedOnes) {
  const std::string torn = line(20, 2).substr(0, 12);
  const Json found = curves_of(line(10, 1) + "no JSON\n[1]\n" + torn, 100);
  EXPECT_EQ(found["curves"]["images"], Json::parse("[10.0]"));
  EXPECT_EQ(found["unreadable_lines"], 2);
  EXPECT_EQ(curves_of(torn, 100)["curves"], Json::object());
  EXPECT_EQ(curves_of("", 100)["last"], nullptr);
}

class ReportTest : public ::testing::Test {
 protected:
  ReportTest() : run_(folder_ / "run") {
    write_text(run_.config(), compact({{"options", {{"seed", 0}, {"size", "8"}, {"channels", "rgb"}}},
                                       {"data", "</script><script>alert(1)</script>"},
                                       {"data_images", 3},
                                       {"dcgan", "0"}}));
    write_text(run_.log(), line(10, 1) + line(20, 2));
    for (int i = 1; i <= 60; ++i) write_text(run_.samples(i * 10), encode_png(Image(20, 20, 3)));
  }
  TemporaryFolder folder_;
  RunDirectory run_;
};

TEST_F(ReportTest, TakesAsManyGridsAsFitEvenlyAndTheNewest) {
  RunDataLimits limits;
  limits.grids = 7;
  const Json grids = run_data(run_, limits)["grids"];
  ASSERT_EQ(grids.size(), 7u);
  EXPECT_EQ(grids[0]["images"], 10);
  EXPECT_EQ(grids[6]["images"], 600);
  EXPECT_TRUE(grids[3]["picture"].get<std::string>().starts_with("data:image/jpeg;base64,/9j/"));
  limits.picture_bytes = 3 * grids[6]["picture"].get<std::string>().size();
  EXPECT_EQ(run_data(run_, limits)["grids"].size(), 3u);
}

TEST_F(ReportTest, PassesOverAGridThatIsNoPicture) {
  write_text(run_.samples(300), "no picture");
  EXPECT_EQ(run_data(run_, {100, 100, 100'000'000})["grids"].size(), 59u);
}

TEST_F(ReportTest, IsOnePageInWhichNothingThatARunSaysEndsAScript) {
  const std::string page = report_page({run_data(run_)}, "");
  EXPECT_EQ(page.find("</script><script>alert"), std::string::npos);
  EXPECT_NE(page.find("\\u003c/script>\\u003cscript>alert"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST_F(ReportTest, OfARunThatHasNothingYetIsThere) {
  fs::remove_all(run_.path() / "samples");
  fs::remove(run_.log());
  const Json data = run_data(run_);
  EXPECT_EQ(data["grids"], Json::array());
  EXPECT_EQ(data["real"], nullptr);
  EXPECT_EQ(data["curves"], Json::object());
}

TEST_F(ReportTest, OfADamagedConfigIsRefusedByName) {
  write_text(run_.config(), "[]");
  EXPECT_THROW(run_data(run_), Error);
}

}  // namespace
}  // namespace dcgan::test
