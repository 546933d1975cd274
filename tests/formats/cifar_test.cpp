// CIFAR's binary files as bytes.
#include "formats/cifar.hpp"

#include <gtest/gtest.h>

#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// A record whose planes are constant.
std::string cifar_record(const std::string& labels, int red, int green, int blue) {
  std::string out = labels;
  for (const int value : {red, green, blue}) out.append(1024, static_cast<char>(value));
  return out;
}

TEST(CifarBytes, OfEitherKindBecomePixelsAndLabels) {
  for (const bool hundred : {false, true}) {
    const TemporaryFolder folder;
    const std::string coarse = hundred ? "\2" : "";
    write_text(folder / "x.bin", cifar_record(coarse + "\7", 1, 2, 3) + cifar_record(coarse + "\4", 4, 5, 6));
    const CifarFiles files = find_cifar(folder / "x.bin");
    ASSERT_EQ(files.records.size(), 1u);
    EXPECT_EQ(files.label_bytes, hundred ? 2 : 1);
    const CifarPictures read = read_cifar(files);
    EXPECT_EQ(read.count, 2);
    EXPECT_EQ(read.labels, (std::vector<int32_t>{7, 4}));
    EXPECT_EQ(read.classes.size(), hundred ? 100u : 10u);
    ASSERT_EQ(read.values.size(), 2u * 32 * 32 * 3);
    EXPECT_EQ(std::vector<uint8_t>(read.values.end() - 3, read.values.end()), (std::vector<uint8_t>{4, 5, 6}));
  }
}

TEST(CifarBytes, AreCountedBeforeMemoryIsAskedFor) {
  const TemporaryFolder folder;
  write_text(folder / "x.bin", cifar_record("\7", 1, 2, 3) + cifar_record("\4", 4, 5, 6));
  const CifarFiles files = find_cifar(folder / "x.bin");
  EXPECT_CONTAINS(thrown_by([&] {
                    read_cifar(files, [](int64_t count, uint64_t bytes) {
                      throw Error(std::to_string(count) + " in " + std::to_string(bytes));
                    });
                  }).what,
                  "2 in 6146");
}

TEST(CifarBytes, OfEveryOtherLengthAreNoneAndCutOnesAreAnError) {
  const TemporaryFolder folder;
  const std::string whole = cifar_record("\7", 1, 2, 3) + cifar_record("\4", 4, 5, 6);
  write_text(folder / "x.bin", whole);
  const CifarFiles files = find_cifar(folder / "x.bin");
  for (size_t left = 0; left < whole.size(); left += 41) {
    write_text(folder / "x.bin", whole.substr(0, left));
    EXPECT_TRUE(find_cifar(folder / "x.bin").records.empty()) << left;
    if (left == 0) continue;
    EXPECT_CONTAINS(thrown_by([&] { read_cifar(files); }).what, "is cut off");
  }
}

}  // namespace
}  // namespace dcgan::test
