// The event files of a run, as TensorBoard's own reader finds them.
#include <cmath>
#include <filesystem>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

#define SKIP_WITHOUT_TENSORBOARD()                    \
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty()) \
  GTEST_SKIP() << "no python3 with what third_party/readers.txt names"

Json read_by_tensorboard(const std::string& run_name) {
  const auto [said, status] = output_of(std::string("'") + DCGAN_TEST_READERS_PYTHON +
                                        "' '" DCGAN_TEST_SOURCE "/read_events.py' '" + run_name + "' 2>/dev/null");
  EXPECT_EQ(status, 0) << said;
  return Json::parse(said, nullptr, false);
}

TEST(TensorBoard, ReadsOfAResumedRunWhatItsLogHoldsWithoutAGapOrAStepTwice) {
  SKIP_WITHOUT_TENSORBOARD();
  Program dcgan;
  make_pictures(dcgan.at("photos"), 20);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run",
                                           {"--images", "160", "--checkpoint-every", "80", "--sample-every", "80",
                                            "--eval-every", "80", "--eval-features", "random-a", "--histograms"})),
                   0);
  // As after a kill between the checkpoint at 80 and the end.
  std::filesystem::remove(dcgan.at("run/checkpoints/000000160.ckpt"));
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", "240"}), 0);

  const Json found = read_by_tensorboard(dcgan.at("run"));
  Json losses = Json::array(), kids = Json::array();
  const std::string log = read_text(dcgan.at("run/log.jsonl"));
  for (size_t start = 0, end; (end = log.find('\n', start)) != std::string::npos; start = end + 1) {
    const Json line = Json::parse(log.substr(start, end - start));
    const auto pair = [&](const char* name) { return Json::array({line["images"], line[name].get<float>()}); };
    if (!line.contains("event")) losses.push_back(pair("loss_g"));
    if (line.value("event", "") == "eval") kids.push_back(pair("kid_random_a"));
  }
  ASSERT_EQ(losses.size(), 6u);  // every 40 images
  EXPECT_EQ(found["scalars"]["loss/loss_g"], losses);
  ASSERT_EQ(kids.size(), 3u);
  EXPECT_EQ(found["scalars"]["quality/kid_random_a"], kids);
  std::vector<int64_t> grids;
  for (const auto& grid : found["images"]["grid"]) {
    grids.push_back(grid[0]);
    EXPECT_GE(grid[1].get<int64_t>(), 64);
    EXPECT_EQ(grid[3], "PNG");
  }
  EXPECT_EQ(grids, (std::vector<int64_t>{80, 160, 240}));
  EXPECT_EQ(found["options"]["batch"], 8);
  EXPECT_EQ(found["options"]["histograms"], true);
  EXPECT_NE(found["texts"]["options"][0].get<std::string>().find("| batch | 8 |"), std::string::npos);
  EXPECT_EQ(found["measures"], Json::array({"quality/kid_random_a"}));
  EXPECT_EQ(found["status"], 1);
  for (const char* kind :
       {"weights/generator.", "gradients/generator.", "weights/discriminator.", "gradients/discriminator."}) {
    int64_t count = 0;
    for (const auto& [tag, values] : found["histograms"].items())
      if (tag.starts_with(kind)) {
        ++count;
        ASSERT_EQ(values.size(), 3u) << tag;
        for (const auto& value : values) EXPECT_EQ(value[1], value[2]) << tag;  // every number is in a range
      }
    EXPECT_GT(count, 4) << kind;
  }
}

TEST(TensorBoard, FilesAreNotWrittenWhereTheyAreNotWanted) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  const auto events = [&] {
    return std::count_if(std::filesystem::directory_iterator(dcgan.at("run")), {}, [](const auto& entry) {
      return entry.path().filename().native().find("tfevents") != std::string::npos;
    });
  };
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--images", "16", "--no-tensorboard"})), 0);
  EXPECT_EQ(events(), 0);
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", "32", "--tensorboard"}), 0);
  EXPECT_EQ(events(), 1);
  SKIP_WITHOUT_TENSORBOARD();
  EXPECT_EQ(read_by_tensorboard(dcgan.at("run"))["options"]["batch"], 8);  // they are not only of the beginning
}

}  // namespace
}  // namespace dcgan::test
