// Architectures and classes, from the command line to a picture.
#include "checkpoint/archive.hpp"
#include "core/text.hpp"
#include "exchange/torchscript.hpp"
#include "image/decode.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test::architectures {
namespace {

Image read_picture(const std::string& path) {
  const std::string bytes = read_text(path);
  return decode_image(bytes, probe_image(bytes), 1000);
}

/// Picture number `place` of a sheet of 16 x 16 ones.
Image cell(const Image& sheet, int64_t place, int64_t columns) {
  constexpr int64_t kSide = 16, kGap = 2;
  const int64_t left = kGap + place % columns * (kSide + kGap), top = kGap + place / columns * (kSide + kGap);
  Image out(kSide, kSide, sheet.channels);
  for (int64_t y = 0; y < kSide; ++y) std::copy_n(sheet.at(left, top + y), kSide * sheet.channels, out.at(0, y));
  return out;
}

TEST(Architectures, TrainResumeSampleExportAndAreShown) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 10);
  const std::vector<std::vector<std::string>> all = {{"--arch", "upsample", "--norm-d", "none", "--minibatch-std"},
                                                     {"--arch", "resnet", "--spectral-norm"},
                                                     {"--arch", "dcgan", "--self-modulation"}};
  for (const auto& options : all) {
    const std::string run = options[1];
    auto words = options;
    words.insert(words.end(), {"--images", "32"});
    ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", run, words)), 0);
    ASSERT_EXIT_CODE(dcgan({"train", "--resume", "--run", dcgan.at(run), "--images", "64"}), 0);
    ASSERT_EXIT_CODE(dcgan({"sample", dcgan.at(run), "--out", dcgan.at(run + ".png"), "--count", "20"}), 0);
    ASSERT_EXIT_CODE(
        dcgan({"sample", dcgan.at(run) + "/generator.pt", "--out", dcgan.at(run + "-pt.png"), "--count", "20"}), 0);
    EXPECT_EQ(read_picture(dcgan.at(run + ".png")), read_picture(dcgan.at(run + "-pt.png")));
    const Finished shown = dcgan({"inspect", dcgan.at(run), "--json"});
    ASSERT_EXIT_CODE(shown, 0);
    EXPECT_EQ(Json::parse(shown.out)["network"]["arch"], run);
    const Finished exported = dcgan({"inspect", dcgan.at(run) + "/generator.pt", "--json"});
    ASSERT_EXIT_CODE(exported, 0);
    EXPECT_EQ(Json::parse(exported.out)["arch"], run);
  }
  EXPECT_TRUE(refused(dcgan.refusal({"train", dcgan.at("photos"), "--arch", "resnet", "--norm-d", "batch"}), 2,
                      "--norm-d batch does not go with --arch resnet"));
}

/// A checkpoint and an export of three classes, as training with classes writes them.
class Classes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    program_ = new Program;
    auto plan = small_plan();
    plan.classes = 3, plan.class_names = {"shoe", "bag", "coat"};
    auto net = used_generator(plan);
    NamedTensors state;
    append(state, "ema.", tensors_of(*net, true));
    write_archive(program_->at("model.ckpt"),
                  {{"training_version", kTrainingVersion},
                   {"images", 7},
                   {"options", Json::object()},
                   {"network", plan_to_json(plan)}},
                  state);
    export_torchscript(net, generator_info(plan, 7, true, ""), program_->at("model.pt"));
  }
  static void TearDownTestSuite() { delete program_; }
  static std::string at(const std::string& name) { return program_->at(name); }
  static int call(const std::vector<std::string>& words) { return program_->call(words); }
  static Thrown refusal(const std::vector<std::string>& words) { return program_->refusal(words); }
  static Program* program_;
};
Program* Classes::program_ = nullptr;

TEST_F(Classes, HaveARowEachInASheetAndAnImageIsTheSameAlone) {
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("sheet.png"), "--count", "12"}), 0);
  ASSERT_EQ(call({"sample", at("model.pt"), "--out", at("exported.png"), "--count", "12"}), 0);
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("files"), "--count", "12"}), 0);
  const Image sheet = read_picture(at("sheet.png"));
  EXPECT_EQ(read_picture(at("exported.png")), sheet);
  EXPECT_EQ(sheet.width, 2 + 4 * 18);
  EXPECT_EQ(sheet.height, 2 + 3 * 18);
  for (int64_t row = 0; row < 3; ++row)
    for (int64_t column = 0; column < 4; ++column) {
      const int64_t index = column * 3 + row;
      EXPECT_EQ(cell(sheet, row * 4 + column, 4), read_picture(at("files/0000" + zero_padded(index, 2) + ".png")));
    }
}

TEST_F(Classes, AreAskedForByNameNumberListAndRepeatedly) {
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("all"), "--count", "6"}), 0);
  const auto sampled = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> words = {"sample", at("model.ckpt"), "--out", at(name), "--count", "6"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(call(words), 0);
    std::vector<Image> images;
    for (int i = 0; i < 6; ++i) images.push_back(read_picture(at(name + "/00000" + std::to_string(i) + ".png")));
    return images;
  };
  const auto all = sampled("in-turn", {}), coats = sampled("coats", {"--class", "coat"});
  EXPECT_EQ(coats[2], all[2]);
  EXPECT_EQ(coats[5], all[5]);
  EXPECT_NE(coats[0], all[0]);
  EXPECT_EQ(sampled("number", {"--class", "2"}), coats);
  const auto list = sampled("list", {"--class", "coat,shoe"});
  EXPECT_EQ(list[0], coats[0]);
  EXPECT_EQ(list[3], all[3]);
  EXPECT_EQ(sampled("repeated", {"--class", "coat", "--class", "shoe"}), list);
}

TEST_F(Classes, AreNamedUnderPicturesAndInspect) {
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("plain.png"), "--count", "3"}), 0);
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("named.png"), "--count", "3", "--labels"}), 0);
  EXPECT_GT(read_picture(at("named.png")).height, read_picture(at("plain.png")).height);
  const Finished shown = (*program_)({"inspect", at("model.ckpt"), "--json"});
  EXPECT_EQ(Json::parse(shown.out)["network"]["class_names"], Json({"shoe", "bag", "coat"}));
  const Finished exported = (*program_)({"inspect", at("model.pt")});
  EXPECT_NE(exported.out.find("coat"), std::string::npos) << exported.out;
}

TEST_F(Classes, ThatAreNotThereAreRefusedNamingThoseThatAre) {
  const auto asked = [&](const std::string& model, const std::string& name) {
    return refusal({"sample", at(model), "--out", at("never.png"), "--class", name});
  };
  for (const std::string model : {"model.ckpt", "model.pt"}) {
    EXPECT_TRUE(refused(asked(model, "shoes"), 2, "did you mean 'shoe'"));
    EXPECT_TRUE(refused(asked(model, "3"), 2, "shoe, bag, coat, or numbers 0 to 2"));
  }
  export_torchscript(used_generator(small_plan()), generator_info(small_plan(), 7, true, ""), at("plain.pt"));
  EXPECT_TRUE(refused(asked("plain.pt", "shoe"), 2, "trained without classes"));
  EXPECT_FALSE(std::filesystem::exists(at("never.png")));
}

}  // namespace
}  // namespace dcgan::test::architectures
