// What measures speed (bench/) and quality (experiments/) still starts, and the pages that name it name what is there.
#include <regex>
#include <set>
#include <sstream>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

const fs::path kRepository = DCGAN_TEST_REPOSITORY;

std::vector<fs::path> files_of(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_started_by_hand(const fs::path& script) { return contains(read_text(script), "__main__"); }

TEST(Measurements, EveryScriptIsExplainedByItsReadme) {
  int explained = 0;
  for (const char* folder : {"bench", "experiments"})
    for (const auto& script : files_of(kRepository / folder, ".py"))
      if (is_started_by_hand(script)) {
        ++explained;
        EXPECT_CONTAINS(read_text(kRepository / folder / "README.md"), script.filename().string());
      }
  EXPECT_GT(explained, 12);
}

TEST(Measurements, PagesNameScriptsThatAreThere) {
  int named = 0;
  const std::regex path(R"((^|[^/\w])((bench|experiments|data|scripts)/[a-z_]+\.(py|hpp|cpp|csv)))");
  for (const char* folder : {"", "docs", "data", "bench", "experiments", "models", "src"})
    for (const auto& page : files_of(kRepository / folder, ".md")) {
      const std::string text = read_text(page);
      for (std::sregex_iterator found(text.begin(), text.end(), path), end; found != end; ++found) {
        ++named;
        const bool is_history = page.filename() == "CHANGELOG.md";  // it names what was there then
        EXPECT_TRUE(is_history || fs::exists(kRepository / (*found)[2].str())) << page << " names " << (*found)[2];
      }
    }
  EXPECT_GT(named, 20);
}

TEST(Measurements, EveryScriptStartsAndSaysWhatItTakes) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no Python with what third_party/readers.txt names";
  for (const char* folder : {"bench", "experiments"})
    for (const auto& script : files_of(kRepository / folder, ".py")) {
      if (!is_started_by_hand(script)) continue;
      const Finished help = run({DCGAN_TEST_READERS_PYTHON, script.string(), "--help"});
      EXPECT_EXIT_CODE(help, 0) << script;
      EXPECT_CONTAINS(help.out, "usage: " + script.filename().string());
    }
}

TEST(Measurements, TheStepAloneIsTimed) {
  const Finished done = run({DCGAN_TEST_BENCH_STEP, "--size", "8", "--base-channels", "4", "--batch", "4", "--threads",
                             "1", "--seconds", "0.01", "--rounds", "2"});
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '\n'), 3) << done.out;
  EXPECT_CONTAINS(done.out, "images_per_second");
  EXPECT_EXIT_CODE(run({DCGAN_TEST_BENCH_STEP, "more"}), 2);
}

TEST(Measurements, AStudyOfRecipesAddsARowARunAndRepeatsNone) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no Python with what third_party/readers.txt names";
  const Program dcgan;
  make_pictures(dcgan.at("photos"), 12);
  const auto study = [&](const std::string& table) {
    return run({"/usr/bin/env",
                "XDG_CACHE_HOME=" + dcgan.at("cache"),
                "OMP_WAIT_POLICY=passive",
                DCGAN_TEST_READERS_PYTHON,
                (kRepository / "experiments/recipes.py").string(),
                "--program",
                DCGAN_TEST_PROGRAM,
                "--table",
                dcgan.at(table),
                "--data",
                "made=" + dcgan.at("photos"),
                "--size",
                "16",
                "--images",
                "16",
                "--threads",
                "1",
                "--samples",
                "16",
                "small=--base-channels 8 --latent 8 --batch 8 --log-every 1 --eval-every 0"});
  };
  ASSERT_EXIT_CODE(study("table.csv"), 0);
  const std::string table = read_text(dcgan.at("table.csv"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2) << table;
  ASSERT_EXIT_CODE(study("table.csv"), 0);
  EXPECT_EQ(read_text(dcgan.at("table.csv")), table);
  const std::string others = "date,kid_a\n2026-11-01,0.5\n";
  write_text(dcgan.at("others.csv"), others);
  const Finished refused = study("others.csv");
  EXPECT_EXIT_CODE(refused, 2);
  EXPECT_CONTAINS(refused.err, "has other columns");
  EXPECT_EQ(read_text(dcgan.at("others.csv")), others);
}

/// experiments/yardstick.py with these words.
Finished yardstick(const Program& dcgan, std::vector<std::string> words) {
  std::vector<std::string> command = {"/usr/bin/env",
                                      "XDG_CACHE_HOME=" + dcgan.at("cache"),
                                      "XDG_STATE_HOME=" + dcgan.at("state"),
                                      "OMP_WAIT_POLICY=passive",
                                      DCGAN_TEST_READERS_PYTHON,
                                      (kRepository / "experiments/yardstick.py").string()};
  command.insert(command.end(), words.begin(), words.end());
  return run(command);
}

/// Of a table's row of that state and yardstick the last nine columns, which are figures.
std::vector<std::string> figures_of(const std::string& table, const std::string& state_and_yardstick) {
  const size_t begin = table.rfind('\n', table.find("," + state_and_yardstick + ",")) + 1;
  std::istringstream row(table.substr(begin, table.find('\n', begin) - begin));
  std::vector<std::string> columns;
  for (std::string column; std::getline(row, column, ',');) columns.push_back(column);
  return {columns.end() - 9, columns.end()};
}

TEST(Measurements, AYardstickMeasuresEveryStateOnceAndItsSheetsDoNotNameThem) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no Python with what third_party/readers.txt names";
  const Program dcgan;
  make_pictures(dcgan.at("photos"), 140);  // as many as every figure needs
  make_pictures(dcgan.at("states/made-folder"), 130);
  ASSERT_EQ(dcgan.call(dcgan.small_train("photos", "run", {"--images", "16", "--eval-every", "0"})), 0);
  fs::copy(dcgan.at("run/generator.pt"), dcgan.at("states/made-trained.pt"));
  const std::vector<std::string> about = {dcgan.at("states"), "--set",  "made", "--data",
                                          dcgan.at("photos"), "--size", "16",   "--program",
                                          DCGAN_TEST_PROGRAM};
  const auto with_about = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), about.begin(), about.end());
    words.insert(words.end(), more.begin(), more.end());
    return yardstick(dcgan, words);
  };

  ASSERT_EXIT_CODE(with_about({"sheets"}, {"--out", dcgan.at("sheets")}), 0);
  const Json key = parse_json(read_text(dcgan.at("sheets/keys/made.json")), "the key");
  EXPECT_EQ((std::set<Json>{key.at("a"), key.at("b")}), (std::set<Json>{"folder", "trained"}));
  for (const char* name : {"a", "b", "real"}) {
    const std::string sheet = read_text(dcgan.at("sheets/made/" + std::string(name) + ".png"));
    for (const char* told : {"dcgan", "trained", "folder", "tEXt"}) EXPECT_EQ(sheet.find(told), sheet.npos) << told;
  }

  ASSERT_EXIT_CODE(yardstick(dcgan, {"networks", dcgan.at("networks"), "pixels"}), 0);
  const auto measure = [&] {
    return with_about({"measure"}, {"--table", dcgan.at("t.csv"), "--samples", "130", "--threads", "1", "random-a",
                                    "pixels=" + dcgan.at("networks/pixels.pt")});
  };
  ASSERT_EXIT_CODE(measure(), 0);
  const std::string table = read_text(dcgan.at("t.csv"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 1 + 2 * 3) << table;  // two states and what real ones get
  ASSERT_EXIT_CODE(measure(), 0);
  EXPECT_EQ(read_text(dcgan.at("t.csv")), table);

  ASSERT_EXIT_CODE(with_about({"here"}, {"--table", dcgan.at("h.csv"), "--features", dcgan.at("kept"), "--samples",
                                         "130", "pixels=" + dcgan.at("networks/pixels.pt")}),
                   0);
  const std::string by_python = read_text(dcgan.at("h.csv"));
  EXPECT_EQ(std::count(by_python.begin(), by_python.end(), '\n'), 1 + 2) << by_python;
  const auto theirs = figures_of(by_python, "folder,pixels"), ours = figures_of(table, "folder,pixels");
  for (size_t i = 0; i < ours.size(); ++i) {
    if (i == 6) continue;  // memorised
    // A rim that several images share may fall to either side.
    EXPECT_NEAR(std::stod(theirs[i]), std::stod(ours[i]), 1e-2 * std::abs(std::stod(ours[i]))) << "column " << i;
  }
}

TEST(Measurements, AYardsticksRanksAreComparedWithThoseOfTheReaders) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no Python with what third_party/readers.txt names";
  const Program dcgan;
  write_text(dcgan.at("t.csv"),
             "set,state,yardstick,kid,fid,coverage\n"
             "made,one,right,0.1,3,0.9\nmade,two,right,0.2,4,0.5\nmade,three,right,0.3,,0.5\nmade,four,right,0.4,5,0\n"
             "made,one,wrong,4,,0\nmade,two,wrong,3,,0\nmade,three,wrong,2,,0\nmade,four,wrong,1,,0\n"
             "made,real,right,0,0,1\n");
  write_text(dcgan.at("keys/made.json"), R"({"a": "three", "b": "one", "c": "four", "d": "two"})");
  const std::string pairs = R"(["a","b","b"], ["c","a","a"], ["a","d","d"], ["b","c","b"], ["d","b","b"])";
  const auto said_by = [&](const std::string& reader, const std::string& last) {
    write_text(dcgan.at("readers/" + reader + "-made.json"), R"({"set": "made", "pairs": [)" + pairs + last + "]}");
  };
  const auto ranks = [&] {
    return yardstick(dcgan, {"ranks", dcgan.at("t.csv"), "--sheets", dcgan.at(""), "--beside", "right"});
  };
  said_by("first", R"(, ["c","d","d"])");
  said_by("second", R"(, ["d","c","c"])");
  said_by("third", R"(, ["d","c","="])");
  Finished done = ranks();
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_CONTAINS(done.out, "| made | 4 | 3 | 0.90 | 0.89 |");  // of six pairs they disagree on one
  EXPECT_CONTAINS(done.out, "| right | kid | 1.00 |");
  EXPECT_CONTAINS(done.out, "| wrong | kid | -1.00 |");
  EXPECT_CONTAINS(done.out, "| right | fid | - |");  // of three states nothing is said
  EXPECT_CONTAINS(done.out, "| right | coverage | 0.95 |");
  EXPECT_CONTAINS(done.out, "| wrong | coverage | nan |");

  said_by("second", "");
  done = ranks();
  EXPECT_EXIT_CODE(done, 1);
  EXPECT_CONTAINS(done.err, "second-made.json lacks 1 pairs, one of ['c', 'd']");
  said_by("second", R"(, ["a","b","a"])");
  EXPECT_CONTAINS(ranks().err, "[a, b, a] is no new pair");
}

}  // namespace
}  // namespace dcgan::test
