// What measures speed (bench/) and quality (experiments/) still starts, and the pages that name it name what is there.
#include <regex>

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
  const auto study = [&] {
    return run({"/usr/bin/env",
                "XDG_CACHE_HOME=" + dcgan.at("cache"),
                "OMP_WAIT_POLICY=passive",
                DCGAN_TEST_READERS_PYTHON,
                (kRepository / "experiments/recipes.py").string(),
                "--program",
                DCGAN_TEST_PROGRAM,
                "--table",
                dcgan.at("table.csv"),
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
  ASSERT_EXIT_CODE(study(), 0);
  const std::string table = read_text(dcgan.at("table.csv"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2) << table;
  ASSERT_EXIT_CODE(study(), 0);
  EXPECT_EQ(read_text(dcgan.at("table.csv")), table);
}

}  // namespace
}  // namespace dcgan::test
