#include "core/json.hpp"

#include <gtest/gtest.h>

#include "support/thrown.hpp"

namespace dcgan::test::json_texts {
namespace {

std::string problem(const std::string& text) {
  const Thrown error = thrown_by([&] { parse_json(text, "a\nfile.json"); });
  EXPECT_EQ(error.exit_code, 1) << text;
  return error.what;
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(compact(parse_json(R"({"z": 1, "a": [true, null], "m": "x"})", "a test")),
            R"({"z":1,"a":[true,null],"m":"x"})");
}

TEST(ParseJson, NamesFileLineAndColumnOfAMistake) {
  EXPECT_CONTAINS(problem("{\n  \"a\": 1,\n  \"b\": x\n}"), "line 3, column 8");
  EXPECT_CONTAINS(problem("!"), "line 1, column 1");
  EXPECT_CONTAINS(problem("[1,\n2,\n3"), "line 3, column 2");
  EXPECT_CONTAINS(problem("!"), "a\\x0afile.json");
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", " ", "{", "{\"a\":}", "[1,]", "{'a': 1}", "[1] 2", "NaN", "\"\xff\"", "\"\xed\xa0\x80\"",
                           "\"\\ud800\"", "01", "// x"})
    EXPECT_CONTAINS(problem(text), "not valid JSON") << text;
}

// nlohmann/json calls this one out of range, not a mistake of parsing.
TEST(ParseJson, RefusesANumberTooLargeForADouble) { EXPECT_CONTAINS(problem("{\"lr\":\n 1e999}"), "too large"); }

TEST(CompactJson, ReplacesInvalidUtf8InsteadOfThrowing) {
  EXPECT_EQ(compact(Json{{"name",
                          "a\xff"
                          "b"}}),
            "{\"name\":\"a\xEF\xBF\xBD"
            "b\"}");
}

TEST(PrettyJson, EndsWithANewline) { EXPECT_EQ(pretty(Json{{"a", 1}}), "{\n  \"a\": 1\n}\n"); }

TEST(Required, GivesTheValueOrNamesOriginAndKey) {
  const Json json = Json::parse(R"({"count": 3, "name": "x"})");
  EXPECT_EQ(required<int64_t>(json, "count", "head"), 3);
  EXPECT_EQ(required<std::string>(json, "name", "head"), "x");
  for (const auto& error : {thrown_by([&] { required<int64_t>(json, "other", "head"); }),
                            thrown_by([&] { required<int64_t>(Json::parse("[1]"), "other", "head"); })}) {
    EXPECT_CONTAINS(error.what, "head");
    EXPECT_CONTAINS(error.what, "'other' is missing");
  }
  EXPECT_CONTAINS(thrown_by([&] { required<int64_t>(json, "name", "head"); }).what,
                  "'name' has a value of the wrong type");
}

}  // namespace
}  // namespace dcgan::test::json_texts
