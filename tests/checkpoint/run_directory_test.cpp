#include "checkpoint/run_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <set>

#include "core/error.hpp"
#include "support/forked.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// What and hint of the UsageError that `act` throws.
std::string misuse(const std::function<void()>& act) {
  try {
    act();
  } catch (const UsageError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no UsageError";
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(RunDirectoryNames, TakeTheNumberAfterTheGreatest) {
  const TemporaryFolder folder;
  EXPECT_EQ(RunDirectory::create_next(folder / "absent", "faces").path(), folder / "absent" / "00000-faces");
  EXPECT_EQ(RunDirectory::create_next(folder / "absent", "faces").path(), folder / "absent" / "00001-faces");
  for (const char* name : {"00000-faces", "00007-other", "notes", "00002-faces"}) fs::create_directories(folder / name);
  EXPECT_EQ(RunDirectory::create_next(folder.path(), "faces").path(), folder / "00008-faces");
  fs::create_directories(folder / "123456-many");
  EXPECT_EQ(RunDirectory::create_next(folder.path(), "faces").path(), folder / "123457-faces");
}

TEST(RunDirectoryNames, SortByImagesSeen) {
  const RunDirectory run("r");
  EXPECT_EQ(run.checkpoint(64), "r/checkpoints/000000064.ckpt");
  EXPECT_EQ(run.samples(12'345'678), "r/samples/012345678.png");
  EXPECT_LT(run.checkpoint(999'999).native(), run.checkpoint(10'000'000).native());
}

TEST(RunDirectoryCreate, TakesOneInWhichNothingWasWrittenAndRemovesIt) {
  const TemporaryFolder folder;
  const auto run = RunDirectory::create(folder / "run");
  EXPECT_NO_THROW(RunDirectory::create(folder / "run"));  // a process was killed before it began
  write_text(run.config(), "{}");
  EXPECT_THROW(RunDirectory::create(folder / "run"), UsageError);
  run.remove_if_unused();
  EXPECT_TRUE(fs::exists(run.config()));
  fs::remove(run.config());
  write_text(run.samples(1), "x");
  EXPECT_THROW(RunDirectory::check_free(folder / "run"), UsageError);
  fs::remove(run.samples(1));
  run.remove_if_unused();
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(RunDirectoryCreate, MakesItsFoldersAlsoInAnEmptyOne) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  for (const auto& path : {folder / "new" / "deep", folder / "empty"}) {
    const auto run = RunDirectory::create(path);
    EXPECT_TRUE(fs::is_directory(path / "samples"));
    EXPECT_TRUE(fs::is_directory(path / "checkpoints"));
    EXPECT_TRUE(run.checkpoints().empty());
  }
}

TEST(RunDirectoryCreate, RefusesWhatHoldsAnythingAndTouchesNothing) {
  const TemporaryFolder folder;
  write_text(folder / "full" / "a.txt", "mine");
  write_text(folder / "file", "mine");
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::create(folder / "full"); }), "not empty"));
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::create(folder / "full"); }), "it holds no run"));
  write_text(folder / "full" / "config.json", "{}");
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::create(folder / "full"); }), "--resume"));
  fs::remove(folder / "full" / "config.json");
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::create(folder / "file"); }), "no folder"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "full"), {}), 1);
  EXPECT_EQ(read_text(folder / "file"), "mine");
}

TEST(RunDirectoryOpen, RefusesWhatIsNoRun) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  write_text(folder / "a.ckpt", "x");
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::open(folder / "absent"); }), "there is no run directory"));
  EXPECT_TRUE(mentions(misuse([&] { RunDirectory::open(folder / "empty"); }), "no config.json"));
  EXPECT_TRUE(
      mentions(misuse([&] { RunDirectory::open(folder / "a.ckpt"); }), "a.ckpt' is a file, not a run directory"));
  write_text(folder / "run" / "config.json", "{}");
  EXPECT_EQ(RunDirectory::open(folder / "run").path(), folder / "run");
}

TEST(RunDirectoryOpen, NamesTheRunThatAFileLiesIn) {
  const TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "run");
  for (const auto& file : {run.config(), run.checkpoint(64), run.samples(64)}) write_text(file, "{}");
  for (const auto& file : {run.config(), run.checkpoint(64), run.samples(64)})
    EXPECT_TRUE(thrown_by([&] { RunDirectory::open(file); }).hint.ends_with("lies in: " + run.path().string())) << file;
}

TEST(RunDirectory, IsCalledAsItsFolderHoweverItIsNamed) {
  for (const char* path : {"runs/00000-a", "runs/00000-a/", "./runs/00000-a/.", "runs/00001-b/../00000-a"})
    EXPECT_EQ(RunDirectory(path).name(), "00000-a") << path;
  EXPECT_EQ(RunDirectory(".").name(), fs::current_path().filename());
  EXPECT_EQ(RunDirectory("runs/a\nb").name(), "a\\x0ab");
}

TEST(RunDirectoryOpen, NamesTheRunThatAFolderLiesInOrHolds) {
  const TemporaryFolder folder;
  write_text(folder / "runs" / "00000-a" / "config.json", "{}");
  write_text(folder / "runs" / "00001-a" / "config.json", "{}");
  fs::create_directories(folder / "runs" / "00000-a" / "samples");
  const auto hint = [&](const fs::path& path) { return thrown_by([&] { RunDirectory::open(folder / path); }).hint; };
  EXPECT_TRUE(hint("runs").ends_with("00001-a"));
  EXPECT_TRUE(hint("runs/00000-a/samples").ends_with("00000-a"));
  EXPECT_TRUE(hint("runs/00000-a/samples/").ends_with("00000-a"));
}

class RunDirectoryTest : public testing::Test {
 protected:
  void log(const std::string& text) { write_text(run_.log(), text); }
  TemporaryFolder folder_;
  RunDirectory run_ = RunDirectory::create(folder_ / "run");
};

TEST_F(RunDirectoryTest, ListsCheckpointsByNumberAndNothingElse) {
  for (const int64_t images : {10'000'000, 64, 2'000'000'000}) write_text(run_.checkpoint(images), "x");
  for (const char* other : {"notes.txt", "best.ckpt", "12x.ckpt", ".dcgan-1-000000099.ckpt", "000000099.ckpt.part"})
    write_text(run_.path() / "checkpoints" / other, "x");
  EXPECT_EQ(run_.checkpoints(), (std::vector<int64_t>{64, 10'000'000, 2'000'000'000}));
}

TEST_F(RunDirectoryTest, KeepsTheNewestCheckpoints) {
  for (const int64_t images : {100, 200, 300, 400}) write_text(run_.checkpoint(images), "x");
  run_.keep_newest_checkpoints(5);
  EXPECT_EQ(run_.checkpoints().size(), 4u);
  run_.keep_newest_checkpoints(2);
  EXPECT_EQ(run_.checkpoints(), (std::vector<int64_t>{300, 400}));
}

TEST_F(RunDirectoryTest, CutBackRemovesLaterGridsAndRecordsAndKeepsTheRest) {
  for (const int64_t images : {100, 200, 300}) write_text(run_.samples(images), "x");
  write_text(run_.real_samples(), "x");
  const std::string kept = "{\"event\":\"data\",\"images\":0}\n{\"images\":100}\n{\"images\":200}\n";
  log(kept + "{\"images\":208}\n{\"images\":300}\n");
  run_.cut_back_to(200);
  EXPECT_EQ(run_.grids(), (std::vector<int64_t>{100, 200}));
  EXPECT_TRUE(fs::exists(run_.real_samples()));
  EXPECT_EQ(read_text(run_.log()), kept);
}

TEST_F(RunDirectoryTest, CutBackRemovesATornLastLine) {
  const std::string kept = "{\"images\":100}\n";
  for (const char* torn : {"{", "{\"images\":2", "{\"images\":150}", "\n", "{\"images\":1\n"}) {
    log(kept + torn);
    run_.cut_back_to(200);
    EXPECT_EQ(read_text(run_.log()), kept) << torn;
  }
}

TEST_F(RunDirectoryTest, CutBackKeepsWhatFollowsALineThatCannotBeRead) {
  const std::string kept = "{\"images\":100}\ngarbage{\n\n{\"images\":200}\n";
  log(kept + "garbage\n{\"images\":300}\n");
  run_.cut_back_to(200);
  EXPECT_EQ(read_text(run_.log()), kept);
}

TEST_F(RunDirectoryTest, CutBackLeavesAWholeLogUntouched) {
  const std::string whole = "{\"images\":100,\"loss_g\":0.10}\n";
  log(whole);
  const auto before = fs::last_write_time(run_.log());
  run_.cut_back_to(100);
  EXPECT_EQ(read_text(run_.log()), whole);
  EXPECT_EQ(fs::last_write_time(run_.log()), before);
}

TEST_F(RunDirectoryTest, CutBackRemovesWhatAKilledProcessWasWritingAndNoOther) {
  const fs::path folder = run_.path() / "checkpoints";
  const auto files = [&] { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); };
  exit_code_of([&] {
    AtomicFile killed(folder / "000000064.ckpt");
    killed.append("half");
    ::_exit(0);  // as if killed: no destructor runs
    return 0;
  });
  const AtomicFile living(folder / "000000064.ckpt");
  const fs::path users = folder / ".dcgan-aside-999999999-000000064.ckpt";
  write_text(users, "x");
  ASSERT_EQ(files(), 3);
  run_.cut_back_to(0);
  EXPECT_EQ(files(), 2);
  EXPECT_TRUE(fs::exists(living.aside()));
  EXPECT_TRUE(fs::exists(users));
}

TEST_F(RunDirectoryTest, LastRecordPassesOverEventsAndATornLine) {
  EXPECT_TRUE(run_.last_record().is_null());
  log("{\"images\":100}\n{\"images\":200}\n{\"event\":\"grid\",\"images\":200}\n{\"images\":3");
  EXPECT_EQ(run_.last_record(), (Json{{"images", 200}}));
}

TEST_F(RunDirectoryTest, ThinsTheGridsThatAreNotKept) {
  constexpr int64_t kEvery = 10, kNow = 2000;
  for (int64_t images = kEvery; images <= kNow; images += kEvery) write_text(run_.samples(images), "x");
  run_.thin_grids(kNow, kEvery);
  const auto left = run_.grids();
  EXPECT_LT(left.size(), 65u);
  EXPECT_EQ(left.back(), kNow);
  for (const int64_t grid : left) EXPECT_TRUE(keeps_grid(grid, kNow, kEvery)) << grid;
}

TEST(GridIsDue, AtPowersOfTwoTimesAThousandThenAtMultiples) {
  constexpr int64_t kEvery = 10'000, kBatch = 16;
  std::vector<int64_t> due;
  for (int64_t images = 0; images < 45'000; images += kBatch)
    if (due_early_and_every(images, images + kBatch, kEvery)) due.push_back(images + kBatch);
  // the first position at or after 1000, 2000, 4000, 8000, 10000, 20000, ...
  EXPECT_EQ(due, (std::vector<int64_t>{1008, 2000, 4000, 8000, 10'000, 20'000, 30'000, 40'000}));
}

TEST(GridIsDue, OnlyAtMultiplesWhenTheyAreClose) {
  EXPECT_FALSE(due_early_and_every(992, 999, 1001));
  EXPECT_TRUE(due_early_and_every(992, 1000, 1001));
  EXPECT_FALSE(due_early_and_every(996, 999, 500));
  EXPECT_TRUE(due_early_and_every(496, 500, 500));
  EXPECT_FALSE(due_early_and_every(500, 504, 500));
}

TEST(MultiplePassed, CountsTheEndAndNotTheBeginning) {
  EXPECT_FALSE(multiple_passed(0, 9, 10));
  EXPECT_TRUE(multiple_passed(0, 10, 10));
  EXPECT_FALSE(multiple_passed(10, 19, 10));
  EXPECT_TRUE(multiple_passed(19, 21, 10));
  EXPECT_TRUE(multiple_passed(5, 100, 10));
}

TEST(KeepsGrid, StaysWithinABoundHoweverLongTheRun) {
  constexpr int64_t kEvery = 100, kBatch = 24;
  std::set<int64_t> kept;
  size_t most = 0;
  for (int64_t images = 0; images < 3'000'000; images += kBatch) {
    const int64_t now = images + kBatch;
    if (!due_early_and_every(images, now, kEvery)) continue;
    kept.insert(now);
    std::erase_if(kept, [&](int64_t grid) { return !keeps_grid(grid, now, kEvery); });
    most = std::max(most, kept.size());
    ASSERT_LE(kept.size(), 65u) << now;
    ASSERT_TRUE(kept.contains(now));
  }
  EXPECT_GE(most, 40u);  // and is not empty either
  EXPECT_LT(*kept.begin(), 200'000) << "the early past is gone";
}

TEST(KeepsGrid, KeepsTheNewestTenAndTheFirstFew) {
  constexpr int64_t kEvery = 10'000;
  for (const int64_t now : {100'000, 1'230'000, 98'760'000})
    for (int64_t back = 0; back < 10; ++back)
      EXPECT_TRUE(keeps_grid(now - back * kEvery, now, kEvery)) << now << " " << back;
  for (const int64_t early : {1'000, 2'000, 4'000, 8'000})
    EXPECT_TRUE(keeps_grid(early, 1'000'000'000, kEvery)) << early;
}

// A resumed run draws no grid again, so what was dropped must not be wanted back later.
TEST(KeepsGrid, NeverWantsBackWhatItDropped) {
  for (const auto& [every, batch] : std::vector<std::pair<int64_t, int64_t>>{{100, 24}, {100, 100}, {70, 128}}) {
    for (int64_t before = 0; before < 20'000; before += batch) {
      const int64_t grid = before + batch;
      if (!due_early_and_every(before, grid, every)) continue;
      bool kept = true;
      for (int64_t now = grid; now < 60'000; now += batch) {
        const bool keeps = keeps_grid(grid, now, every);
        ASSERT_TRUE(kept || !keeps) << grid << " at " << now << " every " << every;
        kept = keeps;
      }
    }
  }
}

}  // namespace
}  // namespace dcgan::test
