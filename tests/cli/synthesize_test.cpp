// `dcgan synthesize`: how many images of each class, and which ones.
#include <sstream>

#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test::synthesizing {
namespace {

namespace fs = std::filesystem;

/// Classes of 12, 5 and 9 pictures, and a run on them that held none out.
class Synthesize : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<Program>();
    write_class("few", 200, 5), write_class("many", 50, 12), write_class("some", 100, 9);
    train("run", {});
  }
  static void TearDownTestSuite() { shared_.reset(); }
  static void write_class(const std::string& name, int first, int count) {
    for (int i = first; i < first + count; ++i)
      write_text(at("photos") + "/" + name + "/" + std::to_string(i) + ".png", encode_png(made_picture(16, 3, i)));
  }
  static void train(const std::string& run, std::vector<std::string> more) {
    more.insert(more.end(), {"--conditional", "--images", "16", "--eval-every", "0"});
    ASSERT_EQ(shared_->call(shared_->small_train("photos", run, more)), 0);
  }
  static std::string at(const std::string& name) { return shared_->at(name); }
  static std::vector<std::string> words(const std::string& model, const std::vector<std::string>& more) {
    std::vector<std::string> all = {"synthesize", at(model),      "--data", at("photos"), "--threads",
                                    "1",          "--confidence", "0",      "--lessons",  "128"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void expect_refusal(const std::vector<std::string>& words, const std::string& what, const std::string& hint) const {
    const Thrown thrown = shared_->refusal(words);
    EXPECT_EQ(thrown.exit_code, 2) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, hint);
    EXPECT_FALSE(fs::exists(at("x")));
  }
  /// "wanted" and "kept" of a class in the table.
  static std::pair<int, int> counts_of(const std::string& name, const std::string& table) {
    std::istringstream words(table.substr(table.find("\n" + name) + 1));
    std::string read;
    std::pair<int, int> counts{-1, -1};
    words >> read >> counts.first >> counts.second;
    return counts;
  }
  static int files_in(const std::string& folder) {
    std::error_code none;
    return static_cast<int>(std::distance(fs::directory_iterator(folder, none), fs::directory_iterator()));
  }
  static std::unique_ptr<Program> shared_;
};
std::unique_ptr<Program> Synthesize::shared_;

TEST_F(Synthesize, BalanceMakesOfEachClassWhatItHasFewerThanTheLargest) {
  const Finished done = (*shared_)(words("run", {"--balance", "--out", at("made")}));
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_EQ(counts_of("few", done.out), (std::pair{7, 7})) << done.out;
  EXPECT_EQ(counts_of("many", done.out), (std::pair{0, 0})) << done.out;
  EXPECT_EQ(counts_of("some", done.out), (std::pair{3, 3})) << done.out;
  EXPECT_EQ(files_in(at("made/few")), 7);
  EXPECT_EQ(files_in(at("made/many")), 0);
  EXPECT_EQ(files_in(at("made/some")), 3);
  const std::string manifest = read_text(at("made/manifest.csv"));
  EXPECT_EQ(std::count(manifest.begin(), manifest.end(), '\n'), 1 + 10);

  // Laid beside the real ones they leave nothing to balance.
  fs::copy(at("photos"), at("both"), fs::copy_options::recursive);
  for (const char* name : {"few", "some"}) fs::copy(at("made/" + std::string(name)), at("both/" + std::string(name)));
  auto again = words("run", {"--balance", "--out", at("x")});
  again[3] = at("both");
  expect_refusal(again, "as many pictures of each class already", "--per-class");
}

TEST_F(Synthesize, ImagesOfTheManifestAreDrawnAgainByTheirNames) {
  const auto with = words("run", {"--per-class", "2", "--seed", "5", "--truncate", "0.7", "--out", at("named")});
  ASSERT_EQ(shared_->call(with), 0);
  std::istringstream manifest(read_text(at("named/manifest.csv")));
  std::string line;
  std::getline(manifest, line);
  ASSERT_EQ(line, "file,class,image,confidence,closeness,truncate,model");
  int count = 0;
  for (; std::getline(manifest, line); ++count) {
    std::istringstream fields(line);
    std::string file, name, image, confidence, closeness, truncate, again = at("again" + std::to_string(count));
    for (std::string* field : {&file, &name, &image, &confidence, &closeness, &truncate})
      std::getline(fields, *field, ',');
    EXPECT_EQ(truncate, "0.7");
    EXPECT_TRUE(image.starts_with("5:")) << image;
    ASSERT_EQ(shared_->call({"sample", at("run"), "--class", name, "--images", image, "--truncate", truncate, "--seed",
                             "5", "--out", again}),
              0);
    EXPECT_EQ(decoded(read_text(again + "/" + fs::path(file).filename().string())),
              decoded(read_text(at("named") + "/" + file)))
        << line;
  }
  EXPECT_EQ(count, 6);
}

TEST_F(Synthesize, HowManyIsSaidInOneWay) {
  const std::vector<std::string> out = {"--out", at("x")};
  expect_refusal(words("run", {"--balance", "--per-class", "3", "--out", at("x")}), "both say how many", "--balance");
  expect_refusal(words("run", out), "the number of images is missing", "--per-class N, or --balance");
}

TEST_F(Synthesize, WhoAsksForAStudyIsToldWhichProgramMakesOne) {
  for (const auto& option : {std::vector<std::string>{"--study"}, {"--draws", "3"}, {"--few", "5"}}) {
    auto more = option;
    more.insert(more.end(), {"--per-class", "2", "--out", at("x")});
    expect_refusal(words("run", more), "unknown option '" + option[0] + "'", "dcgan_study");
  }
  // Elsewhere these words mean something else, or nothing.
  EXPECT_EQ(shared_->refusal({"sample", at("run"), "--study"}).hint.find("dcgan_study"), std::string::npos);
}

}  // namespace
}  // namespace dcgan::test::synthesizing
