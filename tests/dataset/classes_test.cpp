// Classes: every kind of data gives them, and options that need them say what is missing.
#include "dataset/classes.hpp"

#include <gtest/gtest.h>

#include "opening.hpp"
#include "support/idx.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

using Names = std::vector<std::string>;

class Classes : public OpenDataset {
 protected:
  Thrown refusal(const std::string& name, const std::string& option = "--conditional") {
    const Dataset dataset = open(name);
    const Thrown thrown = thrown_by([&] { check_classes(*dataset.pixels, option); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, option);
    EXPECT_CONTAINS(thrown.hint, option);
    return thrown;
  }
  /// Twelve gray pictures of 8 x 8 with labels 0, 1 and 4.
  void write_idx(const std::string& images, const std::string& labels) {
    std::string pictures = idx_header(8, {12, 8, 8}), numbers = idx_header(8, {12});
    for (int i = 0; i < 12; ++i) {
      pictures += counting_bytes(64, i);
      numbers += "\0\1\4"[i % 3];
    }
    write_text(folder / images, pictures);
    if (!labels.empty()) write_text(folder / labels, numbers);
  }
};

TEST_F(Classes, OfAFolderAreItsTopFoldersHoweverDeepPicturesLie) {
  put("deep/b/x/y/1.png", noise(9, 9, 3, 1)), put("deep/a/2.png", noise(9, 9, 3, 2));
  put("deep/a/z/3.png", noise(9, 9, 3, 3));
  const Dataset dataset = open("deep");
  EXPECT_EQ(dataset.pixels->info().classes, (Names{"a", "b"}));
  EXPECT_EQ(labels_of(dataset), (std::vector<int32_t>{0, 0, 1}));
  check_classes(*dataset.pixels, "--conditional");
}

TEST_F(Classes, OfAnIdxFileAreCalledByTheirNumbersAndOnlyThoseInUseCount) {
  write_idx("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  const Dataset dataset = open("train-images-idx3-ubyte");
  EXPECT_EQ(dataset.pixels->info().classes, (Names{"0", "1", "4"}));
  EXPECT_EQ(labels_of(dataset), (std::vector<int32_t>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}));
  check_classes(*dataset.pixels, "--conditional");
}

TEST_F(Classes, OfAZipArchiveAndOfCifarAreThereToo) {
  DataOptions small = options;
  small.size = {6, 6};
  const auto golden = [&](const char* name) { return open_dataset(fs::path(DCGAN_TEST_GOLDENS) / name, small, 1, {}); };
  const Dataset folders = golden("deflated.zip"), labelled = golden("stored.zip");
  EXPECT_EQ(folders.pixels->info().classes, (Names{"a", "b"}));
  EXPECT_EQ(labels_of(folders), (std::vector<int32_t>{-1, 0, 0, 0, 1, 1}));
  EXPECT_EQ(labelled.pixels->info().classes, (Names{"0", "1", "2"}));  // its dataset.json counts
  EXPECT_EQ(labels_of(labelled), (std::vector<int32_t>{0, 2, 0, -1, 1, 2}));
  std::string records;
  for (int i = 0; i < 20; ++i) records += static_cast<char>(i % 10) + counting_bytes(3072, i);
  write_text(folder / "batch.bin", records);
  const Dataset cifar = open("batch.bin");
  EXPECT_EQ(cifar.pixels->info().classes, (Names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  check_classes(*cifar.pixels, "--conditional");
}

TEST_F(Classes, OfAPackAreThoseOfItsData) {
  write_idx("t-images-idx3-ubyte", "t-labels-idx1-ubyte");
  const Dataset data = open("t-images-idx3-ubyte");
  pack_dataset(folder / "t-images-idx3-ubyte", options, folder / "t.pack", 1, {}, 2);
  const Dataset packed = open("t-00001-of-00002.pack");
  EXPECT_EQ(packed.pixels->info().classes, data.pixels->info().classes);
  EXPECT_EQ(labels_of(packed), labels_of(data));
}

TEST_F(Classes, AreMissingInAFlatFolderAndInAnIdxFileWithoutLabels) {
  EXPECT_CONTAINS(refusal("pictures").what, "the data has no class subfolders or labels");
  write_idx("other-images-idx3-ubyte", "");
  EXPECT_CONTAINS(refusal("other-images-idx3-ubyte").what, "no class subfolders or labels");
}

TEST_F(Classes, MustBeTwo) {
  for (uint64_t i = 0; i < 3; ++i) put("single/cats/" + std::to_string(i) + ".png", noise(9, 9, 3, i));
  EXPECT_CONTAINS(refusal("single").what, "of one, 'cats'");
}

TEST_F(Classes, OfPicturesBesideTheSubfoldersAreNoneAndTheyAreCounted) {
  for (const char* name : {"cats/1", "dogs/2", "dogs/3", "4"})
    put("beside/" + std::string(name) + ".png", noise(9, 9, 3, static_cast<uint64_t>(name[0])));
  EXPECT_CONTAINS(refusal("beside").what, "1 picture of 4 has none: it lies beside the class subfolders");
  put("beside/5.png", noise(9, 9, 3, 5));
  EXPECT_CONTAINS(refusal("beside", "--class-balanced").what, "2 pictures of 5 have none: they lie");
}

TEST_F(Classes, ThatAreHeldOutAltogetherAreRefused) {
  for (uint64_t i = 0; i < 40; ++i) put("rare/common/" + std::to_string(i) + ".png", noise(16, 16, 3, 100 + i));
  put("rare/one/0.png", noise(16, 16, 3, 0));
  options.holdout = 0.5;
  // Which side a picture falls on is drawn by its content: look for one that is held out.
  for (uint64_t i = 0; i < 20; ++i) {
    put("rare/one/0.png", noise(16, 16, 3, i));
    const Dataset dataset = open("rare");
    bool is_there = false;
    for (const int32_t label : labels_of(dataset)) is_there |= label == 1;
    if (is_there) {
      check_classes(*dataset.pixels, "--conditional");
      continue;
    }
    const std::string what = refusal("rare").what;
    EXPECT_CONTAINS(what, "no picture of the class 'one' is left to train on");
    return;
  }
  FAIL() << "twenty pictures and none held out";
}

TEST_F(Classes, AreAskedForByClassBalancedAlone) {
  const Dataset flat = open();
  check_class_balanced(*flat.pixels, options);
  options.class_balanced = true;
  EXPECT_CONTAINS(thrown_by([&] { check_class_balanced(*flat.pixels, options); }).what, "--class-balanced");
}

}  // namespace
}  // namespace dcgan::test::opening
