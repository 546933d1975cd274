#include "core/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(ParseJson, RefusesAnObjectOfSoManyKeysThatReadingItWouldTakeForEver) {
  const auto object = [](size_t keys) {
    std::string text = "{\"a\":[1,2";  // commas of lists and of texts do not count
    for (size_t i = 2; i < 20'000; ++i) text += ",3";
    text += "],\"b\":\",,\"";
    for (size_t i = 2; i < keys; ++i) text += ",\"" + std::to_string(i) + "\":{\"c\":1,\"d\":2}";
    return text + "}";
  };
  EXPECT_EQ(parse_json(object(10'000), "a test").size(), 10'000u);
  EXPECT_CONTAINS(problem(object(10'001)), "an object of 10,001 keys, more than 10,000");
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", " ", "{", "{\"a\":}", "[1,]", "{'a': 1}", "[1] 2", "NaN", "\"\xff\"", "\"\xed\xa0\x80\"",
                           "\"\\ud800\"", "01", "// x"})
    EXPECT_CONTAINS(problem(text), "not valid JSON") << text;
}

// nlohmann/json calls this one out of range, not a mistake of parsing.
TEST(ParseJson, RefusesANumberTooLargeForADouble) { EXPECT_CONTAINS(problem("{\"lr\":\n 1e999}"), "too large"); }

TEST(ParseJson, RefusesWhatIsNestedTooDeeplyToBeCopied) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(compact(parse_json(nested(200), "a test")), nested(200));
  for (const size_t depth : {201, 1'000'000}) EXPECT_CONTAINS(problem(nested(depth)), "deeper than 200");
  EXPECT_CONTAINS(problem(R"({"a":)" + nested(1'000'000) + "}"), "deeper than 200");
  const std::string text = R"({"a\\":"[\")" + std::string(300, '{') + "\"}";
  EXPECT_EQ(parse_json(text, "a test").size(), 1u) << "brackets in texts do not count";
}

TEST(ParseJson, RefusesMoreThanItsBound) {
  EXPECT_CONTAINS(problem(std::string(kLongestJson + 1, ' ')), "its JSON has 67.1 MB, more than 67.1 MB");
}

TEST(ParseJsonLine, GivesNothingForWhatIsNoJsonOrTooMuch) {
  EXPECT_EQ(compact(*parse_json_line("{\"a\":[1,null]}")), "{\"a\":[1,null]}");
  EXPECT_TRUE(parse_json_line("null").has_value());
  const std::string deep(3'000'000, '[');
  for (const std::string& line :
       {std::string(), std::string("{"), std::string("{\"a\":1e999}"), std::string("\0{}", 3), deep,
        deep + std::string(3'000'000, ']'), std::string(300, '[') + std::string(300, ']'),
        "\"" + std::string(kLongestJsonLine, 'x') + "\""})
    EXPECT_FALSE(parse_json_line(line)) << line.substr(0, 20);
}

TEST(ValueOr, IsTheOtherWhereNothingIsGivenAndAnErrorWhereTheTypeIsWrong) {
  const Json json = Json::parse(R"({"text": "x", "none": null})");
  EXPECT_EQ(value_or<std::string>(json, "text", "y", "head"), "x");
  EXPECT_EQ(value_or<std::string>(json, "none", "y", "head"), "y");
  EXPECT_EQ(value_or<std::string>(json, "other", "y", "head"), "y");
  EXPECT_EQ(value_or<double>(Json::parse("[1]"), "text", 0.5, "head"), 0.5);
  EXPECT_CONTAINS(thrown_by([&] { value_or<int64_t>(json, "text", 0, "head"); }).what, "wrong type");
}

TEST(CompactJson, ReplacesInvalidUtf8InsteadOfThrowing) {
  EXPECT_EQ(compact(Json{{"name",
                          "a\xff"
                          "b"}}),
            "{\"name\":\"a\xEF\xBF\xBD"
            "b\"}");
}

TEST(CompactAsciiJson, SaysTheSameWithoutACharacterThatATerminalWouldObey) {
  const Json json = {{"a\u202e", "\n\x1b\x7f\u009b\u200b\U000E0041"}};
  const std::string text = compact_ascii(json);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) << text;
  EXPECT_EQ(parse_json(text, "a test"), json);
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

TEST(Required, RefusesNumbersThatDoNotFit) {
  const Json json = Json::parse(R"({"big": 18446744073709551615, "bigger": 1e300, "half": 0.5, "minus": -1,
                                    "list": [1, 18446744073709551615], "fine": [1, -2], "most": 9223372036854775807})");
  for (const char* key : {"big", "bigger", "half"})
    EXPECT_CONTAINS(thrown_by([&] { required<int64_t>(json, key, "head"); }).what,
                    "head: the key '" + std::string(key) + "' has a number that is not whole, or out of range");
  EXPECT_CONTAINS(thrown_by([&] { required<uint64_t>(json, "minus", "head"); }).what, "out of range");
  EXPECT_CONTAINS(thrown_by([&] { required<std::vector<int64_t>>(json, "list", "head"); }).what, "out of range");
  EXPECT_EQ(required<std::vector<int64_t>>(json, "fine", "head"), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(required<int64_t>(json, "most", "head"), INT64_MAX);
  EXPECT_EQ(required<uint64_t>(json, "big", "head"), UINT64_MAX);
  EXPECT_EQ(required<double>(json, "half", "head"), 0.5);
  EXPECT_EQ(required<double>(json, "minus", "head"), -1);
}

TEST(PrintableJson, EscapesKeysAndTextsAtEveryDepth) {
  const Json json = Json::parse(R"({"a\u001b[31m": ["\u009b", {"x\n": "\u0007"}, 3, null], "caf\u00e9": "caf\u00e9"})");
  EXPECT_EQ(printable_json(json), Json::parse(R"({"a\\x1b[31m": ["\\xc2\\x9b", {"x\\x0a": "\\x07"}, 3, null],
                                                  "caf\u00e9": "caf\u00e9"})"));
  EXPECT_EQ(printable_json(printable_json(json)), printable_json(json));
  EXPECT_EQ(compact(printable_json(Json::array())) + compact(printable_json(Json::object())), "[]{}");
}

}  // namespace
}  // namespace dcgan::test::json_texts
