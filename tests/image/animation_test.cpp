#include "image/animation.hpp"

#include <gif_lib.h>
#include <gtest/gtest.h>

#include <opencv2/videoio.hpp>

#include "core/random.hpp"
#include "support/pictures.hpp"
#include "support/small_disk.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// A frame of few colours, another for each number.
Image flat_frame(int number, int64_t channels = 3) {
  return drawn(20, 12, channels,
               [&](int64_t x, int64_t y, int64_t c) { return (x / 5 + y / 4 + number) * 16 + 5 * c; });
}
/// A smooth frame of thousands of colours.
Image smooth_frame(int number) {
  return drawn(64, 48, 3, [&](int64_t x, int64_t y, int64_t c) {
    return c == 0 ? 4 * x : c == 1 ? 5 * y : 2 * (x + y) % 256 / 2 + 10 * number;
  });
}

/// What giflib reads of a file.
struct ReadGif {
  explicit ReadGif(const fs::path& path) {
    int problem = 0;
    GifFileType* gif = DGifOpenFileName(path.c_str(), &problem);
    if (!gif || DGifSlurp(gif) != GIF_OK) throw Error("giflib cannot read it");
    for (int i = 0; i < gif->ImageCount; ++i) {
      const SavedImage& one = gif->SavedImages[i];
      Image frame(one.ImageDesc.Width, one.ImageDesc.Height, 3);
      for (size_t p = 0; p < frame.pixels.size() / 3; ++p) {
        const GifColorType colour = one.ImageDesc.ColorMap->Colors[one.RasterBits[p]];
        frame.pixels[3 * p] = colour.Red, frame.pixels[3 * p + 1] = colour.Green, frame.pixels[3 * p + 2] = colour.Blue;
      }
      frames.push_back(std::move(frame));
      GraphicsControlBlock control{};
      DGifSavedExtensionToGCB(gif, i, &control);
      delays.push_back(control.DelayTime);
    }
    const ExtensionBlock& first = gif->SavedImages[0].ExtensionBlocks[0];
    loops = first.Function == APPLICATION_EXT_FUNC_CODE &&
            std::string(reinterpret_cast<char*>(first.Bytes), 11) == "NETSCAPE2.0";
    DGifCloseFile(gif, &problem);
  }
  std::vector<Image> frames;
  std::vector<int> delays;
  bool loops = false;
};

class AnimationTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, int frames, Image (*frame)(int), double fps = 24) const {
    const Image first = frame(0);
    const auto animation = open_animation(folder_ / name, {first.width, first.height, first.channels, fps});
    for (int i = 0; i < frames; ++i) animation->put(frame(i));
    animation->finish();
    return folder_ / name;
  }
  int files() const {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_.path())) ++count;
    return count;
  }
  const TemporaryFolder folder_;
};

TEST_F(AnimationTest, GifHasTheExactColoursOfFramesThatHaveFew) {
  const ReadGif gif(write("a.gif", 5, [](int i) { return flat_frame(i); }));
  ASSERT_EQ(gif.frames.size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(gif.frames[static_cast<size_t>(i)].pixels, flat_frame(i).pixels) << i;
}

TEST_F(AnimationTest, GifOfGrayFramesIsExact) {
  const ReadGif gif(write("a.gif", 2, [](int i) { return flat_frame(i, 1); }));
  const Image gray = flat_frame(1, 1);
  for (size_t p = 0; p < gray.pixels.size(); ++p)
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(gif.frames[1].pixels[3 * p + c], gray.pixels[p]);
}

TEST_F(AnimationTest, GifOfManyColoursIsNearTheFrame) {
  const ReadGif gif(write("a.gif", 2, smooth_frame));
  const Image frame = smooth_frame(1);
  double sum = 0;
  for (size_t i = 0; i < frame.pixels.size(); ++i) sum += std::abs(gif.frames[1].pixels[i] - frame.pixels[i]);
  EXPECT_LT(sum / static_cast<double>(frame.pixels.size()), 8);
}

TEST_F(AnimationTest, GifLoopsForEverAndLastsAsLongAsItShould) {
  const ReadGif gif(write(
      "a.gif", 24, [](int i) { return flat_frame(i % 8); }, 24));
  EXPECT_TRUE(gif.loops);
  int sum = 0;
  for (const int delay : gif.delays) {
    EXPECT_TRUE(delay == 4 || delay == 5) << delay;
    sum += delay;
  }
  EXPECT_EQ(sum, 100);
  for (const int delay : ReadGif(write(
                                     "fast.gif", 4, [](int i) { return flat_frame(i); }, 100))
                             .delays)
    EXPECT_EQ(delay, 2);
}

TEST_F(AnimationTest, Mp4HasItsFramesItsSizeAndItsSpeed) {
  cv::VideoCapture video(write("a.mp4", 30, smooth_frame, 15).native());
  ASSERT_TRUE(video.isOpened());
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_COUNT), 30);
  EXPECT_NEAR(video.get(cv::CAP_PROP_FPS), 15, 1e-6);
  cv::Mat read;
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(video.read(read)) << i;
    if (i % 10 != 0) continue;
    const Image frame = smooth_frame(i);
    double sum = 0;
    for (int y = 0; y < read.rows; ++y)
      for (int x = 0; x < read.cols; ++x)
        for (int c = 0; c < 3; ++c) sum += std::abs(read.at<cv::Vec3b>(y, x)[2 - c] - frame.at(x, y)[c]);
    EXPECT_LT(sum / static_cast<double>(frame.pixels.size()), 12) << i;
  }
}

TEST_F(AnimationTest, LeavesNothingWhereItIsNotFinished) {
  for (const char* name : {"a.gif", "a.mp4"}) {
    const auto animation = open_animation(folder_ / name, {20, 12, 3, 24});
    animation->put(flat_frame(0));
    EXPECT_FALSE(fs::exists(folder_ / name)) << "half a file can be seen";
  }
  EXPECT_EQ(files(), 0);
}

Image noise_frame(int number) {
  return drawn(128, 128, 3, [&](int64_t x, int64_t y, int64_t c) {
    return static_cast<int>(Draw(static_cast<uint64_t>(number), Purpose::kFlip, static_cast<uint64_t>(y * 128 + x))
                                .word(static_cast<uint32_t>(c)) &
                            255);
  });
}

TEST_F(AnimationTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  const SmallDisk disk(folder_ / "disk", "128k");
  if (!disk.mounted()) GTEST_SKIP() << "no right to mount";
  for (const char* name : {"disk/a.gif", "disk/a.mp4"}) {
    const Thrown thrown = thrown_by([&] {
      const auto animation = open_animation(folder_ / name, {128, 128, 3, 24});
      for (int i = 0; i < 40; ++i) animation->put(noise_frame(i));
      animation->finish();
    });
    EXPECT_CONTAINS(thrown.what, name);
    EXPECT_TRUE(fs::is_empty(folder_ / "disk")) << name;
  }
}

TEST_F(AnimationTest, RefusesOtherEndingsAndPlacesBeforeAFrame) {
  EXPECT_CONTAINS(thrown_by([&] { open_animation(folder_ / "a.avi", {20, 12, 3, 24}); }).hint, ".gif");
  for (const char* name : {"none/a.gif", "none/a.mp4"})
    EXPECT_CONTAINS(thrown_by([&] { open_animation(folder_ / name, {20, 12, 3, 24}); }).what, name);
  EXPECT_CONTAINS(thrown_by([&] { open_animation(folder_ / "a.mp4", {21, 12, 3, 24}); }).what, "21x12");
  EXPECT_EQ(files(), 0);
}

}  // namespace
}  // namespace dcgan::test
