// What an earlier version stored is of use to this one: see goldens/stored_runs.py.
#include <cstdlib>

#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

class StoredRun : public ::testing::TestWithParam<const char*> {
 protected:
  StoredRun() { fs::copy(golden(GetParam()), run_, fs::copy_options::recursive); }
  static std::string golden(const std::string& name) { return DCGAN_TEST_GOLDENS "/stored_runs/" + name; }
  /// The largest difference of two pictures in any sample.
  static int distance(const std::string& a, const std::string& b) {
    const Image x = decoded(read_text(a)), y = decoded(read_text(b));
    if (x.pixels.size() != y.pixels.size()) return 256;
    int largest = 0;
    for (size_t i = 0; i < x.pixels.size(); ++i) largest = std::max(largest, std::abs(x.pixels[i] - y.pixels[i]));
    return largest;
  }

  Program dcgan;
  std::string run_ = dcgan.at("run"), data_ = golden("pictures.pack");
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoredRun, ::testing::Values("dcgan", "upsample_watched", "resnet_classes", "adaptive"),
                         [](const auto& info) { return info.param; });

// Another processor may round otherwise: a level of 255 either way.
TEST_P(StoredRun, DrawsTheImagesThatItDrewThen) {
  ASSERT_EXIT_CODE(dcgan({"sample", run_, "--count", "2", "--seed", "3", "--out", dcgan.at("now.png")}), 0);
  EXPECT_LE(distance(dcgan.at("now.png"), golden(std::string(GetParam()) + ".png")), 1);
}

TEST_P(StoredRun, GoesOnWithThePackOfThen) {
  const Finished finished = dcgan({"train", data_, "--resume", "--run", run_, "--images", "64"});
  ASSERT_EXIT_CODE(finished, 0);
  EXPECT_CONTAINS(finished.out, "goes on at 32 images");
  EXPECT_TRUE(fs::exists(run_ + "/checkpoints/000000064.ckpt"));
  EXPECT_EQ(records_without_times(read_text(run_ + "/log.jsonl")).size(), 4u) << "records of then stay";
}

TEST_P(StoredRun, GivesItsOptionsToARunOfNow) {
  const Finished finished =
      dcgan({"train", data_, "--config", run_ + "/config.json", "--run", dcgan.at("next"), "--images", "16"});
  ASSERT_EXIT_CODE(finished, 0);
  Json then = parse_json(read_text(run_ + "/config.json"), "then")["options"];
  const Json now = parse_json(read_text(dcgan.at("next") + "/config.json"), "now")["options"];
  then["images"] = 16;
  then["preset"] = then["preset"].get<std::string>() + "-0.1";
  if (!std::string(now["preset"]).ends_with("-0.1")) then["preset"] = now["preset"];  // one that never changed
  for (const auto& [key, value] : then.items()) EXPECT_EQ(now.value(key, Json()), value) << key;
}

TEST_P(StoredRun, IsMeasuredInspectedReportedAndExported) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"inspect", run_},
                                             {"report", run_, "--out", dcgan.at("report.html")},
                                             {"eval", run_, "--data", data_, "--samples", "24"},
                                             {"export", run_, "--out", dcgan.at("out.onnx")},
                                             {"export", run_, "--out", dcgan.at("out.pt")},
                                             {"train", data_, "--init-from", run_, "--run", dcgan.at("warm"), "--size",
                                              "8", "--images", "16", "--r1", "0", "--r2", "0"}})
    EXPECT_EXIT_CODE(dcgan(words), 0);
}

}  // namespace
}  // namespace dcgan::test
