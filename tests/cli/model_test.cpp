// What is done with a trained model: sample, export, inspect.
#include "checkpoint/run_directory.hpp"
#include "image/decode.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

Image read_picture(const std::string& path) {
  const std::string bytes = read_text(path);
  return decode_image(bytes, probe_image(bytes), 64);
}

/// Part of a picture.
Image cell(const Image& sheet, int64_t left, int64_t top, int64_t side) {
  Image out(side, side, sheet.channels);
  for (int64_t y = 0; y < side; ++y) std::copy_n(sheet.at(left, top + y), side * sheet.channels, out.at(0, y));
  return out;
}

/// One small trained run for all tests of this file.
class Model : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    program_ = new Program;
    make_pictures(program_->at("photos"), 10);
    ASSERT_EXIT_CODE((*program_)(program_->small_train("photos", "run", {"--images", "160"})), 0);
  }
  static void TearDownTestSuite() { delete program_; }
  static Program& dcgan() { return *program_; }
  static std::string run() { return dcgan().at("run"); }
  static Program* program_;
};
Program* Model::program_ = nullptr;

TEST_F(Model, AnImageIsTheSameAloneInABatchInASheetAndFromTheExport) {
  const std::string exported = run() + "/generator.pt";
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("sheet.png"), "--count", "40", "--columns", "8"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("files"), "--count", "40"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", exported, "--out", dcgan().at("exported"), "--images", "37,3"}), 0);
  ASSERT_EXIT_CODE(
      dcgan()({"sample", RunDirectory(run()).checkpoint(160).string(), "--out", dcgan().at("alone"), "--images", "37"}),
      0);
  const Image alone = read_picture(dcgan().at("alone/000037.png"));
  EXPECT_EQ(read_picture(dcgan().at("files/000037.png")), alone);
  EXPECT_EQ(read_picture(dcgan().at("exported/000037.png")), alone);
  EXPECT_EQ(cell(read_picture(dcgan().at("sheet.png")), 2 + 5 * 18, 2 + 4 * 18, 16), alone);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dcgan().at("files")), {}), 40);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dcgan().at("exported")), {}), 2);
}

TEST_F(Model, TheSeedInANameIsTheSeedOfTheOption) {
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("by-name"), "--images", "7:5"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("by-seed"), "--seed", "7", "--images", "5"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("other-seed"), "--images", "5"}), 0);
  EXPECT_EQ(read_picture(dcgan().at("by-name/7_000005.png")), read_picture(dcgan().at("by-seed/000005.png")));
  EXPECT_NE(read_picture(dcgan().at("by-seed/000005.png")), read_picture(dcgan().at("other-seed/000005.png")));
}

TEST_F(Model, SaysWhatWasUsed) {
  const Finished ema = dcgan()({"sample", run(), "--out", dcgan().at("a.png")});
  EXPECT_NE(ema.out.find("160 images seen, moving average"), std::string::npos) << ema.out;
  const Finished plain = dcgan()({"sample", run(), "--out", dcgan().at("b.png"), "--no-ema"});
  EXPECT_NE(plain.out.find("plain weights"), std::string::npos) << plain.out;
  EXPECT_NE(read_picture(dcgan().at("a.png")), read_picture(dcgan().at("b.png")));
}

TEST_F(Model, ASheetOverSixtyFourMegapixelsIsRefusedAndNamesTheFolderForm) {
  const Thrown thrown = dcgan().refusal({"sample", run(), "--out", dcgan().at("huge.png"), "--count", "1M"});
  EXPECT_TRUE(refused(thrown, 2, "--out " + dcgan().at("huge") + "/"));
  EXPECT_FALSE(std::filesystem::exists(dcgan().at("huge.png")));
}

TEST_F(Model, LabelsWriteNamesUnderThePictures) {
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("named.png"), "--count", "4", "--labels"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("plain.png"), "--count", "4"}), 0);
  const Image named = read_picture(dcgan().at("named.png")), plain = read_picture(dcgan().at("plain.png"));
  EXPECT_GT(named.height, plain.height);
  EXPECT_EQ(cell(named, 2, 2, 16), cell(plain, 2, 2, 16));
}

TEST_F(Model, ExportWritesWhatTheRunWritesAndPlainWeightsDiffer) {
  ASSERT_EXIT_CODE(dcgan()({"export", run(), "--out", dcgan().at("g.pt")}), 0);
  ASSERT_EXIT_CODE(dcgan()({"export", run(), "--out", dcgan().at("plain.pt"), "--no-ema"}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", dcgan().at("g.pt"), "--out", dcgan().at("g.png")}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", dcgan().at("plain.pt"), "--out", dcgan().at("p.png")}), 0);
  ASSERT_EXIT_CODE(dcgan()({"sample", run(), "--out", dcgan().at("r.png")}), 0);
  EXPECT_EQ(read_picture(dcgan().at("g.png")), read_picture(dcgan().at("r.png")));
  EXPECT_NE(read_picture(dcgan().at("g.png")), read_picture(dcgan().at("p.png")));
  const Thrown thrown = dcgan().refusal({"sample", dcgan().at("g.pt"), "--out", dcgan().at("x.png"), "--no-ema"});
  EXPECT_TRUE(refused(thrown, 2, "moving average only"));
}

TEST_F(Model, InspectKnowsRunsCheckpointsExportsAndFolders) {
  const std::pair<std::string, std::string> things[] = {{run(), "run"},
                                                        {RunDirectory(run()).checkpoint(160).string(), "checkpoint"},
                                                        {run() + "/generator.pt", "exported generator"},
                                                        {dcgan().at("photos"), "data"}};
  for (const auto& [path, kind] : things) {
    const Finished result = dcgan()({"inspect", path, "--json"});
    ASSERT_EXIT_CODE(result, 0);
    const Json found = Json::parse(result.out);
    EXPECT_EQ(found["kind"], kind);
    EXPECT_FALSE(found["use"].empty());
    if (kind == "run" || kind == "checkpoint") {
      EXPECT_EQ(found["images"], 160);
      EXPECT_EQ(found["options"]["batch"], 8);
      EXPECT_EQ(found["generator"]["tensors"]["conv0.weight"], (std::vector<int>{8, 16, 4, 4}));
    }
    EXPECT_EXIT_CODE(dcgan()({"inspect", path}), 0);
  }
}

TEST_F(Model, InspectOfAnExportDrawsTheLatentsThatItWasTrainedOn) {
  const auto use = [&](const std::vector<std::string>& more) {
    auto words = dcgan().small_train("photos", "other", more);
    words.insert(words.end(), {"--images", "8"});
    EXPECT_EXIT_CODE(dcgan()(words), 0);
    const Json found = Json::parse(dcgan()({"inspect", dcgan().at("other/generator.pt"), "--json"}).out);
    std::filesystem::remove_all(dcgan().at("other"));
    return found["use"][1].get<std::string>();
  };
  EXPECT_CONTAINS(use({}), "images(torch.randn(1, 8))");
  EXPECT_CONTAINS(use({"--latent-distribution", "uniform"}), "images(2 * torch.rand(1, 8) - 1)");
}

TEST_F(Model, DamagedAndForeignModelsAreOneClearError) {
  const std::string checkpoint = read_text(RunDirectory(run()).checkpoint(160)),
                    exported = read_text(run() + "/generator.pt");
  write_text(dcgan().at("cut.ckpt"), checkpoint.substr(0, checkpoint.size() / 2));
  write_text(dcgan().at("cut.pt"), exported.substr(0, exported.size() / 2));
  write_text(dcgan().at("text.pt"), "no model");
  std::string newer = checkpoint;
  newer[8] = 9;
  write_text(dcgan().at("newer.ckpt"), newer);
  for (const char* name : {"cut.ckpt", "cut.pt", "text.pt", "newer.ckpt"}) {
    const Thrown thrown = dcgan().refusal({"sample", dcgan().at(name), "--out", dcgan().at("never.png")});
    EXPECT_EQ(thrown.exit_code, 1);
    EXPECT_CONTAINS(thrown.what, name);
    EXPECT_EQ(thrown.what.find("Exception raised from"), std::string::npos) << "a backtrace reached the user";
    EXPECT_FALSE(std::filesystem::exists(dcgan().at("never.png")));
  }
}

}  // namespace
}  // namespace dcgan::test
