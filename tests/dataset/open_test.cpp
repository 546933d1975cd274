#include "dataset/cache.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "image/sheet.hpp"
#include "image/transform.hpp"
#include "support/idx.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

/// A folder of pictures beside a folder for decoded pixels.
class OpenDataset : public ::testing::Test {
 protected:
  OpenDataset() {
    options.size = {16, 16};
    options.cache = (folder / "cache").native();
    for (uint64_t i = 0; i < 6; ++i) put("pictures/" + std::to_string(i) + ".png", noise(20, 16, 3, i));
  }
  void put(const std::string& name, const Image& image) { write_text(folder / name, encode_png(image)); }
  Dataset open(const std::string& name = "pictures", int64_t threads = 2) {
    return open_dataset(folder / name, options, threads, [this](int64_t, int64_t) { ++progress_calls; });
  }
  Dataset open_without_cache(const std::string& name = "pictures") {
    DataOptions off = options;
    off.cache = "off";
    return open_dataset(folder / name, off, 2, {});
  }
  std::vector<fs::path> kept_files() {
    std::vector<fs::path> files;
    if (fs::exists(folder / "cache"))
      for (const auto& entry : fs::directory_iterator(folder / "cache")) files.push_back(entry.path());
    return files;
  }

  TemporaryFolder folder;
  DataOptions options;
  std::atomic<int> progress_calls{0};
};

std::vector<std::vector<uint8_t>> pixels_of(const Dataset& dataset) {
  std::vector<std::vector<uint8_t>> all;
  for (int64_t i = 0; i < dataset.pixels->info().count; ++i) {
    all.emplace_back(static_cast<size_t>(dataset.pixels->info().image_bytes()));
    dataset.pixels->copy(i, all.back().data());
  }
  return all;
}
std::vector<int32_t> labels_of(const Dataset& dataset) {
  std::vector<int32_t> all;
  for (int64_t i = 0; i < dataset.pixels->info().count; ++i) all.push_back(dataset.pixels->label(i));
  return all;
}
const std::string& identity(const Dataset& dataset) { return dataset.pixels->info().identity; }

void expect_same(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(identity(a), identity(b));
  EXPECT_EQ(pixels_of(a), pixels_of(b));
  EXPECT_EQ(labels_of(a), labels_of(b));
  const PixelsInfo &x = a.pixels->info(), &y = b.pixels->info();
  EXPECT_EQ(x.size, y.size);
  EXPECT_EQ(x.channels, y.channels);
  EXPECT_EQ(x.count, y.count);
  EXPECT_EQ(x.classes, y.classes);
  ASSERT_EQ(x.skipped.size(), y.skipped.size());
  for (size_t i = 0; i < x.skipped.size(); ++i) {
    EXPECT_EQ(x.skipped[i].name, y.skipped[i].name);
    EXPECT_EQ(x.skipped[i].reason, y.skipped[i].reason);
  }
}

TEST_F(OpenDataset, GivesThePicturesInTheOrderOfTheirNamesFittedToTheSize) {
  const Dataset dataset = open();
  EXPECT_EQ(dataset.kind, "folder");
  ASSERT_EQ(dataset.pixels->info().count, 6);
  EXPECT_EQ(dataset.pixels->info().channels, 3);
  for (uint64_t i = 0; i < 6; ++i)
    EXPECT_EQ(pixels_of(dataset)[i], fitted(noise(20, 16, 3, i), {16, 16}, Fit::kCrop, CropAt::kCenter).pixels);
}

TEST_F(OpenDataset, DecodesNothingTheSecondTime) {
  for (uint64_t i = 0; i < 70; ++i) put("pictures/more/" + std::to_string(i) + ".png", noise(8, 8, 3, i));
  const Dataset first = open();
  EXPECT_FALSE(first.was_cached);
  EXPECT_EQ(progress_calls, 1);  // every 64 pictures
  const Dataset second = open();
  EXPECT_TRUE(second.was_cached);
  EXPECT_EQ(progress_calls, 1);
  EXPECT_FALSE(second.pixels->decodes());
  EXPECT_EQ(second.cached_at, first.cached_at);
  EXPECT_TRUE(fs::exists(second.cached_at));
  expect_same(first, second);
}

TEST_F(OpenDataset, IsTheSameWithAndWithoutKeptPixelsAndOnAnyNumberOfThreads) {
  write_text(folder / "pictures/broken.png", "no picture");
  put("pictures/b/x.png", noise(9, 33, 4));
  put("pictures/a/x.png", noise(9, 33, 1));
  const Dataset off = open_without_cache(), kept = open("pictures", 1), again = open("pictures", 4);
  EXPECT_TRUE(off.pixels->decodes());
  EXPECT_FALSE(kept.pixels->decodes());
  EXPECT_EQ(off.cached_at, "");
  expect_same(off, kept);
  expect_same(off, again);
  EXPECT_EQ(off.pixels->info().classes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(labels_of(off), (std::vector<int32_t>{-1, -1, -1, -1, -1, -1, 0, 1}));
}

/// Writes other bytes of the same length into the same file and sets its time back. Repeats until the file
/// system's clock, which ticks every few milliseconds, has moved.
void change_in_secret(const fs::path& path, const std::string& content) {
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_EQ(static_cast<size_t>(before.st_size), content.size());
  do {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file << content;
    file.close();
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
    ::stat(path.c_str(), &after);
  } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
  ASSERT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  ASSERT_EQ(after.st_ino, before.st_ino);
}

TEST_F(OpenDataset, NoticesOtherContentEvenWhenTheTimeIsSetBack) {
  // BMP files have the same length whatever they show.
  write_text(folder / "bmp/a.bmp", encoded(".bmp", mat_of(noise(16, 16, 3, 1))));
  const Dataset before = open("bmp");
  change_in_secret(folder / "bmp/a.bmp", encoded(".bmp", mat_of(noise(16, 16, 3, 2))));
  const Dataset after = open("bmp");
  EXPECT_FALSE(after.was_cached);
  EXPECT_EQ(pixels_of(after)[0], noise(16, 16, 3, 2).pixels);
  EXPECT_NE(identity(before), identity(after));
}

TEST_F(OpenDataset, NoticesFilesAddedRemovedAndRenamed) {
  const std::string first = identity(open());
  put("pictures/new.png", noise(16, 16, 3, 77));
  const Dataset added = open();
  EXPECT_FALSE(added.was_cached);
  EXPECT_EQ(added.pixels->info().count, 7);
  EXPECT_NE(identity(added), first);

  fs::remove(folder / "pictures/new.png");
  const Dataset removed = open();
  EXPECT_EQ(removed.pixels->info().count, 6);
  EXPECT_EQ(identity(removed), first);  // the same pictures again

  fs::rename(folder / "pictures/0.png", folder / "pictures/z.png");
  const Dataset renamed = open();
  EXPECT_FALSE(renamed.was_cached);
  EXPECT_NE(identity(renamed), first);
  EXPECT_EQ(pixels_of(renamed)[5], pixels_of(removed)[0]);
}

TEST_F(OpenDataset, NoticesAFileReplacedByAnother) {
  open();
  write_text(folder / "other.png", encode_png(noise(20, 16, 3, 50)));
  fs::rename(folder / "other.png", folder / "pictures/3.png");
  const Dataset after = open();
  EXPECT_FALSE(after.was_cached);
  expect_same(after, open_without_cache());
}

TEST_F(OpenDataset, KnowsAFolderThatWasMoved) {
  const Dataset before = open();
  fs::create_directory(folder / "elsewhere");
  fs::rename(folder / "pictures", folder / "elsewhere/moved");
  const Dataset after = open("elsewhere/moved");
  EXPECT_TRUE(after.was_cached);
  expect_same(before, after);
}

TEST_F(OpenDataset, GivesACopyTheSameIdentity) {
  const Dataset before = open();
  fs::copy(folder / "pictures", folder / "copied", fs::copy_options::recursive);
  const Dataset after = open("copied");
  EXPECT_FALSE(after.was_cached);  // these are other files
  expect_same(before, after);
}

TEST_F(OpenDataset, SkipsFilesThatCannotBeUsedAndNamesThem) {
  const std::string png = encode_png(noise(20, 16, 3)), jpeg = jpeg_of(noise(80, 80, 3));
  write_text(folder / "pictures/cut.png", png.substr(0, png.size() / 2));
  write_text(folder / "pictures/cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  write_text(folder / "pictures/empty.png", "");
  write_text(folder / "pictures/no\xff.txt", "words");
  write_text(folder / "pictures/riff.webp", "RIFF");
  write_text(folder / "pictures/large.bin", std::string(3 << 20, 'x'));
  for (const bool cached : {false, true}) {
    const Dataset dataset = open();
    EXPECT_EQ(dataset.was_cached, cached);
    EXPECT_EQ(dataset.pixels->info().count, 6);
    std::vector<std::string> names;
    for (const auto& one : dataset.pixels->info().skipped) {
      names.push_back(one.name);
      EXPECT_NE(one.reason, "");
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"cut.jpg", "cut.png", "empty.png", "large.bin", "no\\xff.txt", "riff.webp"}));
  }
}

TEST_F(OpenDataset, StopsAtADamagedFileWhenStrict) {
  write_text(folder / "pictures/bad.png", "no picture");
  DataOptions lenient = options;
  options.strict = true;
  const Thrown fresh = thrown_by([&] { open(); });
  EXPECT_CONTAINS(fresh.what, "'bad.png'");
  EXPECT_CONTAINS(fresh.what, "not a picture");
  EXPECT_CONTAINS(fresh.hint, "--strict");
  EXPECT_TRUE(kept_files().empty());
  std::swap(options, lenient);
  open();
  std::swap(options, lenient);
  const Thrown kept = thrown_by([&] { open(); });  // from the kept pixels: the same words
  EXPECT_EQ(kept.what, fresh.what);
  EXPECT_EQ(kept.hint, fresh.hint);
}

TEST_F(OpenDataset, SaysWhenThereIsNoImage) {
  fs::create_directory(folder / "nothing");
  EXPECT_CONTAINS(thrown_by([&] { open("nothing"); }).what, "no image in");
  write_text(folder / "texts/a.txt", "words");
  write_text(folder / "texts/b.txt", "words");
  const Thrown error = thrown_by([&] { open("texts"); });
  EXPECT_CONTAINS(error.what, "no readable image");
  EXPECT_CONTAINS(error.what, "2 files");
  EXPECT_CONTAINS(error.what, "'a.txt' (not a picture)");
  EXPECT_CONTAINS(thrown_by([&] { open("none"); }).what, "there is no folder or file");
  EXPECT_CONTAINS(thrown_by([&] { open("texts/a.txt"); }).what, "no folder and no IDX file");
  EXPECT_TRUE(kept_files().empty());
}

TEST_F(OpenDataset, RefusesPicturesLargerThanTheLimit) {
  put("pictures/large.png", Image(1200, 1000, 1, 9));
  options.max_megapixels = 1;
  const Dataset dataset = open();
  ASSERT_EQ(dataset.pixels->info().skipped.size(), 1u);
  EXPECT_CONTAINS(dataset.pixels->info().skipped[0].reason, "too large");
}

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
                              flipped(50),
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
    EXPECT_THROW(open_pixel_file(path), Error);
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

TEST_F(OpenDataset, StopsWhenProgressThrowsAndLeavesNothing) {
  for (uint64_t i = 0; i < 70; ++i) put("pictures/more/" + std::to_string(i) + ".png", noise(8, 8, 3, i));
  EXPECT_THROW(open_dataset(folder / "pictures", options, 2, [](int64_t, int64_t) { throw Stopped(2, "enough"); }),
               Stopped);
  EXPECT_TRUE(kept_files().empty());
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
