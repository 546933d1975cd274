// What the options of `sample`, `interpolate` and `arithmetic` do to latents and images: --truncate, --as-is, --curve,
// --open, rows of files as points, .mp4.
#include <algorithm>
#include <cmath>
#include <opencv2/videoio.hpp>

#include "latent/rows.hpp"
#include "support/networks.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test::latent_ways {
namespace {

namespace fs = std::filesystem;

int64_t largest_difference_of(const Image& a, const Image& b) {
  if (a.pixels.size() != b.pixels.size()) return 256;
  int64_t most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i)
    most = std::max<int64_t>(most, std::abs(static_cast<int>(a.pixels[i]) - b.pixels[i]));
  return most;
}
double mean_difference_of(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(static_cast<int>(a.pixels[i]) - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

/// Paths are relative to the test's folder, whose own name holds a minus: no expression could name a file in it.
class LatentWays : public testing::Test {
 protected:
  static constexpr int64_t kLatent = 5;

  LatentWays() : before_(fs::current_path()) {
    fs::current_path(dcgan_.at(""));
    EXPECT_EQ(call({"import", std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth", "--out", "m.ckpt"}), 0);
    EXPECT_EQ(call({"sample", "m.ckpt", "--count", "20", "--out", "all", "--save-latents", "z.npy"}), 0);
  }
  ~LatentWays() override { fs::current_path(before_); }

  int call(const std::vector<std::string>& words) const { return dcgan_.call(words); }
  static std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void expect_refusal(const std::vector<std::string>& words, const std::string& what, const std::string& hint) const {
    const Thrown thrown = dcgan_.refusal(words);
    EXPECT_EQ(thrown.exit_code, 2) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, hint);
  }

  /// Latents in a file, [N, L].
  static at::Tensor saved(const std::string& file) {
    const LatentFile rows(file, kLatent);
    std::vector<at::Tensor> all;
    for (int64_t i = 0; i < rows.count(); ++i) all.push_back(rows.row(i));
    return at::stack(all);
  }
  static void save(const std::string& file, const at::Tensor& z) {
    const auto rows = z.contiguous();
    write_text(fs::path("./" + file), npy_head(ElementType::kF32, rows.sizes().vec()) +
                                          std::string(static_cast<const char*>(rows.const_data_ptr()), rows.nbytes()));
  }
  static Image picture(const fs::path& file) { return decoded(read_text(file)); }
  /// Of a folder, by name.
  static std::vector<Image> pictures(const std::string& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Image> out;
    for (const auto& file : files) out.push_back(picture(file));
    return out;
  }
  /// What the command writes into a new folder.
  std::vector<Image> made(const std::vector<std::string>& words) const {
    const std::string folder = "made" + std::to_string(++folders_);
    EXPECT_EQ(call(with(words, {"--out", folder})), 0);
    return pictures(folder);
  }
  /// Images of latents, by a file.
  std::vector<Image> images_of(const at::Tensor& z) const {
    save("asked.npy", z);
    return made({"sample", "m.ckpt", "--latents", "asked.npy"});
  }
  /// What `arithmetic` comes to.
  at::Tensor result(const std::vector<std::string>& words) const {
    EXPECT_EQ(call(with({"arithmetic", "m.ckpt"}, with(words, {"--out", "sum.png", "--save-latents", "s.npy"}))), 0);
    return saved("s.npy")[0];
  }

  Program dcgan_;
  mutable int folders_ = 0;

 private:
  fs::path before_;
};

TEST_F(LatentWays, TruncatedLatentsAreTheSameOnlyNearerAndTheImagesAreTheirs) {
  constexpr double kMost = 0.7;
  ASSERT_EQ(
      call({"sample", "m.ckpt", "--count", "20", "--truncate", "0.7", "--out", "near", "--save-latents", "t.npy"}), 0);
  const auto z = saved("z.npy"), t = saved("t.npy");
  const auto phi = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  for (int64_t i = 0; i < z.numel(); ++i) {
    const double from = z.flatten()[i].item<double>(), to = t.flatten()[i].item<double>();
    ASSERT_LE(std::abs(to), kMost);
    // Its place in the one distribution is its place in the other.
    ASSERT_NEAR((phi(to) - phi(-kMost)) / (phi(kMost) - phi(-kMost)), phi(from), 1e-6) << from;
  }
  const auto near = pictures("near");
  EXPECT_EQ(near, made({"sample", "m.ckpt", "--latents", "t.npy"}));
  EXPECT_EQ(near[17], made({"sample", "m.ckpt", "--images", "17", "--truncate", "0.7"})[0]) << "image 17 by its name";
  const auto all = pictures("all");
  for (size_t i = 0; i < 20; ++i) EXPECT_GT(largest_difference_of(near[i], all[i]), 5) << i;
}

TEST_F(LatentWays, TruncationFarOutChangesNothingAndCloseByChangesEveryWay) {
  const std::vector<std::vector<std::string>> ways = {
      {"sample", "m.ckpt", "--count", "3"},
      {"interpolate", "m.ckpt", "--from", "3", "--to", "9:5", "--frames", "3", "--open"},
      {"interpolate", "m.ckpt", "--walk", "--frames", "3"}};
  for (const auto& way : ways) {
    const auto plain = made(way), far = made(with(way, {"--truncate", "10"}));
    const auto near = made(with(way, {"--truncate", "0.3"}));
    ASSERT_EQ(far.size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_LE(largest_difference_of(plain[i], far[i]), 1) << way[0] << i;
      EXPECT_GT(largest_difference_of(plain[i], near[i]), 5) << way[0] << i;
    }
  }
  const auto plain = result({"3+5-8"});
  EXPECT_LE(largest_difference(plain, result({"3+5-8", "--truncate", "10"})), 1e-5);
  ASSERT_EQ(call({"sample", "m.ckpt", "--count", "9", "--truncate", "0.3", "--out", "x", "--save-latents", "t.npy"}),
            0);
  const auto t = saved("t.npy");
  EXPECT_LE(largest_difference(result({"3+5-8", "--truncate", "0.3"}), (t[3] + t[5] - t[8]) / std::sqrt(3.0)), 1e-5);
}

TEST_F(LatentWays, EndsOfATruncatedWayAreTheTruncatedImagesOfTheirNames) {
  const auto way =
      made({"interpolate", "m.ckpt", "--from", "3", "--to", "9:5", "--frames", "4", "--open", "--truncate", "0.5"});
  const auto ends = made({"sample", "m.ckpt", "--images", "3,9:5", "--truncate", "0.5"});  // 000003, 9_000005
  EXPECT_LE(largest_difference_of(way[0], ends[0]), 1);
  EXPECT_LE(largest_difference_of(way[3], ends[1]), 1);
}

TEST_F(LatentWays, SumsAreAsLongAsLatentsAreUnlessTheyAreLeftAsTheyAre) {
  const auto z = saved("z.npy");
  const auto sum = (z[3] + z[4]) / 2 + z[5] - z[8];
  EXPECT_LE(largest_difference(result({"3,4+5-8", "--as-is"}), sum), 1e-6);
  EXPECT_LE(largest_difference(result({"3,4+5-8"}), sum / std::sqrt(2.5)), 1e-6);
  EXPECT_LE(largest_difference(result({"3+5", "--as-is"}), z[3] + z[5]), 1e-6);
  EXPECT_LE(largest_difference(result({"3+5"}), (z[3] + z[5]) / std::sqrt(2.0)), 1e-6);
  EXPECT_TRUE(same_bits(result({"3"}), z[3]));
  EXPECT_TRUE(same_bits(result({"3", "--as-is"}), z[3]));
}

TEST_F(LatentWays, ALinearWayGoesThroughTheMeanAndASphericalOneAround) {
  const auto z = saved("z.npy");
  const auto mean = (z[3] + z[6]) / 2;
  const double length = (z[3].norm() + z[6].norm()).item<double>() / 2;
  const auto direction = z[3] / z[3].norm() + z[6] / z[6].norm();
  const auto expected = images_of(at::stack({mean, direction / direction.norm() * length}));
  const std::vector<std::string> way = {"interpolate", "m.ckpt", "--from", "3", "--to", "6", "--frames", "3", "--open"};
  const auto linear = made(with(way, {"--curve", "linear"})), spherical = made(with(way, {"--curve", "spherical"}));
  EXPECT_LE(largest_difference_of(linear[1], expected[0]), 1);
  EXPECT_LE(largest_difference_of(spherical[1], expected[1]), 1);
  EXPECT_GT(largest_difference_of(linear[1], spherical[1]), 5);
  for (const size_t end : {0u, 2u}) EXPECT_LE(largest_difference_of(linear[end], spherical[end]), 1);
  EXPECT_EQ(made(way), spherical) << "the default";
}

TEST_F(LatentWays, AnOpenWayEndsWhereAClosedOneTurnsBack) {
  const std::vector<std::string> way = {"interpolate", "m.ckpt", "--from", "3", "--to", "6", "--frames", "8"};
  const auto closed = made(way), open = made(with(way, {"--open"}));
  const auto all = pictures("all");
  ASSERT_EQ(closed.size(), 8u);
  ASSERT_EQ(open.size(), 8u);
  EXPECT_LE(largest_difference_of(open[0], all[3]), 1);
  EXPECT_LE(largest_difference_of(open[7], all[6]), 1);
  EXPECT_LE(largest_difference_of(closed[0], all[3]), 1);
  EXPECT_LE(largest_difference_of(closed[4], all[6]), 1) << "half of the way";
  for (size_t i = 1; i < 4; ++i) EXPECT_LE(largest_difference_of(closed[i], closed[8 - i]), 1) << "there and back";
}

TEST_F(LatentWays, AWalkGoesOnFromItsLastFrameWithItsFirstUnlessItIsOpen) {
  const std::vector<std::string> way = {"interpolate", "m.ckpt", "--walk", "--frames", "48", "--fps", "8"};
  const auto closed = made(way), open = made(with(way, {"--open"}));
  const auto largest_step = [](const std::vector<Image>& frames) {
    double most = 0;
    for (size_t i = 1; i < frames.size(); ++i) most = std::max(most, mean_difference_of(frames[i - 1], frames[i]));
    return most;
  };
  EXPECT_LE(mean_difference_of(closed.back(), closed.front()), largest_step(closed));
  EXPECT_GT(mean_difference_of(open.back(), open.front()), 2 * largest_step(open));
}

TEST_F(LatentWays, RowsOfAFileArePointsAndAreTakenAsTheyAre) {
  const auto z = saved("z.npy");
  const auto all = pictures("all");
  const std::vector<std::string> way = {"interpolate", "m.ckpt",   "--from", "z.npy#2", "--to",
                                        "z.npy#4",     "--frames", "3",      "--open"};
  for (const auto& words : {way, with(way, {"--truncate", "0.5"})}) {
    const auto frames = made(words);
    EXPECT_LE(largest_difference_of(frames[0], all[2]), 1);
    EXPECT_LE(largest_difference_of(frames[2], all[4]), 1);
  }
  EXPECT_TRUE(same_bits(result({"z.npy#19"}), z[19]));
  EXPECT_TRUE(same_bits(result({"z.npy#19", "--truncate", "0.5"}), z[19]));
  EXPECT_TRUE(same_bits(result({"z.npy#3 + z.npy#5 - 8"}), result({"3+5-8"})));
  save("one.npy", z.slice(0, 7, 8));
  EXPECT_TRUE(same_bits(result({"one.npy"}), z[7])) << "of a file of one row";
  ASSERT_EQ(call({"interpolate", "m.ckpt", "--corners", "z.npy#1,2,one.npy,4", "--steps", "2", "--out", "q.png"}), 0);
  ASSERT_EQ(call({"interpolate", "m.ckpt", "--corners", "1,2,7,4", "--steps", "2", "--out", "p.png"}), 0);
  EXPECT_LE(largest_difference_of(picture("q.png"), picture("p.png")), 1);
}

TEST_F(LatentWays, RowsThatAreNotThereAreRefused) {
  const auto from = [&](const std::string& point) {
    return std::vector<std::string>{"interpolate", "m.ckpt", "--from", point, "--to", "3", "--out", "x.png"};
  };
  expect_refusal(from("z.npy"), "the file has 20 rows", "z.npy#ROW");
  for (const char* row : {"z.npy#20", "z.npy#-1", "z.npy#", "z.npy#1x", "z.npy#99999999999999999999"})
    expect_refusal(from(row), "--from is '" + std::string(row) + "': the file has rows 0 to 19", "FILE.npy#ROW");
  EXPECT_CONTAINS(dcgan_.refusal(from("none.npy#1")).what, "none.npy");
  save("short.npy", at::zeros({3, kLatent - 1}));
  EXPECT_CONTAINS(dcgan_.refusal(from("short.npy#1")).what, "its shape is [3, 4]");
  EXPECT_FALSE(fs::exists("x.png"));
}

TEST_F(LatentWays, AnMp4HoldsAsManyFramesAsAreAskedForInTheOrderOfTheWay) {
  const std::vector<std::string> way = {"interpolate", "m.ckpt", "--from", "3",        "--to", "6",
                                        "--open",      "--fps",  "10",     "--frames", "17"};
  ASSERT_EQ(call(with(way, {"--out", "w.mp4"})), 0);
  EXPECT_EQ(read_text("w.mp4").substr(4, 4), "ftyp");
  cv::VideoCapture video("w.mp4");
  ASSERT_TRUE(video.isOpened());
  EXPECT_NEAR(video.get(cv::CAP_PROP_FPS), 10, 1e-6);
  // Of the colours of single pixels, which is what this generator draws, a codec keeps little: but not so of the light.
  const auto light = [](const uint8_t* rgb) { return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000; };
  std::vector<Image> read, frames;
  for (cv::Mat frame; video.read(frame);)
    read.push_back(drawn(frame.cols, frame.rows, 1, [&](int64_t x, int64_t y, int64_t) {
      const auto bgr = frame.at<cv::Vec3b>(static_cast<int>(y), static_cast<int>(x));
      const uint8_t rgb[] = {bgr[2], bgr[1], bgr[0]};
      return light(rgb);
    }));
  for (const Image& image : made(way))
    frames.push_back(drawn(64, 64, 1, [&](int64_t x, int64_t y, int64_t) { return light(image.at(x, y)); }));
  ASSERT_EQ(read.size(), 17u);
  ASSERT_EQ(read[0].pixels.size(), frames[0].pixels.size());
  for (const auto& [end, other] : {std::pair(0, 16), std::pair(16, 0)})
    EXPECT_LT(mean_difference_of(read[end], frames[end]), mean_difference_of(read[end], frames[other])) << end;
}

TEST_F(LatentWays, AnMp4WithoutAnEncoderIsOneErrorAndLeavesNothing) {
  // OpenCV asks once a process which of its backends to use.
  std::vector<std::string> words =
      dcgan_.command({"interpolate", "m.ckpt", "--walk", "--frames", "4", "--out", "w.mp4"});
  words.insert(words.begin() + 1, "OPENCV_VIDEOIO_PRIORITY_FFMPEG=0");
  const auto files = [] { return std::distance(fs::directory_iterator("."), fs::directory_iterator()); };
  const auto before = files();
  const Finished finished = run(words);
  EXPECT_EXIT_CODE(finished, 2);
  // Beside other load a line on threads comes first.
  EXPECT_TRUE(finished.err.ends_with("error: 'w.mp4': this OpenCV has no encoder for MP4\n  hint: name a .gif\n"))
      << finished.err;
  EXPECT_EQ(finished.err.find("error: "), finished.err.rfind("error: ")) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace dcgan::test::latent_ways
