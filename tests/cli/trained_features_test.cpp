// Features of a network that was trained on photographs, as users meet them: there, missing, damaged.
#include <algorithm>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

constexpr char kFile[] = "share/dcgan/efficientnet-lite1.safetensors";

/// A copy of the program with the file beside it, which a test may take away or damage.
class ProgramWithFeatures : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path own = fs::path(DCGAN_TEST_PROGRAM).parent_path();
    if (!fs::exists(own / kFile)) GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
    fs::create_directories(file().parent_path());
    fs::copy_file(DCGAN_TEST_PROGRAM, dcgan_.at("own/dcgan"));
    fs::copy_file(own / kFile, file());
    make_pictures(dcgan_.at("photos"), 12);
  }
  fs::path file() const { return dcgan_.at(std::string("own/") + kFile); }
  Finished train(std::vector<std::string> more) const {
    std::vector<std::string> words = dcgan_.small_train("photos", "run", {"--eval-features", "auto"});
    words.insert(words.end(), more.begin(), more.end());
    return own(words);
  }
  Finished resume(const std::string& images) const {
    return own({"train", "--resume", "--run", dcgan_.at("run"), "--images", images});
  }
  Finished own(const std::vector<std::string>& words) const {
    std::vector<std::string> command = dcgan_.command(words);
    std::replace(command.begin(), command.end(), std::string(DCGAN_TEST_PROGRAM), dcgan_.at("own/dcgan"));
    return run(command);
  }
  Json stored() const { return Json::parse(read_text(dcgan_.at("run/config.json")))["options"]; }
  Program dcgan_;
};

TEST_F(ProgramWithFeatures, ResolvesThemWhenARunBeginsAndGoesOnOnlyWithTheSame) {
  ASSERT_EXIT_CODE(train({"--images", "16"}), 0);
  EXPECT_EQ(stored()["eval_features"], "trained");
  fs::rename(file(), dcgan_.at("away"));
  const Finished missing = resume("32");
  EXPECT_EXIT_CODE(missing, 2);
  EXPECT_CONTAINS(missing.err, "the network that was trained on photographs is missing beside the program");
  EXPECT_CONTAINS(missing.err, "cmake --build build/release --target dcgan_features");
  std::string bytes = read_text(dcgan_.at("away"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(file().native(), bytes);
  const Finished damaged = resume("32");
  EXPECT_EXIT_CODE(damaged, 1);
  EXPECT_CONTAINS(damaged.err, "is not the network that this version compares by: its sha256 is");
  fs::remove(file()), fs::rename(dcgan_.at("away"), file());
  EXPECT_EXIT_CODE(resume("32"), 0);
}

TEST_F(ProgramWithFeatures, DoesWithoutThemAndSaysWhatItsFiguresAreThenWorth) {
  fs::remove(file());
  const Finished trained = train({"--images", "16"});
  ASSERT_EXIT_CODE(trained, 0);
  EXPECT_EQ(stored()["eval_features"], "random-a");
  EXPECT_SAYS(trained, "how good the images are they cannot say");
  const Finished measured = own({"eval", dcgan_.at("run"), "--samples", "20"});
  ASSERT_EXIT_CODE(measured, 0);
  EXPECT_CONTAINS(measured.err, "say nothing of what the images show");
  EXPECT_CONTAINS(measured.out, "kid_random_a");
}

}  // namespace
}  // namespace dcgan::test
