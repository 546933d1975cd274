// What a data set is when it is opened, kept pixels or not.
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

TEST_F(OpenDataset, KnowsOnlyClassesThatHaveAUsablePicture) {
  for (const char* name : {"a", "c"}) put("classes/" + std::string(name) + "/x.png", noise(9, 9, 3));
  write_text(folder / "classes/b/readme.txt", "no picture");
  for (const Dataset& dataset : {open("classes"), open("classes"), open_without_cache("classes")}) {
    EXPECT_EQ(dataset.pixels->info().classes, (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(labels_of(dataset), (std::vector<int32_t>{0, 1}));
  }
}

TEST_F(OpenDataset, GivesPicturesThatCannotBeUsedNoSayInTheirColours) {
  for (uint64_t i = 0; i < 3; ++i) put("gray/" + std::to_string(i) + ".png", noise(9, 9, 1, i));
  const std::string coloured = encode_png(noise(40, 40, 3));
  write_text(folder / "gray/cut.png", coloured.substr(0, coloured.size() / 2));
  EXPECT_EQ(open("gray").pixels->info().channels, 1);
  write_text(folder / "gray/whole.png", coloured);
  EXPECT_EQ(open("gray").pixels->info().channels, 3);
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
  EXPECT_CONTAINS(thrown_by([&] { open("none"); }).what, "there is no '");
  EXPECT_CONTAINS(thrown_by([&] { open("texts/a.txt"); }).what,
                  "not a folder, pack, IDX, CIFAR or .npy file, or ZIP archive");
  EXPECT_TRUE(kept_files().empty());
}

TEST_F(OpenDataset, RefusesPicturesLargerThanTheLimit) {
  put("pictures/large.png", Image(1200, 1000, 1, 9));
  options.max_megapixels = 1;
  const Dataset dataset = open();
  ASSERT_EQ(dataset.pixels->info().skipped.size(), 1u);
  EXPECT_CONTAINS(dataset.pixels->info().skipped[0].reason, "too large");
}

}  // namespace
}  // namespace dcgan::test::opening
