// `dcgan features`, `score`, `probe`, `neighbours`, `invert`, `synthesize`: what a user does with both networks.
#include <algorithm>
#include <sstream>

#include "image/png.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// A run of a few steps on pictures of two classes.
class BothNetworks : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<Program>();
    make_classes("photos", 12);
    make_classes("others", 8);
    for (const bool has_classes : {false, true}) {
      std::vector<std::string> words = {"train", shared_->at("photos"), "--run",
                                        shared_->at(has_classes ? "conditional" : "run")};
      for (const char* word : {"--size", "16", "--images", "32", "--batch", "8", "--eval-every", "0", "--threads", "1",
                               "--base-channels", "8", "--holdout", "0.3"})
        words.emplace_back(word);
      if (has_classes) words.emplace_back("--conditional");
      ASSERT_EQ(shared_->call(words), 0);
    }
  }
  static void TearDownTestSuite() { shared_.reset(); }
  static void make_classes(const std::string& folder, int each) {
    for (int c = 0; c < 2; ++c) {
      const auto place = shared_->at(folder) + "/" + (c == 0 ? "dark" : "light");
      std::filesystem::create_directories(place);
      for (int i = 0; i < each; ++i) {
        Image image = made_picture(16, 3, i + (folder == "photos" ? 0 : 100));
        for (auto& value : image.pixels) value = static_cast<uint8_t>(value / 2 + 120 * c);
        write_text(place + "/" + std::to_string(i) + ".png", encode_png(image));
      }
    }
  }
  std::string at(const std::string& name) const { return shared_->at(name); }
  int call(const std::vector<std::string>& words) const { return shared_->call(words); }
  void expect_refusal(const std::vector<std::string>& words, const std::string& what) const {
    const Thrown thrown = shared_->refusal(words);
    EXPECT_EQ(thrown.exit_code, 2) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_FALSE(thrown.hint.empty()) << thrown.what;
    for (const char* name : {"x.png", "x.npy", "x.csv", "x"}) EXPECT_FALSE(std::filesystem::exists(at(name))) << name;
  }
  static std::unique_ptr<Program> shared_;
};
std::unique_ptr<Program> BothNetworks::shared_;

int64_t lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST_F(BothNetworks, FeaturesAreARowAPictureWithItsNameAndLeaveOutWhatIsDamaged) {
  std::filesystem::copy(at("photos"), at("damaged"), std::filesystem::copy_options::recursive);
  write_text(at("damaged/dark/0.png"), "no picture at all");
  ASSERT_EQ(call({"features", at("run"), "--data", at("damaged"), "--out", at("f.npy")}), 0);
  const std::string list = read_text(at("f.csv")), array = read_text(at("f.npy"));
  EXPECT_EQ(lines_of(list), 1 + 23);
  EXPECT_CONTAINS(list, ",light\n");
  EXPECT_CONTAINS(array.substr(0, 128), "(23, 384)");
  EXPECT_EQ(array.size(), 128u + 23 * 384 * 4);
}

TEST_F(BothNetworks, ScoresAreALineAPicture) {
  for (const char* model : {"run", "conditional"}) {
    ASSERT_EQ(call({"score", at(model), "--data", at("photos"), "--out", at("s.csv")}), 0);
    EXPECT_EQ(lines_of(read_text(at("s.csv"))), 1 + 24);
  }
  expect_refusal({"score", at("conditional"), "--data", at("photos/dark"), "--out", at("x.csv")}, "classes");
}

TEST_F(BothNetworks, ProbesAreComparedWithPixelsAndChance) {
  const Finished done = (*shared_)({"probe", at("run"), "--data", at("photos"), "--test", at("others"), "--labels", "8",
                                    "--draws", "2", "--json", "--out", at("confusion.png")});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json json = parse_json(done.out, "probe");
  EXPECT_EQ(json["tested"], 16);
  EXPECT_GE(json["features"]["raw pixels"]["accuracy"].get<double>(), 0.9) << "dark and light are easy";
  EXPECT_TRUE(json["features"].contains("discriminator") && json["features"].contains("random discriminator"));
  EXPECT_TRUE(std::filesystem::exists(at("confusion.png")));
}

TEST_F(BothNetworks, NeighboursAndInversionWriteTheirSheets) {
  EXPECT_EQ(call({"neighbours", at("run"), "--data", at("photos"), "--count", "3", "--out", at("n.png")}), 0);
  EXPECT_EQ(call({"invert", at("run"), at("photos/dark/0.png"), "--steps", "5", "--out", at("i.png")}), 0);
  Image mask(16, 16, 1);
  for (int64_t y = 4; y < 9; ++y)
    for (int64_t x = 4; x < 9; ++x) mask.at(x, y)[0] = 255;
  write_text(at("mask.png"), encode_png(mask));
  EXPECT_EQ(call({"invert", at("conditional"), at("photos/dark/0.png"), "--steps", "5", "--mask", at("mask.png"),
                  "--out", at("c.png"), "--save-latents", at("z.npy")}),
            0);
  write_text(at("empty mask.png"), encode_png(Image(16, 16, 1)));
  const std::vector<std::string> words = {"invert", at("run"), at("photos/dark/0.png"), "--out", at("x.png"), "--mask"};
  const auto with = [&](const std::string& mask_path) {
    auto all = words;
    all.push_back(mask_path);
    return all;
  };
  expect_refusal(with(at("empty mask.png")), "hides nothing");
  write_text(at("small mask.png"), encode_png(Image(8, 8, 1, 255)));
  expect_refusal(with(at("small mask.png")), "of 8 pixels");
}

TEST_F(BothNetworks, AMaskWhosePartIsCutOffIsToldFromAnEmptyOne) {
  const auto refuse = [&](const Image& mask, const std::string& what, const std::string& hint) {
    write_text(at("wide.png"), encode_png(Image(32, 16, 3)));
    write_text(at("wide mask.png"), encode_png(mask));
    const Thrown thrown =
        shared_->refusal({"invert", at("run"), at("wide.png"), "--out", at("x.png"), "--mask", at("wide mask.png")});
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_TRUE(thrown.what.ends_with(what)) << thrown.what;
    EXPECT_CONTAINS(thrown.hint, hint);
  };
  const auto white_columns = [](int64_t first, int64_t last) {
    Image mask(32, 16, 1);
    for (int64_t y = 0; y < 16; ++y)
      for (int64_t x = first; x <= last; ++x) mask.at(x, y)[0] = 255;
    return mask;
  };
  const std::string when = " of what is left when the picture is cut and scaled to the model's shape, 16 pixels";
  refuse(white_columns(0, -1), "hides nothing", "paint");
  refuse(white_columns(0, 31), "hides everything", "paint");
  refuse(white_columns(0, 5), "hides nothing" + when, "to that shape first");  // the fit keeps columns 8 to 23
  refuse(white_columns(8, 23), "hides everything" + when, "to that shape first");
}

TEST_F(BothNetworks, SynthesizedFoldersHoldWhatTheManifestSays) {
  const Finished done = (*shared_)({"synthesize", at("conditional"), "--data", at("photos"), "--per-class", "3",
                                    "--confidence", "0", "--lessons", "128", "--out", at("made")});
  ASSERT_EQ(done.code, 0) << done.err;
  const std::string manifest = read_text(at("made/manifest.csv"));
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(at("made")))
    if (entry.path().extension() == ".png") {
      ++files;
      EXPECT_CONTAINS(manifest, std::filesystem::relative(entry.path(), at("made")).string());
    }
  EXPECT_EQ(lines_of(manifest), 1 + files);
}

TEST_F(BothNetworks, BalanceCountsAllOfTheDataThoughTheRunHeldSomeOut) {
  std::filesystem::copy(at("photos"), at("uneven"), std::filesystem::copy_options::recursive);
  for (int i = 0; i < 5; ++i) std::filesystem::remove(at("uneven/dark/" + std::to_string(i) + ".png"));
  const Finished done = (*shared_)({"synthesize", at("conditional"), "--data", at("uneven"), "--balance",
                                    "--confidence", "0", "--lessons", "128", "--out", at("filled")});
  ASSERT_EQ(done.code, 0) << done.err;
  std::istringstream words(done.out.substr(done.out.find("\ndark")));
  std::string name;
  int64_t wanted = 0;
  words >> name >> wanted;
  EXPECT_EQ(wanted, 5) << done.out;
}

TEST_F(BothNetworks, SynthesizeWithoutItsFeatureNetworkLeavesNoFolder) {
  const Thrown thrown = shared_->refusal({"synthesize", at("conditional"), "--data", at("photos"), "--per-class", "3",
                                          "--features", at("run/config.json"), "--out", at("x")});
  EXPECT_CONTAINS(thrown.what, "config.json");
  EXPECT_FALSE(std::filesystem::exists(at("x")));
}

TEST_F(BothNetworks, GridsOfARunAndPairsOfAnEvaluationSayThatTheyWereGenerated) {
  ASSERT_EQ(call({"eval", at("run"), "--data", at("photos"), "--samples", "8", "--out", at("pairs.png")}), 0);
  ASSERT_EQ(call({"sample", at("run"), "--at", "newest", "--count", "64", "--out", at("sheet.png")}), 0);
  const auto grid = png_text(read_text(at("run/samples/000000032.png"))), pairs = png_text(read_text(at("pairs.png")));
  EXPECT_EQ(grid, png_text(read_text(at("sheet.png")))) << "the same images of the same weights";
  ASSERT_EQ(pairs.size(), grid.size());
  EXPECT_CONTAINS(pairs[1].second, "generated");
  EXPECT_EQ(pairs[3], grid[3]) << "the model";
  EXPECT_TRUE(png_text(read_text(at("run/samples/real.png"))).empty());
}

TEST_F(BothNetworks, TheBestOfSeveralAreImagesOfTheirNames) {
  const Finished done =
      (*shared_)({"sample", at("conditional"), "--count", "4", "--best-of", "8", "--out", at("best")});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_CONTAINS(done.out, "diversity");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(at("best"))) {
    ++files;
    const std::string index = std::to_string(std::stoll(entry.path().stem().string()));
    ASSERT_EQ(call({"sample", at("conditional"), "--images", index, "--out", at("one" + index)}), 0);
    EXPECT_TRUE(read_text(entry.path()) == read_text(at("one" + index) + "/" + entry.path().filename().string()));
  }
  EXPECT_EQ(files, 4);
  expect_refusal({"sample", at("run"), "--images", "3", "--best-of", "8", "--out", at("x.png")}, "--best-of");
}

TEST_F(BothNetworks, RefuseWhatTheyCannotDoBeforeAnythingIsWritten) {
  const std::string photos = at("photos");
  expect_refusal({"features", at("run"), "--out", at("x.npy")}, "--data");
  expect_refusal({"features", at("run"), "--data", photos, "--out", at("x.csv")}, ".npy");
  expect_refusal({"score", at("run"), "--data", photos}, "--out");
  expect_refusal({"score", at("run"), "--data", photos, "--out", at("none/x.csv")}, "there is no folder");
  expect_refusal({"probe", at("run"), "--data", photos}, "--test");
  expect_refusal({"probe", at("run"), "--data", photos, "--test", photos}, "what it was told");
  expect_refusal({"probe", at("run"), "--data", photos, "--test", at("others/dark")}, "classes");
  expect_refusal({"probe", at("run"), "--data", at("photos/dark"), "--test", photos}, "no classes");
  expect_refusal({"probe", at("run"), "--data", photos, "--test", at("others"), "--labels", "100"}, "12 pictures");
  expect_refusal({"synthesize", at("run"), "--data", photos, "--per-class", "3", "--out", at("x")}, "without classes");
  expect_refusal({"synthesize", at("conditional"), "--data", photos, "--out", at("x")},
                 "the number of images is missing");
  expect_refusal({"synthesize", at("conditional"), "--data", photos, "--per-class", "3", "--out", at("x.png")},
                 "cannot be made here");
  expect_refusal({"synthesize", at("conditional"), "--data", at("photos/dark"), "--per-class", "3", "--out", at("x")},
                 "classes");
  expect_refusal({"neighbours", at("run"), "--out", at("x.png")}, "--data");
  ASSERT_EQ(call({"export", at("run"), "--out", at("g.pt")}), 0);
  expect_refusal({"features", at("g.pt"), "--data", photos, "--out", at("x.npy")}, "holds no discriminator");
  expect_refusal({"invert", at("run"), at("none.png"), "--out", at("x.png")}, "there is no '" + at("none.png"));
  ASSERT_EQ(call({"import", std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth", "--out", at("alone.ckpt")}), 0);
  expect_refusal({"score", at("alone.ckpt"), "--data", photos, "--out", at("x.csv")}, "no discriminator");
}

}  // namespace
}  // namespace dcgan::test
