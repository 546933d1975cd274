// A pack of any kind of data set is that data set.
#include <gtest/gtest.h>

#include "opening.hpp"
#include "support/idx.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

class PackOf : public OpenDataset {
 protected:
  void expect_the_same_packed(const fs::path& data, const std::string& kind) {
    DataOptions off = options;
    off.cache = "off";
    const Dataset packed = pack_dataset(data, options, folder / "p.pack", 2, {});
    EXPECT_EQ(packed.kind, kind);
    EXPECT_GT(packed.pixels->info().classes.size(), 0u);
    expect_same(packed, open_dataset(data, off, 2, {}));
    expect_same(open("p.pack"), packed);
    EXPECT_TRUE(kept_files().empty());  // a pack that was named needs no other
  }
};

TEST_F(PackOf, AFolderWithClassesAndDamage) {
  put("classes/b-a/1.png", noise(30, 16, 3, 1));
  put("classes/b/2.png", noise(16, 16, 1, 2));
  put("classes/b/3.png", noise(8, 8, 4, 3));
  put("classes/none.png", noise(16, 17, 3, 4));
  write_text(folder / "classes/b/4.png", "not one");
  expect_the_same_packed(folder / "classes", "folder");
}

TEST_F(PackOf, AnIdxFileWithLabels) {
  std::string bytes = idx_header(8, {3, 20, 16});
  for (uint64_t i = 0; i < 3; ++i) {
    const Image image = noise(16, 20, 1, i);
    bytes.append(image.pixels.begin(), image.pixels.end());
  }
  write_gz(folder / "x-images-idx3.gz", bytes);
  write_gz(folder / "x-labels-idx1.gz", idx_header(8, {3}) + std::string("\1\0\1", 3));
  expect_the_same_packed(folder / "x-images-idx3.gz", "IDX file");
}

TEST_F(PackOf, Cifar) {
  std::string records;
  for (char label = 0; label < 3; ++label) {
    const Image planes = noise(32, 32, 3, static_cast<uint64_t>(label));
    records += label + std::string(planes.pixels.begin(), planes.pixels.end());
  }
  write_text(folder / "cifar/data_batch_1.bin", records);
  write_text(folder / "cifar/batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  expect_the_same_packed(folder / "cifar", "CIFAR-10");
  EXPECT_EQ(open("p.pack").pixels->info().classes, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(PackOf, AZipArchive) {
  const fs::path goldens = DCGAN_TEST_GOLDENS;
  for (const char* name : {"stored.zip", "deflated.zip", "zip64.zip"}) {
    options.size = {8, 8};
    expect_the_same_packed(goldens / name, "ZIP archive");
  }
}

}  // namespace
}  // namespace dcgan::test::opening
