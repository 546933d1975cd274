// Data sets that are opened in a test: a folder of pictures, and a place for kept pixels.
#pragma once

#include <gtest/gtest.h>

#include <atomic>

#include "dataset/pixels.hpp"
#include "image/sheet.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::opening {

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

inline std::vector<std::vector<uint8_t>> pixels_of(const Dataset& dataset) {
  std::vector<std::vector<uint8_t>> all;
  for (int64_t i = 0; i < dataset.pixels->info().count; ++i) {
    all.emplace_back(static_cast<size_t>(dataset.pixels->info().image_bytes()));
    dataset.pixels->copy(i, all.back().data());
  }
  return all;
}
inline std::vector<int32_t> labels_of(const Dataset& dataset) {
  std::vector<int32_t> all;
  for (int64_t i = 0; i < dataset.pixels->info().count; ++i) all.push_back(dataset.pixels->label(i));
  return all;
}
inline const std::string& identity(const Dataset& dataset) { return dataset.pixels->info().identity; }

inline void expect_same(const Dataset& a, const Dataset& b) {
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

}  // namespace dcgan::test::opening
