#include <gtest/gtest.h>

#include "core/json.hpp"
#include "core/sample_options.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::option_values {
namespace {

TEST(OptionsJson, HoldsEveryFieldButNoShorthand) {
  SampleOptions options;
  EXPECT_EQ(compact(to_json(fields_of(options))),
            R"({"images":1000,"time":null,"lr":0.5,"size":"64","rate_g":0.1,"rate_d":0.2,"width_g":64,"width_d":32,)"
            R"("fit":"crop","run_name":"first","threads":null,"flip":false,"seed":0})");
}

TEST(OptionsJson, ReadsBackWhatItWrote) {
  SampleOptions options;
  give(options, {{"images", "25M"},
                 {"time", "1.5h"},
                 {"lr", "0.1"},
                 {"size", "48x64"},
                 {"rate-d", "0.3"},
                 {"width-g", "77"},
                 {"fit", "pad"},
                 {"run-name", "한국어 \"x\" \\"},
                 {"threads", "3"},
                 {"flip", "true"},
                 {"seed", "42"}});
  SampleOptions again;
  set_from_json(fields_of(again), parse_json(pretty(to_json(fields_of(options))), "a test"), "a test");
  EXPECT_EQ(again, options);
}

TEST(OptionsJson, LeavesAFieldAloneForANull) {
  SampleOptions options;
  give(options, {{"threads", "5"}, {"lr", "0.25"}});
  set_from_json(fields_of(options), Json::parse(R"({"threads": null, "lr": null})"), "a test");
  EXPECT_EQ(options.threads, 5);
  EXPECT_EQ(options.lr, 0.25);
}

TEST(OptionsJson, LetsTheNameOfOneNetworkWinWhateverTheOrder) {
  SampleOptions options;
  set_from_json(fields_of(options), Json::parse(R"({"rate-d": 0.9, "rate": 0.5})"), "a test");
  EXPECT_EQ(options.rate, (PerNetwork<double>{0.5, 0.9}));
}

Thrown refused_json(const char* text) {
  return thrown_by([&] {
    SampleOptions options;
    set_from_json(fields_of(options), Json::parse(text), "my.json");
  });
}

TEST(OptionsJson, NamesTheNearestKeyForAnUnknownOne) {
  const Thrown error = refused_json(R"({"treads": 3})");
  EXPECT_EQ(error.exit_code, 2);
  EXPECT_CONTAINS(error.what, "my.json");
  EXPECT_CONTAINS(error.what, "'treads'");
  EXPECT_EQ(error.hint, "did you mean 'threads'?");
  EXPECT_EQ(refused_json(R"({"run-nam": "a"})").hint, "did you mean 'run_name'?");
  const Thrown far = refused_json(R"({"zzzzzzzzzz": 3})");
  EXPECT_EQ(far.exit_code, 2);
  EXPECT_FALSE(contains(far.hint, "did you mean"));
}

TEST(OptionsJson, RefusesValuesOfTheWrongType) {
  for (const char* text :
       {R"({"lr": true})", R"({"lr": [0.1]})", R"({"lr": {}})", R"({"lr": "fast"})", R"({"images": 1.5})",
        R"({"images": false})", R"({"flip": 1})", R"({"flip": "true"})", R"({"flip": "yes"})", R"({"fit": 3})",
        R"({"fit": true})", R"({"fit": ["crop"]})", R"({"size": [64, 64]})", R"({"size": true})", R"({"size": 64.5})",
        R"([1, 2])", R"(3)", R"("text")", R"(null)"}) {
    const Thrown error = refused_json(text);
    EXPECT_EQ(error.exit_code, 2) << text;
    EXPECT_CONTAINS(error.what, "my.json");
  }
}

TEST(OptionsJson, NamesKeyValueAndRangeForAValueOutOfRange) {
  const Thrown error = refused_json(R"({"width_g": 5000})");
  EXPECT_EQ(error.exit_code, 2);
  EXPECT_CONTAINS(error.what, "my.json");
  EXPECT_CONTAINS(error.what, "'width_g'");
  EXPECT_CONTAINS(error.what, "5000");
  EXPECT_EQ(error.hint, "allowed: 1 to 4096 channels");
}

}  // namespace
}  // namespace dcgan::test::option_values
