// Logs as nobody should write them: of any size, and with anything in them.
#include "pages/report/log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "image/png.hpp"
#include "pages/report/page.hpp"
#include "pages/report/run_data.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

std::string record_at(int64_t images) { return compact({{"images", images}, {"loss_g", 1.5}}) + "\n"; }

/// A value of each type, and numbers that no type of ours holds.
const std::vector<std::string>& strange_values() {
  static const std::vector<std::string> all = {"null",
                                               "true",
                                               "-1",
                                               "1.5",
                                               "1e308",
                                               "1e999",
                                               "18446744073709551615",
                                               "\"text\"",
                                               "\"\\u202e\\u001b[31m</script>\"",
                                               "[]",
                                               "[[[1]]]",
                                               "{}",
                                               "{\"a\":{\"b\":1}}",
                                               std::string(200'000, '[') + std::string(200'000, ']'),
                                               "\"" + std::string(1'100'000, 'x') + "\""};
  return all;
}

/// `line` with one of its values in another's place.
std::string with_value(const Json& line, const std::string& key, const std::string& value) {
  std::string out = "{";
  for (const auto& [name, own] : line.items())
    out += (out.size() > 1 ? "," : "") + compact(name) + ":" + (name == key ? value : compact(own));
  return out + "}\n";
}

const std::vector<Json>& lines_of_ours() {
  static const std::vector<Json> all = {
      {{"images", 20},
       {"seconds", 1.5},
       {"images_per_second", 8.0},
       {"loss_g", 1.0},
       {"kid", nullptr},
       {"verdict", "balanced"}},
      {{"event", "data"}, {"images", 0}, {"pictures", 7}, {"classes", 0}, {"skipped", 0}},
      {{"event", "verdict"}, {"images", 20}, {"verdict", "collapsed"}, {"reason", "because"}},
      {{"event", "rollback"}, {"images", 20}, {"to", 10}},
      {{"event", "eval"},
       {"images", 20},
       {"kid", 0.5},
       {"kid_error", 0.1},
       {"diversity", 1.0},
       {"memorised", 0.0},
       {"memorised_floor", 0.0},
       {"best", true}}};
  return all;
}

bool is_number_or_null(const Json& json) { return json.is_number() || json.is_null(); }

/// What page.js relies on.
void expect_shape(const Json& run, const std::string& of) {
  for (const auto& [name, values] : run["curves"].items())
    EXPECT_TRUE(std::all_of(values.begin(), values.end(), is_number_or_null)) << of << ": " << name;
  for (const Json& one : run["evals"]) {
    EXPECT_TRUE(one["images"].is_number_integer() && one["best"].is_boolean()) << of;
    for (const char* key : {"kid", "kid_error", "diversity", "memorised", "memorised_floor"})
      EXPECT_TRUE(is_number_or_null(one[key])) << of;
  }
  for (const Json& one : run["verdicts"])
    EXPECT_TRUE(one["images"].is_number_integer() && one["verdict"].is_string() && one["reason"].is_string()) << of;
  for (const Json& one : run["rollbacks"]) EXPECT_TRUE(one["images"].is_number_integer()) << of;
  for (const char* key : {"pictures", "classes", "skipped"})
    EXPECT_TRUE(run["data"].is_null() || is_number_or_null(run["data"][key])) << of;
  ASSERT_TRUE(run["last"].is_object()) << of;
  EXPECT_GE(run["last"]["images"], 10) << of;
  EXPECT_TRUE(is_number_or_null(run["last"]["seconds"])) << of;
  EXPECT_TRUE(run["last"]["verdict"].is_string()) << of;
  EXPECT_EQ(compact(run).find("\u202e"), std::string::npos) << of;
}

TEST(Log, WithAnyValueInAnyPlaceHasWhatThePageReliesOn) {
  for (const Json& line : lines_of_ours())
    for (const auto& [key, own] : line.items())
      for (const std::string& value : strange_values()) {
        const std::string of = key + ": " + value.substr(0, 30) + " in " + compact(line);
        expect_shape(curves_of(record_at(10) + with_value(line, key, value), 100), of);
      }
}

TEST(Log, OfThreeMillionBracketsOrOfNoTextHasAnUnreadableLine) {
  const std::string bracket(3'000'000, '[');
  for (const std::string& line : {bracket, bracket + std::string(3'000'000, ']'), "{\"event\":" + bracket,
                                  R"({"images":30,"a":)" + bracket + std::string(3'000'000, ']') + "}",
                                  std::string(100, '\0'), std::string("\xff\xfe{\0}", 5), std::string("{\"event\"")}) {
    const Json found = curves_of(record_at(10) + line + "\n" + record_at(20), 100);
    EXPECT_EQ(found["unreadable_lines"], 1) << line.substr(0, 20);
    EXPECT_EQ(found["curves"]["images"], parse_json("[10.0, 20.0]", "")) << line.substr(0, 20);
  }
}

TEST(Log, OfManyRecordsHasTheLastThatCanBeReadAsItsLast) {
  std::string log;
  for (int i = 1; i <= 200'000; ++i) log += record_at(i);
  for (const std::string& torn :
       {std::string("{\"images\":7"), "{\"images\":300000,\"a\":" + std::string(3'000'000, '[')})
    EXPECT_EQ(curves_of(log + torn + "\n", 100)["last"]["images"], 200'000);
}

TEST(Log, OfAnyNumberOfEventsOrNamesTakesBoundedRoom) {
  std::string log;
  const Json eval = lines_of_ours().back();
  while (log.size() < 20'000'000) log += compact(eval) + "\n";
  EXPECT_LE(curves_of(log, 100)["evals"].size(), 200u);
  log.clear();
  for (int i = 0; i < 1000; ++i) log += "{\"images\":" + std::to_string(i) + ",\"name" + std::to_string(i) + "\":1}\n";
  EXPECT_LE(curves_of(log, 100)["curves"].size(), 101u);
}

TEST(LogFile, SaysTheSameAsItsText) {
  const TemporaryFolder folder;
  std::string log;
  for (int i = 1; i <= 100'000; ++i) {
    log += record_at(i);
    if (i % 10'000 == 0) log += compact(lines_of_ours()[2]) + "\n";
  }
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{2'000'000}, log.size() - 5, log.size()}) {
    write_text(folder / "log.jsonl", log.substr(0, bytes));
    Json found = curves_of_file(folder / "log.jsonl", 50);
    EXPECT_EQ(found["left_out"], 0);
    found.erase("left_out");
    EXPECT_EQ(found, curves_of(log.substr(0, bytes), 50)) << bytes;
  }
}

TEST(LogFile, OfTerabytesIsReadAtItsEnd) {
  const TemporaryFolder folder;
  const fs::path path = folder / "log.jsonl";
  write_text(path, record_at(10));
  fs::resize_file(path, (uint64_t{3} << 40));  // takes no room
  std::ofstream(path, std::ios::app) << "\n" << record_at(20);
  const Json found = curves_of_file(path, 100);
  EXPECT_EQ(found["last"]["images"], 20);
  EXPECT_GT(found["left_out"], uint64_t{2} << 40);
}

TEST(LogFile, ThatIsAPipeOrAFolderIsAnErrorAndNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_CONTAINS(thrown_by([&] { curves_of_file(folder / "pipe", 100); }).what, "it is a pipe or a device");
  EXPECT_CONTAINS(thrown_by([&] { curves_of_file(folder.path(), 100); }).what, "cannot read");
  EXPECT_EQ(curves_of_file(folder / "none", 100)["last"], nullptr);
}

TEST(RunOfStrangers, WithAnyValueInItsConfigIsRefusedByNameOrShown) {
  const TemporaryFolder folder;
  const RunDirectory run(folder / "run");
  const Json config = {
      {"options", {{"seed", 0}, {"size", "8"}}}, {"data", "photos"}, {"data_images", 3}, {"dcgan", "0"}};
  write_text(run.log(), record_at(10));
  for (const auto& [key, own] : config.items())
    for (const std::string& value : strange_values()) {
      write_text(run.config(), with_value(config, key, value));
      try {
        const Json data = run_data(run);
        expect_shape(data, key + ": " + value.substr(0, 30));
        EXPECT_TRUE(data["options"].is_object() && data["data_path"].is_string() && data["version"].is_string());
        EXPECT_EQ(report_page({data}, "").find("</script></script"), std::string::npos);
      } catch (const Error& error) {
        EXPECT_CONTAINS(error.what(), "config.json") << value.substr(0, 30);
      }
    }
  fs::resize_file(run.config(), uint64_t{3} << 40);
  EXPECT_CONTAINS(thrown_by([&] { run_data(run); }).what, "has more than");
}

}  // namespace
}  // namespace dcgan::test
