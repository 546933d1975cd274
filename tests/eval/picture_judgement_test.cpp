#include "eval/picture_judgement.hpp"

#include <gtest/gtest.h>

namespace dcgan::test {
namespace {

/// Figures as an evaluation would find them, between what real pictures and failures get.
std::vector<FoundFigure> found(double kid, double diversity, double fitting, double kinds, double memorised = 0) {
  return {{&figure_named("kid"), {kid, 0.01}, {0, 0.01}, {{"blurred", 3}, {"noise", 12}}},
          {&figure_named("diversity"), {diversity}, {1}, {{"mean_picture", 0}, {"noise", 0.12}}},
          {&figure_named("fitting"), {fitting}, {0.96}, {{"blurred", 0.38}}},
          {&figure_named("kinds"), {kinds}, {0.93}, {}},
          {&figure_named("memorised"), {memorised}, {0.02}, {}}};
}

TEST(PictureJudgement, SaysHowMuchIsCoveredAndCouldBeRealBesideWhatRealPicturesGet) {
  EXPECT_EQ(judge_pictures(found(3, 0.8, 0.29, 0.04), true).words,
            "covers 4 % of what your pictures show (real ones: 93 %), 29 % of its images could be yours (real ones: "
            "96 %)");
  EXPECT_TRUE(judge_pictures(found(3, 0.8, 0.004, 0), true).words.starts_with("covers 0 % of"));
  EXPECT_NE(judge_pictures(found(3, 0.8, 0.004, 0), true).words.find("under 1 % of its images"), std::string::npos);
}

TEST(PictureJudgement, NamesWhatTheImagesLookLike) {
  EXPECT_EQ(judge_pictures(found(9, 0.13, 0, 0), true).verdict, "noise");
  EXPECT_EQ(judge_pictures(found(9, 0.5, 0, 0), true).verdict, "smears");
  EXPECT_EQ(judge_pictures(found(9, 0.001, 0, 0), true).verdict, "smears") << "one blank picture is no noise";
  EXPECT_EQ(judge_pictures(found(3, 0.8, 0.1, 0), true).verdict, "shapes");
  EXPECT_EQ(judge_pictures(found(0.2, 0.95, 0.9, 0.7), true).verdict, "good");
  EXPECT_EQ(judge_pictures(found(4, 1, 0.5, 0.6), true).verdict, "good") << "most fit, though each is far off a little";
  EXPECT_EQ(judge_pictures(found(4, 1, 0.3, 0.6), true).verdict, "shapes");
  EXPECT_EQ(judge_pictures(found(3, 0.95, 0.41, 0.6), true).verdict, "shapes") << "as blurred pictures";
  EXPECT_EQ(judge_pictures(found(0.2, 0.95, 0.9, 0.7, 0.6), true).verdict, "copies");
}

TEST(PictureJudgement, SaysHowManyAreCopiesBeforeTheyAreTheVerdict) {
  const auto some = judge_pictures(found(3, 0.8, 0.1, 0.1, 0.12), true);
  EXPECT_EQ(some.verdict, "shapes");
  EXPECT_TRUE(some.words.ends_with(", 12 % are copies of yours (real ones: 2 %)")) << some.words;
}

TEST(PictureJudgement, IsSilentWhereTheNetworkKnowsNoThingsOrFiguresAreMissing) {
  EXPECT_EQ(judge_pictures(found(3, 0.8, 0.1, 0.1), false).words, "");
  EXPECT_EQ(judge_pictures(found(3, 0.8, 0.1, 0.1), false).verdict, "");
  auto guess = found(3, 0.8, 0.1, 0.1);
  guess[0].found.standard_error = 1;
  EXPECT_EQ(judge_pictures(guess, true).verdict, "") << "it may be 1 or 5";
  auto without = found(3, 0.8, 0.1, 0.1);
  without[0].found = {}, without[2].found = {};
  EXPECT_EQ(judge_pictures(without, true).words, "");
  EXPECT_EQ(judge_pictures(without, true).verdict, "");
}

}  // namespace
}  // namespace dcgan::test
