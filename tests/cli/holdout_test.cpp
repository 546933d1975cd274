// Runs that hold pictures out, and runs that show every class equally often.
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class HoldoutRun : public ::testing::Test {
 protected:
  HoldoutRun() {
    make_pictures(dcgan.at("photos") + "/few", 8, 20);
    make_pictures(dcgan.at("photos") + "/many", 32, 16);
  }
  std::vector<std::string> words(const std::string& run, std::vector<std::string> more) const {
    return dcgan.small_train("photos", run, std::move(more));
  }
  Json config(const std::string& run) const { return Json::parse(read_text(dcgan.at(run + "/config.json"))); }
  Program dcgan;
};

TEST_F(HoldoutRun, GoesOnAsIfItHadNeverStoppedAndShowsEveryClassEquallyOften) {
  const auto train = [&](const std::string& run, const std::string& images) {
    return dcgan(words(run, {"--holdout", "0.25", "--class-balanced", "--images", images}));
  };
  const Finished whole = train("whole", "80");
  ASSERT_EXIT_CODE(whole, 0);
  EXPECT_SAYS(whole, " images to train on, ");
  EXPECT_SAYS(whole, " held out, in 2 classes");
  ASSERT_EXIT_CODE(train("parts", "24"), 0);
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("parts"), "--images", "80"}), 0);
  const auto records = records_without_times(read_text(dcgan.at("whole/log.jsonl")));
  EXPECT_EQ(records.size(), 2u);
  EXPECT_EQ(records_without_times(read_text(dcgan.at("parts/log.jsonl"))), records);
  EXPECT_LT(config("whole")["data_images"], 40);
  // The option belongs to the run: by its own name, and through the identity of what is trained on.
  for (const char* other : {"0", "0.3"})
    EXPECT_TRUE(refused(dcgan.refusal({"train", "--resume", "--run", dcgan.at("parts"), "--holdout", other}), 2,
                        "--holdout cannot change"));
  EXPECT_TRUE(refused(dcgan.refusal({"train", "--resume", "--run", dcgan.at("parts"), "--class-balanced=false"}), 2,
                      "--class-balanced cannot change"));
}

TEST_F(HoldoutRun, IsComparedWithWhatItHeldOutWhereThatIsEnough) {
  make_pictures(dcgan.at("enough"), 1100);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("enough", "big", {"--holdout", "0.5", "--images", "16"})), 0);
  ASSERT_EXIT_CODE(dcgan(words("small", {"--holdout", "0.5", "--images", "16"})), 0);
  const auto real = [&](const std::string& run, const std::string& data, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {"eval", dcgan.at(run), "--data",     dcgan.at(data), "--samples",
                                    "20",   "--json",      "--features", "random-a"};
    all.insert(all.end(), more.begin(), more.end());
    const Finished finished = dcgan(all);
    EXPECT_EXIT_CODE(finished, 0);
    return finished.code == 0 ? Json::parse(finished.out)["real"] : Json();
  };
  const int64_t trained = config("big")["data_images"];
  EXPECT_EQ(real("big", "enough")["used"], 1100 - trained);
  EXPECT_EQ(real("big", "enough")["held_out"], true);
  EXPECT_EQ(real("big", "enough", {"--all"})["used"], 1100);
  EXPECT_EQ(real("big/generator.pt", "enough")["used"], 1100) << "an export does not know its run's split";
  EXPECT_EQ(real("small", "photos")["used"], 40) << "too few were held out";
  make_pictures(dcgan.at("others"), 1101);
  EXPECT_EQ(real("big", "others")["used"], 1101) << "not what the run was trained on";
}

TEST_F(HoldoutRun, OfARunThatIsOlderThanTheOptionIsRefused) {
  ASSERT_EXIT_CODE(dcgan(words("old", {"--images", "16"})), 0);
  Json old = config("old");
  old["options"].erase("holdout");
  write_text(dcgan.at("old/config.json"), old.dump());
  EXPECT_TRUE(refused(dcgan.refusal({"train", "--resume", "--run", dcgan.at("old"), "--holdout", "0.25"}), 2,
                      "--holdout cannot change when a run goes on"));
}

TEST_F(HoldoutRun, ThatCannotBeIsAnErrorThatNamesTheOptionAndLeavesNothing) {
  make_pictures(dcgan.at("flat"), 6);
  const auto refusal = [&](const char* data, std::vector<std::string> more) {
    more.insert(more.end(), {"--images", "16"});
    const Thrown thrown = dcgan.refusal(dcgan.small_train(data, "run", more));
    EXPECT_FALSE(std::filesystem::exists(dcgan.at("run")));
    return thrown;
  };
  EXPECT_TRUE(refused(refusal("flat", {"--holdout", "0.0001"}), 2, "--holdout 0.0001 holds out 0 of 6 pictures"));
  EXPECT_TRUE(refused(refusal("flat", {"--holdout", "0.6"}), 2, "0 to 0.5"));
  EXPECT_TRUE(refused(refusal("flat", {"--class-balanced"}), 2, "--class-balanced needs classes"));
  write_text(dcgan.at("photos/beside.png"), encode_png(made_picture(16, 3, 77)));
  EXPECT_TRUE(refused(refusal("photos", {"--class-balanced"}), 2, "1 picture of 41 has none"));
}

}  // namespace
}  // namespace dcgan::test
