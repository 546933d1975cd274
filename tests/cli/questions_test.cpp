// What the program knows it does not ask: the run to go on with, where samples go.
#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Questions : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  /// In the test's folder.
  Finished typed(const std::string& words) const {
    return Process({"/bin/sh", "-c", "cd '" + at("") + "' && exec '" DCGAN_TEST_PROGRAM "' " + words},
                   [this] { ::setenv("XDG_CACHE_HOME", at("cache").c_str(), 1); })
        .wait();
  }
  void train(const std::string& run) const {
    ASSERT_EXIT_CODE(dcgan_(dcgan_.small_train("photos", run, {"--images", "64", "--eval-every", "0"})), 0);
  }
  static int64_t seen(const std::string& run) { return RunDirectory(run).checkpoints().back(); }
  Program dcgan_;
};

TEST_F(Questions, ResumeTakesTheRunInThePlaceOfDataOrTheNewest) {
  make_pictures(at("photos"), 4);
  EXPECT_EXIT_CODE(typed("train --resume"), 2);  // there is none
  train("runs/one"), train("runs/two");
  ASSERT_EXIT_CODE(typed("train --resume runs/one --images 96"), 0);
  EXPECT_EQ(seen(at("runs/one")), 96);
  const Finished newest = typed("train --resume --images 128");  // the one that was written last
  ASSERT_EXIT_CODE(newest, 0);
  EXPECT_SAYS(newest, "goes on with 'runs/one'");
  EXPECT_EQ(seen(at("runs/one")), 128);
  EXPECT_EQ(seen(at("runs/two")), 64);
}

TEST_F(Questions, SamplesHaveANameOfTheirOwnAndNeverReplaceAFile) {
  make_pictures(at("photos"), 4);
  train("run");
  write_text(at("samples.png"), "mine");
  ASSERT_EXIT_CODE(typed("sample run --count 4"), 0);
  ASSERT_EXIT_CODE(typed("sample run --count 4 --seed 1"), 0);
  EXPECT_EQ(read_text(at("samples.png")), "mine");
  EXPECT_NE(read_text(at("samples-2.png")), read_text(at("samples-3.png")));
}

TEST_F(Questions, ACountOfSamplesIsExactWhateverTheClasses) {
  for (const char* name : {"a", "b", "c"}) make_pictures(at(std::string("photos/") + name), 3);
  ASSERT_EXIT_CODE(
      dcgan_(dcgan_.small_train("photos", "run", {"--images", "64", "--eval-every", "0", "--conditional"})), 0);
  for (const char* count : {"2", "20"}) {
    const Finished end = typed(std::string("sample run --out s.png --count ") + count);
    ASSERT_EXIT_CODE(end, 0);
    EXPECT_CONTAINS(end.out, std::string(count) + " images from");
  }
}

}  // namespace
}  // namespace dcgan::test
