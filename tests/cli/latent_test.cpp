// `dcgan sample` with latents and arrays, `interpolate`, `arithmetic`: what a user does with latent space.
#include <cmath>
#include <cstring>

#include "image/decode.hpp"
#include "image/png.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class LatentVerbs : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(call({"import", std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth", "--out", at("m.ckpt")}), 0);
  }
  void TearDown() override {
    for (const char* name : {"x.png", "x.gif", "x.npy", "x"})
      EXPECT_FALSE(std::filesystem::exists(at(name))) << "a refused command wrote something";
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  int call(const std::vector<std::string>& words) const { return dcgan_.call(words); }
  void expect_refusal(const std::vector<std::string>& words, const std::string& what, const std::string& hint) const {
    const Thrown thrown = dcgan_.refusal(words);
    EXPECT_EQ(thrown.exit_code, 2) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, hint);
  }
  Program dcgan_;
};

TEST_F(LatentVerbs, SavedLatentsGiveTheSameImages) {
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--count", "20", "--out", at("a.npy"), "--save-latents", at("z.npy")}), 0);
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--latents", at("z.npy"), "--out", at("b.npy")}), 0);
  EXPECT_TRUE(read_text(at("a.npy")) == read_text(at("b.npy")));
  EXPECT_CONTAINS(dcgan_({"inspect", at("a.npy")}).out, "array of images");
  EXPECT_CONTAINS(dcgan_({"inspect", at("z.npy")}).out, "latents");
  EXPECT_EQ(read_text(at("a.npy")).size(), 128u + 20 * 64 * 64 * 3);
}

TEST_F(LatentVerbs, PngFilesSayWhatTheyAreAndInspectPrintsIt) {
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--images", "3,9:5", "--out", at("folder")}), 0);
  ASSERT_EQ(call({"export", at("m.ckpt"), "--out", at("g.pt")}), 0);
  ASSERT_EQ(call({"sample", at("g.pt"), "--images", "3,9:5", "--out", at("other")}), 0);
  const auto text = png_text(read_text(at("folder/9_000005.png")));
  const auto said = [&](const std::string& key) {
    for (const auto& [keyword, value] : text)
      if (keyword == key) return value;
    return std::string("nothing");
  };
  EXPECT_EQ(said("dcgan:image"), "9:5");
  EXPECT_CONTAINS(said("Comment"), "generated");
  EXPECT_EQ(said("dcgan:model").size(), 64u);
  EXPECT_TRUE(read_text(at("folder/000003.png")) == read_text(at("other/000003.png"))) << "other from an export";
  const Finished inspected = dcgan_({"inspect", at("folder/000003.png")});
  EXPECT_EQ(inspected.code, 0);
  EXPECT_CONTAINS(inspected.out, "generated picture");
  EXPECT_CONTAINS(inspected.out, "0:3");
  EXPECT_CONTAINS(inspected.out, said("dcgan:model"));
}

TEST_F(LatentVerbs, ALatentThatIsNotFiniteIsFoundBeforeAnImageIsMade) {
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--count", "40", "--out", at("a.png"), "--save-latents", at("z.npy")}), 0);
  std::string bytes = read_text(at("z.npy"));
  const float none = NAN;
  std::memcpy(bytes.data() + bytes.size() - sizeof none, &none, sizeof none);
  write_text(at("z.npy"), bytes);
  const Thrown thrown = dcgan_.refusal({"sample", at("m.ckpt"), "--latents", at("z.npy"), "--out", at("x")});
  EXPECT_EQ(thrown.exit_code, 1);
  EXPECT_CONTAINS(thrown.what, "z.npy', row 39");
}

TEST_F(LatentVerbs, AnArrayOfImagesIsDataAsItsFilesAre) {
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--count", "30", "--out", at("a.npy")}), 0);
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--count", "30", "--out", at("files")}), 0);
  std::vector<std::string> logs;
  for (const char* data : {"a.npy", "files"}) {
    ASSERT_EQ(call(dcgan_.small_train(data, std::string("run ") + data, {"--images", "24"})), 0);
    Json all = Json::array();
    for (const auto& one : records_without_times(read_text(at(std::string("run ") + data + "/log.jsonl"))))
      all.push_back(one);
    logs.push_back(all.dump());
  }
  EXPECT_EQ(logs[0], logs[1]);
  EXPECT_CONTAINS(dcgan_({"inspect", at("a.npy")}).out, "dcgan train");
}

TEST_F(LatentVerbs, AWayHasItsEndsAndItsShape) {
  ASSERT_EQ(call({"interpolate", at("m.ckpt"), "--from", "3", "--to", "9:5", "--steps", "4", "--out", at("s.png")}), 0);
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--images", "3,9:5", "--columns", "2", "--out", at("ends.png")}), 0);
  const auto decoded = [&](const std::string& name) {
    const std::string bytes = read_text(at(name));
    return decode_image(bytes, probe_image(bytes), 1);
  };
  const Image strip = decoded("s.png"), ends = decoded("ends.png");
  ASSERT_EQ(strip.width, 2 + 4 * 66);
  for (int64_t y = 2; y < 66; ++y)
    for (int64_t x = 0; x < 64; ++x) {
      ASSERT_NEAR(strip.at(2 + x, y)[0], ends.at(2 + x, y)[0], 1);
      ASSERT_NEAR(strip.at(2 + 3 * 66 + x, y)[0], ends.at(2 + 66 + x, y)[0], 1);
    }
  ASSERT_EQ(call({"interpolate", at("m.ckpt"), "--corners", "1,2,3,4", "--steps", "3", "--out", at("q.png")}), 0);
  EXPECT_EQ(decoded("q.png").height, 2 + 3 * 66);
}

TEST_F(LatentVerbs, AnimationsAndFoldersHoldTheirFrames) {
  ASSERT_EQ(call({"interpolate", at("m.ckpt"), "--walk", "--frames", "20", "--out", at("w.gif")}), 0);
  EXPECT_TRUE(read_text(at("w.gif")).starts_with("GIF89a"));
  ASSERT_EQ(call({"interpolate", at("m.ckpt"), "--from", "1", "--to", "2", "--frames", "20", "--out", at("f")}), 0);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(at("f"))) ++files;
  EXPECT_EQ(files, 20);
}

TEST_F(LatentVerbs, ArithmeticWritesItsFigureAndItsLatent) {
  ASSERT_EQ(call({"arithmetic", at("m.ckpt"), "3,4+5-8", "--out", at("a.png"), "--save-latents", at("z.npy")}), 0);
  EXPECT_FALSE(png_text(read_text(at("a.png"))).empty());
  EXPECT_EQ(call({"sample", at("m.ckpt"), "--latents", at("z.npy"), "--out", at("one.png")}), 0);
  std::filesystem::rename(at("z.npy"), at("my-z.npy"));
  EXPECT_EQ(call({"arithmetic", at("m.ckpt"), "'" + at("my-z.npy") + "#0' - 5", "--out", at("b.png")}), 0);
}

TEST_F(LatentVerbs, RefuseWhatCannotBeMadeBeforeAnythingIsWritten) {
  const std::string m = at("m.ckpt");
  expect_refusal({"sample", m, "--latents", at("none.npy"), "--count", "3", "--out", at("x.png")}, "--count", "one");
  expect_refusal({"sample", m, "--out", at("x.npy"), "--labels"}, "--labels", ".png");
  for (const auto& verb :
       std::vector<std::vector<std::string>>{{"sample", m}, {"arithmetic", m, "3"}, {"invert", m, m}}) {
    auto words = verb;
    words.insert(words.end(), {"--out", at("x.png"), "--save-latents", at("none/z.npy")});
    expect_refusal(words, "--save-latents", "make it first");
  }
  expect_refusal({"interpolate", m, "--out", at("x.png")}, "ends of the way are missing", "--walk");
  expect_refusal({"interpolate", m, "--from", "1", "--out", at("x.png")}, "ends of the way are missing", "--to");
  expect_refusal({"interpolate", m, "--walk", "--corners", "1,2,3,4", "--out", at("x.png")}, "conflict", "one of them");
  expect_refusal({"interpolate", m, "--corners", "1,2,3", "--out", at("x.png")}, "3 latents", "A,B,C,D");
  expect_refusal({"interpolate", m, "--corners", "1,2,3,4", "--out", at("x.gif")}, "--corners", ".png");
  expect_refusal({"interpolate", m, "--walk", "--out", at("x.jpg")}, "x.jpg", ".gif");
  expect_refusal({"interpolate", m, "--walk", "--steps", "5", "--out", at("x.gif")}, "--steps", "--frames");
  expect_refusal({"interpolate", m, "--from", "cat", "--to", "3", "--out", at("x.png")}, "--from is 'cat'",
                 "an INDEX, SEED:INDEX or FILE.npy#ROW");
  expect_refusal({"arithmetic", m, "3+", "--out", at("x.png")}, "at its end", "3+5-8");
  expect_refusal({"arithmetic", m, "my-z.npy#3 - 5", "--out", at("x.png")}, "'my' is not a latent", "'my-z.npy#3'");
  expect_refusal({"arithmetic", m, "3+5", "--out", at("x")}, "x", ".png");
  expect_refusal({"arithmetic", m, "3+5", "--class", "shoe", "--out", at("x.png")}, "without classes", "--class");
}

}  // namespace
}  // namespace dcgan::test
