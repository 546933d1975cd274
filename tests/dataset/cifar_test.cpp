// CIFAR's binary files, made here record by record.
#include "formats/cifar.hpp"

#include <gtest/gtest.h>

#include "dataset/source.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// Records of red, green and blue planes that are constant: picture n has the colour (n, 100 + n, 200 + n).
std::string records(const std::vector<std::string>& labels, int first = 0) {
  std::string out;
  for (size_t n = 0; n < labels.size(); ++n) {
    out += labels[n];
    for (int plane = 0; plane < 3; ++plane)
      out.append(1024, static_cast<char>(first + static_cast<int>(n) + 100 * plane));
  }
  return out;
}

TEST(Cifar, FolderOfTenClassesIsReadInTheOrderOfItsBatches) {
  const TemporaryFolder folder;
  write_text(folder / "data_batch_1.bin", records({"\3", "\1"}));
  write_text(folder / "data_batch_2.bin", records({"\2"}, 2));
  write_text(folder / "test_batch.bin", records({"\5"}, 9));
  write_text(folder / "batches.meta.txt", "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n\n");
  const auto source = open_source(folder.path());
  EXPECT_EQ(source->kind(), "CIFAR-10");
  ASSERT_EQ(source->count(), 3);
  EXPECT_EQ(source->classes()[3], "three");
  EXPECT_EQ(source->label(0), 3);
  EXPECT_EQ(source->label(2), 2);
  const Image image = source->read(2, 64, nullptr);
  EXPECT_EQ(image.width, 32);
  EXPECT_EQ(image.height, 32);
  ASSERT_EQ(image.channels, 3);
  EXPECT_EQ(std::vector<int>(image.pixels.end() - 3, image.pixels.end()), (std::vector<int>{2, 102, 202}));
}

TEST(Cifar, PlanesBecomePixelsRowByRow) {
  const TemporaryFolder folder;
  std::string record(1, '\0');
  for (int plane = 0; plane < 3; ++plane)
    for (int p = 0; p < 1024; ++p) record += static_cast<char>((p / 32 + 50 * plane) ^ (p % 32 == 5 ? 0x80 : 0));
  write_text(folder / "one.bin", record);
  const auto source = open_source(folder / "one.bin");
  const Image image = source->read(0, 64, nullptr);
  EXPECT_EQ(image.at(5, 7)[1], (7 + 50) ^ 0x80);
  EXPECT_EQ(image.at(6, 31)[2], 31 + 100);
}

TEST(Cifar, HundredClassesAreTheFineOnes) {
  const TemporaryFolder folder;
  write_text(folder / "train.bin", records({std::string("\x13\x63"), std::string("\0\1", 2)}));
  std::string names;
  for (int i = 0; i < 100; ++i) names += "fine" + std::to_string(i) + "\n";
  write_text(folder / "fine_label_names.txt", names);
  for (const auto& path : {folder.path(), folder / "train.bin"}) {
    const auto source = open_source(path);
    EXPECT_EQ(source->kind(), "CIFAR-100");
    EXPECT_EQ(source->count(), 2);
    EXPECT_EQ(source->label(0), 99);
    EXPECT_EQ(source->classes()[99], "fine99");
  }
}

TEST(Cifar, WithoutNamesHasNumbersForClasses) {
  const TemporaryFolder folder;
  write_text(folder / "batch.bin", records({"\7"}));
  const auto source = open_source(folder / "batch.bin");
  EXPECT_EQ(source->count(), 1);
  EXPECT_EQ(source->classes()[7], "7");
}

TEST(Cifar, IsNotSeenInOtherFiles) {
  const TemporaryFolder folder;
  write_text(folder / "label.bin", records({"\12"}));       // 10 is no class
  write_text(folder / "size.bin", records({"\1"}) + "xx");  // with one byte it were of a hundred classes
  for (const char* name : {"label.bin", "size.bin"}) EXPECT_TRUE(find_cifar(folder / name).records.empty()) << name;
}

TEST(Cifar, OfWhichPartsAreMissingUsesTheOthersAndSaysSo) {
  const auto remarks = [](const std::vector<int>& batches) {
    const TemporaryFolder folder;
    for (const int i : batches) {
      const std::string label(1, static_cast<char>(i));
      write_text(folder / ("data_batch_" + std::to_string(i) + ".bin"), records({label}));
    }
    const auto source = open_source(folder.path());
    EXPECT_EQ(source->count(), static_cast<int64_t>(batches.size()));
    for (size_t i = 0; i < batches.size(); ++i) EXPECT_EQ(source->label(static_cast<int64_t>(i)), batches[i]);
    return source->remarks().empty() ? "" : source->remarks()[0];
  };
  EXPECT_EQ(remarks({1, 2, 3, 4, 5}), "");
  EXPECT_CONTAINS(remarks({1, 3, 4, 5}), "data_batch_2.bin is missing; the others are used");
  EXPECT_CONTAINS(remarks({2, 5}), "data_batch_1.bin, data_batch_3.bin, data_batch_4.bin are missing");
  EXPECT_CONTAINS(remarks({1, 2, 3, 4, 5, 7}), "data_batch_6.bin is missing");
}

TEST(Cifar, WhoseLabelsAreBeyondItsClassesIsAnErrorThatNamesTheRecord) {
  const TemporaryFolder folder;
  write_text(folder / "data_batch_1.bin", records({"\3", "\12"}));
  const Thrown thrown = thrown_by([&] { open_source(folder.path())->count(); });
  EXPECT_CONTAINS(thrown.what, "record 1 has the label 10, and the last class is 9");
  EXPECT_CONTAINS(thrown.hint, "download it again");
  for (const char* name : {"mine.bin", "test.bin"}) {
    write_text(folder / "alone" / name, records({"\3", "\12"}));
    EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "alone" / name); }).what, "labels in range") << name;
  }
}

TEST(Cifar, WhoseNamesAreMoreOrFewerThanItsClassesSaysSo) {
  const TemporaryFolder folder;
  for (int i = 1; i <= 5; ++i)
    write_text(folder / ("data_batch_" + std::to_string(i) + ".bin"), records({std::string(1, static_cast<char>(i))}));
  write_text(folder / "batches.meta.txt", "one\ntwo\n");
  for (const auto& path : {folder.path(), folder / "data_batch_1.bin"}) {
    const auto source = open_source(path);
    ASSERT_EQ(source->remarks().size(), 1u);
    EXPECT_EQ(source->remarks()[0], "'batches.meta.txt' has 2 names, not 10: the classes are called by their numbers");
    EXPECT_EQ(source->count(), path == folder.path() ? 5 : 1);
    EXPECT_EQ(source->classes()[1], "1");
  }
}

TEST(Cifar, OfAHundredClassesIsKnownWithoutItsNames) {
  const TemporaryFolder folder;
  write_text(folder / "train.bin", records({std::string("\x13\x63")}));
  EXPECT_EQ(open_source(folder.path())->kind(), "CIFAR-100");
}

TEST(Cifar, CutOffIsOneClearError) {
  const TemporaryFolder folder;
  write_text(folder / "data_batch_1.bin", records({"\3", "\1"}).substr(0, 4000));
  const auto source = open_source(folder.path());
  EXPECT_CONTAINS(thrown_by([&] { source->count(); }).what, "data_batch_1.bin' is cut off");
}

}  // namespace
}  // namespace dcgan::test
