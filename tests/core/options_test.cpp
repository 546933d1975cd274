#include "core/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/choice.hpp"
#include "core/json.hpp"
#include "core/sample_options.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::option_values {
namespace {

Thrown refused(const std::string& name, const std::string& text) {
  return thrown_by([&] {
    SampleOptions options;
    give(options, {{name, text}});
  });
}

TEST(Options, TakeBothEndsOfAClosedRangeAndNothingBeyond) {
  SampleOptions options;
  give(options, {{"size", "6"}});
  EXPECT_EQ(options.size, (Size{6, 6}));
  give(options, {{"size", "7168"}});
  EXPECT_EQ(options.size, (Size{7168, 7168}));
  for (const char* text : {"5", "7169", "0", "-64"}) EXPECT_EQ(refused("size", text).exit_code, 2) << text;
}

TEST(Options, LeaveOutTheLowerEndOfAnOpenRange) {
  SampleOptions options;
  give(options, {{"lr", "1"}});
  EXPECT_EQ(options.lr, 1.0);
  give(options, {{"lr", "1e-300"}});
  EXPECT_EQ(options.lr, 1e-300);
  EXPECT_EQ(refused("lr", "0").exit_code, 2);
  EXPECT_EQ(refused("lr", "-0.0").exit_code, 2);
}

TEST(Options, NameOptionValueAndRangeInTheirErrors) {
  const Thrown error = refused("lr", "7");
  EXPECT_EQ(error.exit_code, 2);
  EXPECT_CONTAINS(error.what, "--lr");
  EXPECT_CONTAINS(error.what, "'7'");
  EXPECT_EQ(error.hint, "allowed: above 0, at most 1");
  EXPECT_EQ(refused("size", "3").hint, "allowed: 6 to 7168 pixels");
  EXPECT_EQ(refused("fit", "squeeze").hint, "allowed: crop|pad");
  EXPECT_EQ(refused("threads", "0").hint, "allowed: auto, or 1 to 64");
}

TEST(Options, RefuseWhatIsNoNumber) {
  for (const char* text : {"", " ", "abc", "1,5", "0x10", "1e", "0.5 ", " 0.5", "--1", "0.5k", "nan", "NaN", "-nan",
                           "inf", "-inf", "1e999"})
    EXPECT_EQ(refused("lr", text).exit_code, 2) << "'" << text << "'";
}

TEST(Options, RefuseANaNEvenWithoutARange) {
  double value = 1;
  const Field field{"x", &value, "", Limit{}, ""};
  EXPECT_EQ(thrown_by([&] { set_from_text(field, "nan", "--x"); }).exit_code, 2);
  EXPECT_EQ(value, 1);
}

TEST(Options, TakeSuffixesForImages) {
  SampleOptions options;
  const auto images = [&](const char* text) {
    give(options, {{"images", text}});
    return options.images;
  };
  EXPECT_EQ(images("12"), 12);
  EXPECT_EQ(images("3k"), 3000);
  EXPECT_EQ(images("3K"), 3000);
  EXPECT_EQ(images("2M"), 2'000'000);
  EXPECT_EQ(images("1.5k"), 1500);
  EXPECT_EQ(images("2.5e3"), 2500);
  for (const char* text : {"k", "M", "1.0005k", "1kk", "1m", "1h", "1 k", "0.5"})
    EXPECT_EQ(refused("images", text).exit_code, 2) << text;
}

TEST(Options, TakeSuffixesForStepsAndNameThemWhereNumbersGrowLarge) {
  int64_t steps = 0;
  const Field many{"steps", &steps, "", within(1, 1e6, "steps"), ""},
      few{"steps", &steps, "", within(1, 100, "steps"), ""};
  set_from_text(many, "2k", "--steps");
  EXPECT_EQ(steps, 2000);
  EXPECT_EQ(thrown_by([&] { set_from_text(few, "2k", "--steps"); }).hint, "allowed: 1 to 100 steps");
  EXPECT_EQ(thrown_by([&] { set_from_text(many, "2M", "--steps"); }).hint, "allowed: 1 to 1000000 steps (k, M)");
}

TEST(Options, ThatAreWordsOrSomethingElseSayBothAndTakeAnyText) {
  EXPECT_EQ(words_or({"auto", "cpu"}, "cuda:N").text(), "auto|cpu|cuda:N");
  EXPECT_EQ(words_or_list({"none", "all"}, {"a", "b", "c"}).text(), "none|all|a,b,c");
  std::string text;
  set_from_text({"device", &text, "", words_or({"auto", "cpu"}, "cuda:N"), ""}, "cuda:3", "--device");
  EXPECT_EQ(text, "cuda:3");
}

TEST(Options, TakeSuffixesForTime) {
  SampleOptions options;
  const auto time = [&](const char* text) {
    give(options, {{"time", text}});
    return *options.time;
  };
  EXPECT_EQ(time("90"), 90);
  EXPECT_EQ(time("90s"), 90);
  EXPECT_EQ(time("1.5m"), 90);
  EXPECT_EQ(time("2h"), 7200);
  for (const char* text : {"s", "m", "h", "1M", "1k", "1d", "-1h", "0s", "ms"})
    EXPECT_EQ(refused("time", text).exit_code, 2) << text;
}

TEST(Options, CheckTheRangeOfTheNumberWithItsSuffix) {
  EXPECT_EQ(refused("images", "2000000M").exit_code, 2);
  EXPECT_EQ(refused("time", "3000h").exit_code, 2);
}

TEST(Options, ReadSizesAsASideOrAsWidthAndHeight) {
  SampleOptions options;
  const auto size = [&](const char* text) {
    give(options, {{"size", text}});
    return options.size;
  };
  EXPECT_EQ(size("64"), (Size{64, 64}));
  EXPECT_EQ(size("64x48"), (Size{64, 48}));
  EXPECT_EQ(size("48X64"), (Size{48, 64}));
  for (const char* text :
       {"", "x", "64x", "x64", "64x48x3", "64.0", "64 x 48", "64x4", "4x64", "64x99999999999999999999"})
    EXPECT_EQ(refused("size", text).exit_code, 2) << text;
  EXPECT_EQ(to_text(Size{64, 64}), "64");
  EXPECT_EQ(to_text(Size{64, 48}), "64x48");
}

TEST(Options, SetBothNetworksByThePlainName) {
  SampleOptions options;
  give(options, {{"rate", "0.7"}, {"width", "128"}});
  EXPECT_EQ(options.rate, (PerNetwork<double>{0.7, 0.7}));
  EXPECT_EQ(options.width, (PerNetwork<std::optional<int64_t>>{128, 128}));
}

TEST(Options, LetTheNameOfOneNetworkWinWhateverTheOrder) {
  Given given = {{"rate", "0.5"}, {"rate-d", "0.9"}, {"width-g", "8"}, {"width", "16"}};
  std::sort(given.begin(), given.end());
  do {
    SampleOptions options;
    give(options, given);
    EXPECT_EQ(options.rate, (PerNetwork<double>{0.5, 0.9}));
    EXPECT_EQ(options.width, (PerNetwork<std::optional<int64_t>>{8, 16}));
  } while (std::next_permutation(given.begin(), given.end()));
}

TEST(Options, LetTheLastOfOneNameWin) {
  SampleOptions options;
  give(options, {{"lr", "0.25"}, {"lr", "0.125"}});
  EXPECT_EQ(options.lr, 0.125);
}

TEST(Options, UnsetAnOptionalNumberByAuto) {
  SampleOptions options;
  give(options, {{"threads", "4"}});
  EXPECT_EQ(options.threads, 4);
  give(options, {{"threads", "auto"}});
  EXPECT_EQ(options.threads, std::nullopt);
  EXPECT_EQ(refused("threads", "Auto").exit_code, 2);
  EXPECT_EQ(refused("images", "auto").exit_code, 2);
  EXPECT_EQ(refused("time", "auto").exit_code, 2);
}

TEST(Options, KeepHugeSeedsExact) {
  SampleOptions options;
  for (const char* text : {"9007199254740993", "9223372036854775807", "1234567890123456789"}) {
    give(options, {{"seed", text}});
    EXPECT_EQ(std::to_string(options.seed), text);
    SampleOptions again;
    set_from_json(fields_of(again), parse_json(compact(to_json(fields_of(options))), "a test"), "a test");
    EXPECT_EQ(again.seed, options.seed);
  }
  EXPECT_EQ(refused("seed", "9223372036854775808").exit_code, 2);
  EXPECT_EQ(refused("seed", "18446744073709551615").exit_code, 2);
}

TEST(Options, LeaveTheValueAloneWhenTheyRefuse) {
  SampleOptions options;
  const SampleOptions before = options;
  for (const auto& [name, text] : Given{{"images", "0"},
                                        {"lr", "2"},
                                        {"size", "64x1"},
                                        {"rate", "9"},
                                        {"fit", "no"},
                                        {"flip", "maybe"},
                                        {"threads", "65"}})
    thrown_by([&] { give(options, {{name, text}}); });
  EXPECT_EQ(options, before);
}

TEST(Options, AreFoundWithDashesAndWithUnderscores) {
  SampleOptions options;
  const Fields fields = fields_of(options);
  ASSERT_NE(find_field(fields, "run-name"), nullptr);
  EXPECT_EQ(find_field(fields, "run_name"), find_field(fields, "run-name"));
  EXPECT_EQ(find_field(fields, "rate_g")->name, "rate-g");
  EXPECT_EQ(find_field(fields, "runname"), nullptr);
  EXPECT_EQ(underscored("run-name"), "run_name");
  EXPECT_EQ(dashed("run_name"), "run-name");
}

TEST(Options, ShowTheirValuesAsAUserWouldTypeThem) {
  SampleOptions options;
  give(options, {{"lr", "0.0625"}, {"size", "64x48"}, {"flip", "true"}});
  for (const Field& field : fields_of(options)) {
    if (field.name == "time") {
      EXPECT_EQ(field.text(), "");
      continue;
    }
    if (field.is_shorthand()) continue;
    SampleOptions again;
    set_from_text(*find_field(fields_of(again), field.name), field.text(), field.name);
    EXPECT_EQ(find_field(fields_of(again), field.name)->text(), field.text());
  }
  EXPECT_EQ(find_field(fields_of(options), "lr")->text(), "0.0625");
  EXPECT_EQ(find_field(fields_of(options), "threads")->text(), "auto");
}

TEST(DidYouMean, NamesTheNearestAndIsSilentWhenNothingIsNear) {
  const std::vector<std::string> known = {"images", "threads", "seed", "lr"};
  EXPECT_EQ(did_you_mean(known, "image"), "images");
  EXPECT_EQ(did_you_mean(known, "sede"), "seed");
  EXPECT_EQ(did_you_mean(known, "thread"), "threads");
  EXPECT_EQ(did_you_mean(known, "completely-different"), "");
  EXPECT_EQ(did_you_mean({}, "image"), "");
  EXPECT_EQ(did_you_mean({"A", "B"}, "Z"), "") << "no letter in common";
}

TEST(DidYouMean, KnowsWordsOfOthersAndChoicesWithoutTheirDashes) {
  EXPECT_EQ(choice_meant({"bce", "hinge", "wgan-gp"}, "wgan"), "wgan-gp");
  EXPECT_EQ(choice_meant({"bce", "hinge", "wgan-gp"}, "WGAN_GP"), "wgan-gp");
  EXPECT_EQ(choice_meant({"bce", "relativistic"}, "R3GAN"), "relativistic");
  EXPECT_EQ(choice_meant({"bce", "hinge"}, "wgan"), "") << "ours is not among the choices";
  EXPECT_EQ(choice_meant({"default", "small-data"}, "smalldata"), "small-data");
}

TEST(DidYouMean, TakesOneSlipOfAShortWordAndOneInThreeLettersOfALongOne) {
  const std::vector<std::string> known = {"man", "toy", "data", "eval", "inspect"};
  EXPECT_EQ(did_you_mean(known, "tpy"), "toy");
  EXPECT_EQ(did_you_mean(known, "dtaa"), "data");
  EXPECT_EQ(did_you_mean(known, "inpsct"), "inspect");
  for (const char* far : {"ls", "foo", "men1", "make", "dots", "evils", "insist"})
    EXPECT_EQ(did_you_mean(known, far), "") << far;
}

}  // namespace
}  // namespace dcgan::test::option_values
