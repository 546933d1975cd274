// `dcgan bench` as a user runs it. What it measures is not judged here, only that all of it is there.
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

std::vector<std::string> short_bench(std::vector<std::string> more) {
  std::vector<std::string> words = {"bench",     "--json", "--size",   "8", "--base-channels", "4", "--batch",  "4",
                                    "--seconds", "0.1",    "--rounds", "1", "--threads",       "1", "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Bench, MeasuresEveryPartOnPicturesOfItsOwn) {
  Program dcgan;
  const Finished result = dcgan(short_bench({}));
  ASSERT_EXIT_CODE(result, 0);
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["machine"]["devices"][0], "cpu");
  EXPECT_EQ(report["machine"]["device"], "cpu");
  const Json& step = report["step"]["fp32"];
  EXPECT_GT(step["images_per_second"]["median"], 0.0);
  EXPECT_GT(step["share_of_limit"], 0.0);
  for (const char* batch : {"1", "64"}) EXPECT_GT(report["generator"][batch], 0.0);
  const Json& program = report["program"];
  for (const char* figure : {"decode_and_pack_images_per_second", "read_microseconds", "images_per_second",
                             "seconds_to_first_step", "peak_memory_mb"})
    EXPECT_GT(program[figure], 0.0) << figure;
  EXPECT_GE(program["data_wait_share"], 0.0);
}

TEST(Bench, OfAPackDecodesNothing) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 6);
  ASSERT_EXIT_CODE(dcgan({"data", "pack", dcgan.at("photos"), "--out", dcgan.at("p.pack"), "--size", "8"}), 0);
  const Finished result = dcgan(short_bench({dcgan.at("p.pack")}));
  ASSERT_EXIT_CODE(result, 0);
  const Json program = Json::parse(result.out)["program"];
  EXPECT_EQ(program["pictures"], 6);
  EXPECT_FALSE(program.contains("decode_and_pack_images_per_second"));
}

TEST(Bench, SaysBeforeItMeasuresAnythingThatDataAreNotThere) {
  Program dcgan;
  testing::internal::CaptureStdout();
  const Thrown thrown = dcgan.refusal({"bench", dcgan.at("nowhere")});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_TRUE(refused(thrown, 2, "nowhere"));
}

TEST(Bench, RefusesASizeThatNoNetworkCanHave) {
  Program dcgan;
  EXPECT_TRUE(refused(dcgan.refusal({"bench", "--size", "50"}), 2, "48"));
}

}  // namespace
}  // namespace dcgan::test
