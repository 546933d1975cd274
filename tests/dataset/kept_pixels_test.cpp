// Pixels that are kept between runs: when they serve, when they are made anew.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "dataset/cache.hpp"
#include "image/transform.hpp"
#include "opening.hpp"
#include "support/idx.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

TEST_F(OpenDataset, StillWorksWhenThePixelsHaveNoRoom) {
  options.cache_limit = 1e-6;  // one kilobyte
  const Dataset dataset = open();
  ASSERT_EQ(dataset.remarks.size(), 1u);
  EXPECT_CONTAINS(dataset.remarks[0], "--cache-limit");
  EXPECT_EQ(dataset.cached_at, "");
  EXPECT_TRUE(dataset.pixels->decodes());
  expect_same(dataset, open_without_cache());
  EXPECT_TRUE(kept_files().empty());
}

TEST_F(OpenDataset, StillWorksWhenTheCacheCannotBeWritten) {
  write_text(folder / "file", "x");
  options.cache = (folder / "file/cache").native();
  const Dataset dataset = open();
  ASSERT_EQ(dataset.remarks.size(), 1u);
  EXPECT_CONTAINS(dataset.remarks[0], "decoded pixels are not kept");
  EXPECT_CONTAINS(dataset.remarks[0], "file/cache");
  expect_same(dataset, open_without_cache());
}

TEST_F(OpenDataset, LeavesNoRemarkWhenTheCacheIsOff) {
  EXPECT_TRUE(open_without_cache().remarks.empty());
  EXPECT_TRUE(kept_files().empty());
}

TEST_F(OpenDataset, RemovesThePixelsUsedLongestAgoToMakeRoom) {
  for (const char* name : {"a", "b", "c"})
    for (uint64_t i = 0; i < 100; ++i) put(name + std::string("/") + std::to_string(i) + ".png", noise(16, 16, 3, i));
  options.cache_limit = 0.2e-3;  // of sets of 85 kB each two fit
  const fs::path a = open("a").cached_at, b = open("b").cached_at;
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(a, now - std::chrono::hours(2));
  fs::last_write_time(b, now - std::chrono::hours(1));
  EXPECT_TRUE(open("a").was_cached);  // and so it is used last
  const fs::path c = open("c").cached_at;
  EXPECT_TRUE(fs::exists(a));
  EXPECT_FALSE(fs::exists(b));
  EXPECT_TRUE(fs::exists(c));
}

TEST_F(OpenDataset, GoesOnWithPixelsThatAnotherProcessRemoves) {
  const Dataset dataset = open();
  const auto before = pixels_of(dataset);
  fs::remove_all(folder / "cache");
  EXPECT_EQ(pixels_of(dataset), before);
}

TEST_F(OpenDataset, MakesDamagedPixelFilesAnew) {
  const Dataset sound = open();
  const fs::path path = sound.cached_at;
  const std::string whole = read_text(path);
  const auto flipped = [&](size_t at) {
    std::string out = whole;
    out[at] ^= 1;
    return out;
  };
  const size_t tables = 4096 + 6 * 16 * 16 * 3;
  ASSERT_GT(whole.size(), tables + 48);
  for (const auto& damaged : {std::string(),
                              whole.substr(0, 100),
                              whole.substr(0, 4096),
                              whole.substr(0, whole.size() - 1),
                              whole + "x",
                              flipped(0),
                              flipped(8),
                              flipped(16),
                              flipped(24),
                              flipped(31),
                              flipped(32),
                              flipped(40),
                              flipped(47),
                              flipped(112),
                              flipped(tables),
                              flipped(tables + 24),
                              flipped(tables + 60),
                              flipped(whole.size() - 2),
                              std::string(whole.size(), '\xff'),
                              std::string(whole.size(), '\0'),
                              std::string("a file of another program"),
                              encode_png(noise(64, 64, 3))}) {
    fs::remove(path);  // `sound` still reads the old file: nothing may be written into it
    write_text(path, damaged);
    EXPECT_THROW(Pack{path}, Error);
    const Dataset anew = open();
    EXPECT_FALSE(anew.was_cached);
    expect_same(sound, anew);
    EXPECT_TRUE(anew.remarks.empty());
    EXPECT_TRUE(open().was_cached);
    EXPECT_EQ(kept_files().size(), 1u);
  }
}

TEST_F(OpenDataset, UsesOtherPixelsForOtherOptions) {
  open();
  const DataOptions before = options;
  const auto expect_new = [&](auto&& change) {
    options = before;
    change();
    EXPECT_FALSE(open().was_cached);
    expect_same(open(), open_without_cache());
    options = before;
    EXPECT_TRUE(open().was_cached);
  };
  expect_new([&] { options.size = {16, 24}; });
  expect_new([&] { options.size = {24, 16}; });
  expect_new([&] { options.fit = "pad"; });
  expect_new([&] { options.crop_at = "top"; });
  expect_new([&] { options.channels = "gray"; });
  expect_new([&] { options.channels = "rgba"; });
  expect_new([&] { options.max_megapixels = 65; });
  options.flip = true;  // does not change the pixels
  EXPECT_TRUE(open().was_cached);
}

TEST_F(OpenDataset, SeesGrayOnlyWhereEveryPictureIsGray) {
  for (uint64_t i = 0; i < 3; ++i) put("grays/" + std::to_string(i) + ".png", noise(16, 16, 1, i));
  write_text(folder / "grays/broken.png", "what cannot be read has no say");
  EXPECT_EQ(open("grays").pixels->info().channels, 1);
  EXPECT_EQ(pixels_of(open("grays"))[1], noise(16, 16, 1, 1).pixels);
  options.channels = "rgb";
  const Dataset coloured = open("grays");
  EXPECT_FALSE(coloured.was_cached);  // the gray pixels do not serve
  EXPECT_EQ(pixels_of(coloured)[1], with_channels(noise(16, 16, 1, 1), 3).pixels);
  options.channels = "auto";
  put("grays/9.png", noise(16, 16, 3));
  EXPECT_EQ(open("grays").pixels->info().channels, 3);
  options.channels = "gray";
  EXPECT_EQ(open("grays").pixels->info().channels, 1);
  options.channels = "rgba";
  EXPECT_EQ(open("grays").pixels->info().channels, 4);
}

TEST_F(OpenDataset, FindsPixelsMadeUnderAutoWhenAskedForTheirChannels) {
  const Dataset first = open();
  options.channels = "rgb";  // as a run that goes on asks
  const Dataset second = open();
  EXPECT_TRUE(second.was_cached);
  expect_same(first, second);
  options.channels = "gray";
  EXPECT_FALSE(open().was_cached);
}

TEST_F(OpenDataset, NamesAFileThatChangedWhileItWasDecodedEveryEpoch) {
  const Dataset dataset = open_without_cache();
  write_text(folder / "pictures/2.png", "gone");
  std::vector<uint8_t> out(16 * 16 * 3);
  EXPECT_NO_THROW(dataset.pixels->copy(1, out.data()));
  const Thrown error = thrown_by([&] { dataset.pixels->copy(2, out.data()); });
  EXPECT_CONTAINS(error.what, "'2.png'");
  EXPECT_CONTAINS(error.hint, "changed");
}

TEST_F(OpenDataset, TakesNamesOfAnyBytes) {
  put("any/얼굴/사 진.png", noise(16, 16, 3, 1));
  put("any/\xff\xfe/a\n.png", noise(16, 16, 3, 2));
  const Dataset first = open("any"), second = open("any");
  EXPECT_TRUE(second.was_cached);
  expect_same(first, second);
  EXPECT_EQ(first.pixels->info().classes, (std::vector<std::string>{"얼굴", "\\xff\\xfe"}));
}

TEST_F(OpenDataset, PassesRemarksOfTheWalkOn) {
  fs::create_symlink("/nowhere/at/all", folder / "pictures/lost.png");
  for (const bool cached : {false, true}) {
    const Dataset dataset = open();
    EXPECT_EQ(dataset.was_cached, cached);
    ASSERT_EQ(dataset.remarks.size(), 1u);
    EXPECT_CONTAINS(dataset.remarks[0], "lost.png");
  }
}

TEST_F(OpenDataset, ReadsIdxFilesWithLabelsAndKeepsThem) {
  const std::string header = idx_header(8, {3, 16, 16});
  std::string bytes;
  for (uint64_t i = 0; i < 3; ++i) {
    const Image image = noise(16, 16, 1, i);
    bytes.append(image.pixels.begin(), image.pixels.end());
  }
  write_gz(folder / "x-images-idx3.gz", header + bytes);
  write_gz(folder / "x-labels-idx1.gz", idx_header(8, {3}) + std::string("\1\0\1", 3));
  const Dataset first = open("x-images-idx3.gz"), second = open("x-images-idx3.gz");
  EXPECT_EQ(first.kind, "IDX file");
  EXPECT_EQ(first.pixels->info().channels, 1);
  EXPECT_EQ(first.pixels->info().classes, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(labels_of(first), (std::vector<int32_t>{1, 0, 1}));
  for (uint64_t i = 0; i < 3; ++i) EXPECT_EQ(pixels_of(first)[i], noise(16, 16, 1, i).pixels);
  EXPECT_TRUE(second.was_cached);
  expect_same(first, second);
  expect_same(first, open_without_cache("x-images-idx3.gz"));

  // The same pictures, unpacked and elsewhere; and other labels.
  write_text(folder / "y-images-idx3", header + bytes);
  write_text(folder / "y-labels-idx1", idx_header(8, {3}) + std::string("\1\0\1", 3));
  EXPECT_EQ(identity(open("y-images-idx3")), identity(first));
  write_text(folder / "y-labels-idx1", idx_header(8, {3}) + std::string("\1\1\1", 3));
  EXPECT_NE(identity(open("y-images-idx3")), identity(first));
}

TEST(PixelCache, LivesBelowTheUsersCacheFolder) {
  DataOptions options;
  const auto folder_of = [&] { return PixelCache(options).path_of(std::string(64, 'a')).parent_path(); };
  const std::string before = ::getenv("XDG_CACHE_HOME") ? ::getenv("XDG_CACHE_HOME") : "",
                    home = ::getenv("HOME") ? ::getenv("HOME") : "";
  ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
  EXPECT_EQ(folder_of(), "/somewhere/dcgan");
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(folder_of(), "/home/me/.cache/dcgan");
  ::unsetenv("HOME");
  EXPECT_FALSE(PixelCache(options).enabled());
  options.cache = "off";
  ::setenv("HOME", "/home/me", 1);
  EXPECT_FALSE(PixelCache(options).enabled());
  if (home.empty())
    ::unsetenv("HOME");
  else
    ::setenv("HOME", home.c_str(), 1);
  if (!before.empty()) ::setenv("XDG_CACHE_HOME", before.c_str(), 1);
}

}  // namespace
}  // namespace dcgan::test::opening
