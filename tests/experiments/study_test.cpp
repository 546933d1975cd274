// Whether generated images help to learn: what a study says, and of which runs it can say anything.
#include "experiments/study.hpp"

#include <ATen/Parallel.h>

#include "support/colours.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

constexpr int kFaint = 12;

/// Colours again, whose classes have other numbers.
class OtherNumbers : public Colours {
 public:
  explicit OtherNumbers(bool lies) : Colours(60, 99, kFaint) {
    info_.classes = lies ? std::vector<std::string>{"green", "blue", "red"}  // wrong for what copy() paints
                         : std::vector<std::string>{"red", "green", "blue"};
  }
};

TEST(Study, SaysThatGoodImagesHelpWhereThereAreFewAndThatWrongOnesDoHarm) {
  at::set_num_threads(1);  // so small a network waits for its threads where other programs run, too
  const Colours real(90, 0, kFaint), held_out(90, 7, kFaint);
  const StudyOptions options{3, 1, {1'280, 32, 3e-3, 0}};
  const std::vector<std::string> names = {"red", "green", "blue"};
  const Study good = study_of(real, OtherNumbers(false), names, held_out, options, nothing);
  EXPECT_GT(good.gain.value, 0) << "three pictures alone taught as much";
  EXPECT_NEAR(good.gain.value, good.with.value - good.alone.value, 1e-12);
  const Study bad = study_of(real, OtherNumbers(true), names, held_out, options, nothing);
  EXPECT_LT(bad.with.value, 0.5);
  EXPECT_LT(bad.gain.value, 0);
}

TEST(Study, TakesADifferenceForOneOnlyBeyondItsInterval) {
  EXPECT_EQ((Study{5, {}, {}, {0.02, 0.01}}).verdict(), "they helped");
  EXPECT_EQ((Study{5, {}, {}, {0.02, 0.03}}).verdict(), "no difference shown");
  EXPECT_EQ((Study{5, {}, {}, {-0.02, 0.01}}).verdict(), "they did harm");
}

namespace fs = std::filesystem;

/// The program, beside runs on pictures of two classes that held some out, or none.
class StudyProgram : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<Program>();
    for (int i = 0; i < 24; ++i) write_picture("photos", i % 2 ? "dark" : "light", i);
    train("careful", {"--holdout", "0.25"});
    train("careless", {});
  }
  static void TearDownTestSuite() { shared_.reset(); }
  static void write_picture(const std::string& data, const std::string& name, int i) {
    write_text(at(data) + "/" + name + "/" + std::to_string(i) + ".png", encode_png(made_picture(16, 3, i)));
  }
  static void train(const std::string& run, std::vector<std::string> more) {
    more.insert(more.end(), {"--conditional", "--images", "16", "--eval-every", "0"});
    ASSERT_EQ(shared_->call(shared_->small_train("photos", run, more)), 0);
  }
  static std::string at(const std::string& name) { return shared_->at(name); }
  static Finished study(const std::string& run, const std::string& data, const std::string& out) {
    return run_program_of_its_own({at(run), "--data", at(data), "--per-class", "2", "--confidence", "0", "--lessons",
                                   "128", "--draws", "2", "--threads", "1", "--out", at(out)});
  }
  static Finished run_program_of_its_own(std::vector<std::string> words) {
    auto command = shared_->command(std::move(words));
    *std::find(command.begin(), command.end(), DCGAN_TEST_PROGRAM) = DCGAN_TEST_STUDY;
    return run(command);
  }
  static void expect_refusal(const Finished& done, const std::string& what, const std::string& hint) {
    EXPECT_EXIT_CODE(done, 2);
    EXPECT_SAYS(done, what);
    EXPECT_SAYS(done, hint);
    EXPECT_FALSE(fs::exists(at("x")));
  }
  static std::unique_ptr<Program> shared_;
};
std::unique_ptr<Program> StudyProgram::shared_;

TEST_F(StudyProgram, ComparesOnThePicturesThatTheRunHeldOut) {
  const Finished done = study("careful", "photos", "made");  // 7 of 24 by their keys
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_CONTAINS(done.out, "study: accuracy on 7 real pictures that neither");
  EXPECT_CONTAINS(done.out, "difference");
  EXPECT_TRUE(fs::exists(at("made/manifest.csv")));
}

TEST_F(StudyProgram, NeedsToKnowWhatTheRunHeldOut) {
  expect_refusal(study("careless", "photos", "x"), "a study needs pictures that the generator never saw", "--holdout");
  expect_refusal(study("careless/generator.pt", "photos", "x"), "generator.pt' is an export", "the run directory");
  fs::copy(at("photos"), at("others"), fs::copy_options::recursive);
  write_picture("others", "dark", 50);
  expect_refusal(study("careful", "others", "x"), "others' is not the data that the run was trained on", "give that");
}

TEST_F(StudyProgram, AnswersWrongWordsAsTheProgramDoes) {
  expect_refusal(run_program_of_its_own({}), "a study is of one run", "dcgan_study RUN");
  expect_refusal(run_program_of_its_own({at("careful"), "--drows", "3"}), "unknown option '--drows'", "--help");
  expect_refusal(run_program_of_its_own({at("careful"), "--draws"}), "--draws needs a value", "--help");
  expect_refusal(run_program_of_its_own({at("careful"), "--draws", "1"}), "--draws is '1'", "2 to 100");
  const Finished help = run_program_of_its_own({"--help"});
  EXPECT_EXIT_CODE(help, 0);
  for (const char* option : {"--per-class", "--draws", "--few", "--lessons", "--data"})
    EXPECT_CONTAINS(help.out, option);
}

}  // namespace
}  // namespace dcgan::test
