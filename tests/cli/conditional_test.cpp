// Classes from the data to the pictures, as a user goes.
#include <gtest/gtest.h>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

void make_classes(const Program& dcgan) {
  make_pictures(dcgan.at("photos/cats"), 7);
  make_pictures(dcgan.at("photos/dogs"), 3);
  make_pictures(dcgan.at("photos/newts"), 2);
}

TEST(Conditional, TrainsResumesSamplesAndExportsByClass) {
  Program dcgan;
  make_classes(dcgan);
  const std::vector<std::string> classes = {"--conditional", "--class-balanced", "--checkpoint-every", "80"};
  auto words = dcgan.small_train("photos", "run", classes);
  words.insert(words.end(), {"--images", "80"});
  ASSERT_EXIT_CODE(dcgan(words), 0);
  ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at("run"), "--images", "160"}), 0);
  const Json config = Json::parse(read_text(dcgan.at("run/config.json")));
  EXPECT_EQ(config["options"]["preset"], "small-data") << "few pictures; what is asked for stays:";
  EXPECT_EQ(config["options"]["conditional"], true);
  ASSERT_EXIT_CODE(dcgan({"sample", dcgan.at("run"), "--class", "dogs", "--count", "4", "--out", dcgan.at("a.png")}),
                   0);
  ASSERT_EXIT_CODE(dcgan({"sample", dcgan.at("run"), "--class", "cats", "--count", "4", "--out", dcgan.at("b.png")}),
                   0);
  ASSERT_EXIT_CODE(
      dcgan({"sample", dcgan.at("run/generator.pt"), "--class", "dogs", "--count", "4", "--out", dcgan.at("c.png")}),
      0);
  EXPECT_NE(read_text(dcgan.at("a.png")), read_text(dcgan.at("b.png")));
  EXPECT_EQ(read_text(dcgan.at("a.png")), read_text(dcgan.at("c.png")));
  EXPECT_TRUE(refused(dcgan.refusal({"sample", dcgan.at("run"), "--class", "dgos", "--out", dcgan.at("d.png")}), 2,
                      "cats, dogs, newts"));
  EXPECT_TRUE(std::filesystem::exists(dcgan.at("run/samples/000000160.png")));
}

TEST(Conditional, EvaluationsSayHowOftenTheClassIsTheOneAskedFor) {
  Program dcgan;
  make_classes(dcgan);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--conditional", "--images", "80"})), 0);
  const Finished result = dcgan(
      {"eval", dcgan.at("run"), "--data", dcgan.at("photos"), "--samples", "30", "--json", "--features", "random-a"});
  ASSERT_EXIT_CODE(result, 0);
  const Json accuracy = Json::parse(result.out)["figures"]["class_accuracy_random_a"];
  EXPECT_GE(accuracy["value"].get<double>(), 0);
  EXPECT_GT(accuracy["real_against_real"].get<double>(), 0);
}

TEST(Conditional, WithoutClassesIsRefusedBeforeAnythingIsMade) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 7);
  EXPECT_TRUE(refused(dcgan.refusal(dcgan.small_train("photos", "run", {"--conditional"})), 2, "--conditional"));
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("run")));
}

TEST(Conditional, WeightsOfOtherClassesAreRefused) {
  Program dcgan;
  make_classes(dcgan);
  make_pictures(dcgan.at("two/cats"), 4);
  make_pictures(dcgan.at("two/dogs"), 4);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "run", {"--conditional", "--images", "16"})), 0);
  const auto refusal = dcgan.refusal({"train", dcgan.at("two"), "--run", dcgan.at("second"), "--init-from",
                                      dcgan.at("run"), "--batch", "8", "--images", "16"});
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_CONTAINS(refusal.what, "cats, dogs, newts");
}

}  // namespace
}  // namespace dcgan::test
