// Reports as a browser shows them.
#include <cstdlib>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Report : public ::testing::Test {
 protected:
  void SetUp() override {
    make_pictures(dcgan.at("photos"), 12);
    for (const char* seed : {"0", "1"})
      ASSERT_EXIT_CODE(
          dcgan(dcgan.small_train("photos", std::string("run") + seed,
                                  {"--images", "160", "--sample-every", "40", "--eval-every", "80", "--seed", seed})),
          0);
  }

  /// The page after its scripts have run, `more` of ours behind them; the browser may complain of nothing.
  std::string shown(const std::string& page, const std::string& more = "") {
    write_text(dcgan.at("shown.html"), read_text(dcgan.at(page)) + "<script>" + more + "</script>");
    const auto [dom, status] = output_of("HOME='" + dcgan.at("") +
                                         "' timeout 60 chromium --headless --no-sandbox --disable-gpu "
                                         "--enable-logging=stderr --v=0 --dump-dom 'file://" +
                                         dcgan.at("shown.html") + "' 2>'" + dcgan.at("said") + "'");
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_text(dcgan.at("said")).find("CONSOLE"), std::string::npos) << read_text(dcgan.at("said"));
    return dom;
  }
  static int count(const std::string& text, const std::string& what) {
    int found = 0;
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++found;
    return found;
  }
  static bool has_browser() { return output_of("command -v chromium").second == 0; }
  Program dcgan;
};

#define SKIP_WITHOUT_BROWSER() \
  if (!has_browser()) GTEST_SKIP() << "chromium is not installed"

TEST_F(Report, OfOneRunShowsItsCurvesGridsAndNeighboursWithoutAComplaintOfTheBrowser) {
  ASSERT_EXIT_CODE(
      dcgan({"report", dcgan.at("run0"), "--data", dcgan.at("photos"), "--out", dcgan.at("r.html"), "--threads", "1"}),
      0);
  SKIP_WITHOUT_BROWSER();
  const std::string page = shown("r.html");
  EXPECT_EQ(count(page, "<canvas"), 6) << "twelve pictures are too few for precision and coverage";
  EXPECT_NE(page.find(">160 images seen</figcaption>"), std::string::npos);
  EXPECT_NE(page.find("<h2>Nearest real pictures</h2>"), std::string::npos);
  EXPECT_NE(page.find(">Balanced throughout.</p>"), std::string::npos);
  EXPECT_NE(page.find("<td>base_channels_g</td>"), std::string::npos);
}

TEST_F(Report, DrawsAFigureOfTheEvaluationsThatIsYoungerThanThePage) {
  std::string log = read_text(dcgan.at("run0/log.jsonl"));
  const std::string best = "\"best\":";
  for (size_t at = 0; (at = log.find(best, at)) != std::string::npos; at += 100)
    log.insert(at, R"("new_figure":0.5,"new_figure_error":0.1,"new_figure_floor":0.25,)");
  write_text(dcgan.at("run0/log.jsonl"), log);
  ASSERT_EXIT_CODE(dcgan({"report", dcgan.at("run0"), "--out", dcgan.at("r.html")}), 0);
  SKIP_WITHOUT_BROWSER();
  const std::string page = shown("r.html",
                                 "document.body.append('drawn: ' + Object.values(Chart.instances).filter((chart) => "
                                 "chart.options.plugins.title.text === 'new_figure (random_a)').map((chart) => "
                                 "chart.data.datasets.map((set) => set.label).join()).join());");
  EXPECT_NE(page.find("drawn: new_figure,new_figure of real ones"), std::string::npos);
  EXPECT_EQ(count(page, "<canvas"), 7);
}

TEST_F(Report, SliderChangesTheGrid) {
  ASSERT_EXIT_CODE(dcgan({"report", dcgan.at("run0"), "--out", dcgan.at("r.html")}), 0);
  SKIP_WITHOUT_BROWSER();
  const std::string page = shown("r.html",
                                 "const s = document.getElementById('grid-slider'), p = () => "
                                 "document.querySelector('figure img').src;"
                                 "const a = p(); s.value = 0; s.dispatchEvent(new Event('input'));"
                                 "document.body.append('changed: ' + (a !== p()));");
  EXPECT_NE(page.find("changed: true"), std::string::npos);
  EXPECT_NE(page.find(">40 images seen</figcaption>"), std::string::npos);
}

TEST_F(Report, OfSeveralRunsGroupsSeedsAndShowsOptionsThatDiffer) {
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "other", {"--images", "80", "--loss", "hinge", "--r1", "3"})), 0);
  ASSERT_EXIT_CODE(
      dcgan({"report", dcgan.at("run0"), dcgan.at("run1"), dcgan.at("other"), "--out", dcgan.at("r.html")}), 0);
  SKIP_WITHOUT_BROWSER();
  const std::string page = shown("r.html");
  EXPECT_NE(page.find("<td>run0, run1</td>"), std::string::npos);
  EXPECT_NE(page.find("<tr class=\"differs\"><td>loss</td><td>relativistic</td><td>relativistic</td><td>hinge</td>"),
            std::string::npos);
  EXPECT_EQ(page.find("<tr class=\"differs\"><td>batch</td>"), std::string::npos);
}

TEST_F(Report, DrawsTwoNetworksNeverOnOneAxis) {
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "other",
                                           {"--images", "160", "--eval-every", "80", "--eval-features", "random-b"})),
                   0);
  ASSERT_EXIT_CODE(dcgan({"report", dcgan.at("run0"), dcgan.at("other"), "--out", dcgan.at("r.html")}), 0);
  SKIP_WITHOUT_BROWSER();
  const std::string page = shown("r.html",
                                 "document.body.append('drawn: ' + Object.values(Chart.instances).map((chart) => "
                                 "chart.options.plugins.title.text + ': ' + chart.data.datasets.map((set) => "
                                 "set.label).join('+') + ';').join(' ') + ' end');");
  const size_t first = page.rfind("drawn: ");
  const std::string drawn = page.substr(first, page.find(" end", first) - first);
  EXPECT_GT(count(drawn, "(random_a)"), 0) << drawn;
  EXPECT_EQ(count(drawn, "(random_a): run0;"), count(drawn, "(random_a)")) << drawn;
  EXPECT_EQ(count(drawn, "(random_b): other;"), count(drawn, "(random_b)")) << drawn;
  EXPECT_EQ(count(drawn, "(random_b)"), count(drawn, "(random_a)")) << drawn;
  EXPECT_GT(count(drawn, ": run0+other;"), 0) << "what no network measures they share: " << drawn;
}

TEST_F(Report, OfARunThatWasResumedSaysTheCommandThatMakesItAgainBitForBit) {
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run0"), "--images", "240"}), 0);
  ASSERT_EXIT_CODE(dcgan({"report", dcgan.at("run0"), "--out", dcgan.at("r.html")}), 0);
  const std::string page = read_text(dcgan.at("r.html")), key = "\"again\":\"dcgan ";
  const size_t start = page.find(key) + key.size();
  std::string words = page.substr(start, page.find('"', start) - start);
  ASSERT_TRUE(words.ends_with(" --images 240 --run NEW")) << words;
  words.replace(words.size() - 3, 3, dcgan.at("again"));
  ASSERT_EXIT_CODE(Process({"/bin/sh", "-c", std::string(DCGAN_TEST_PROGRAM) + " " + words}).wait(), 0);
  const ArchiveReader first(RunDirectory(dcgan.at("run0")).checkpoint(240)),
      second(RunDirectory(dcgan.at("again")).checkpoint(240));
  for (const auto& [name, shape] : first.list()) EXPECT_TRUE(at::equal(first.read(name), second.read(name))) << name;
}

TEST_F(Report, OfWhatIsNoRunIsRefused) {
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("none")}), 2, "none"));
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("photos")}), 2, "not a run directory"));
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("run0/generator.pt")}), 2,
                      "not a run directory\ngive the run that it lies in: " + dcgan.at("run0")));
  EXPECT_TRUE(refused(dcgan.refusal({"report"}), 2, "RUN is missing"));
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("run0"), "--out", "r.pdf"}), 2, "a page of HTML"));
  EXPECT_TRUE(
      refused(dcgan.refusal({"report", dcgan.at("run0"), dcgan.at("run1"), "--data", "x"}), 2, "goes with one run"));
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("run0"), dcgan.at("run1/../run0")}), 2, "named twice"));
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("run0"), "--at", "newest"}), 2, "changes nothing without"));
  write_text(dcgan.at("run0/config.json"), "[]");
  EXPECT_TRUE(refused(dcgan.refusal({"report", dcgan.at("run0")}), 1, "config.json"));
  const Finished others = dcgan({"report", dcgan.at("run0"), dcgan.at("run1"), "--out", dcgan.at("r.html")});
  EXPECT_EXIT_CODE(others, 0);
  EXPECT_SAYS(others, "is left out");
  EXPECT_TRUE(others.out.starts_with("1 run in ")) << others.out;
}

}  // namespace
}  // namespace dcgan::test
