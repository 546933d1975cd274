// Opening or looking at one file of 10 MB or less costs at most 1 GB and 20 s of processor time, and one bad file never
// ends a set. Of the 1 GB the program itself takes a fifth, with all its libraries: here it is 800 MB.
#include <gtest/gtest.h>

#include <array>

#include "dataset/pack.hpp"
#include "dataset/survey.hpp"
#include "opening.hpp"
#include "support/bombs.hpp"
#include "support/cost.hpp"
#include "support/forked.hpp"
#include "support/sanitized.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

constexpr int64_t kMost = 800'000'000;
constexpr int kSeconds = 20;

class Bombs : public ::testing::Test {
 protected:
  Bombs() {
    options.size = {16, 16};
    options.cache = (folder / "cache").native();
  }
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "what is measured here would be the sanitizer's";
  }
  /// Doctor, and what training and packing do before anything else. 0: one picture at least can be used; 1: an Error.
  int look(const fs::path& data) {
    try {
      return survey_data(data, options.size, options.max_megapixels, 2).usable > 0 ? 0 : 1;
    } catch (const Error& error) {
      std::fprintf(stderr, "%s: %s\n", data.filename().c_str(), error.what());
      return dynamic_cast<const Exhausted*>(&error) ? 3 : 1;
    }
  }
  int open(const fs::path& data) {
    try {
      return open_dataset(data, options, 2, {}).pixels->info().count > 0 ? 0 : 1;
    } catch (const Error& error) {
      return dynamic_cast<const Exhausted*>(&error) ? 3 : 1;
    }
  }
  TemporaryFolder folder;
  DataOptions options;
};

TEST_F(Bombs, AmongPicturesAreSkippedByNameAndCostLittle) {
  for (const auto& [name, content] : picture_bombs()) {
    ASSERT_LE(content.size(), 10'000'000u) << name;
    const fs::path set = folder / ("set of " + name);
    write_text(set / "good.png", png_of(noise(16, 16, 3)));
    write_text(set / name, content);
    for (const bool opens : {false, true}) {
      const Cost cost = cost_of(kSeconds, [&] { return opens ? open(set) : look(set); });
      EXPECT_EQ(cost.code, 0) << name << (opens ? " opened" : " looked at");
      EXPECT_LE(cost.peak_bytes, kMost) << name << (opens ? " opened" : " looked at");
    }
  }
}

TEST_F(Bombs, AloneAreOneErrorOrAPictureAndCostLittle) {
  for (const auto& [name, content] : picture_bombs()) {
    write_text(folder / "alone" / name, content);
    const Cost cost =
        cost_of(kSeconds, [&] { return open_source(folder / "alone")->probe(0).problem.empty() ? 0 : 1; });
    EXPECT_LE(cost.code, 1) << name;
    EXPECT_LE(cost.peak_bytes, kMost) << name;
    fs::remove_all(folder / "alone");
  }
}

TEST_F(Bombs, ThatAreWholeSetsCostLittle) {
  for (const auto& [name, content] : set_bombs()) {
    ASSERT_LE(content.size(), 10'000'000u) << name;
    write_text(folder / name, content);
    for (const bool opens : {false, true}) {
      const Cost cost = cost_of(kSeconds, [&] { return opens ? open(folder / name) : look(folder / name); });
      EXPECT_LE(cost.code, 1) << name << (opens ? " opened" : " looked at");
      EXPECT_LE(cost.peak_bytes, kMost) << name << (opens ? " opened" : " looked at");
      for (const char* sound : {"many-large.zip", "many-scans.zip", "many-small.zip", "labels.zip", "large-entry.zip"})
        EXPECT_TRUE(name != sound || cost.code == 0) << name << ": its good picture is lost";
    }
  }
}

/// Three megabytes that are three gigabytes of zeros.
TEST_F(Bombs, InGzipAreRefusedByWhatTheyClaim) {
  std::string member(4 + 16, '\0');
  write_gz(folder / "piece", std::string(1 << 26, '\0'));
  const std::string piece = read_text(folder / "piece");
  write_gz(folder / "head", idx_header(8, {3'000'000, 32, 32}));
  std::string all = read_text(folder / "head");
  for (int i = 0; i < 46; ++i) all += piece;
  write_text(folder / "x-idx3-ubyte.gz", all);
  EXPECT_LT(all.size(), 15'000'000u);
  const Cost cost = cost_of(kSeconds, [&] { return look(folder / "x-idx3-ubyte.gz"); });
  EXPECT_EQ(cost.code, 1);
  EXPECT_LE(cost.peak_bytes, kMost / 4);
}

TEST_F(Bombs, OfSparseFilesAreSkippedByName) {
  write_text(folder / "set/good.png", png_of(noise(16, 16, 3)));
  const std::string starts[] = {"",
                                png_of(noise(16, 16, 3)),
                                jpeg_of(noise(16, 16, 3)),
                                "\xFF\xD8\xFF\xE0",
                                "P6 16 16 255\n",
                                tiff_of(tiff_tags(16, 16, 16)),
                                std::string("II*\0\xFF\xFF\xFF\x7F", 8)};
  int number = 0;
  for (const auto& start : starts) {
    const fs::path path = folder / "set" / ("sparse" + std::to_string(number++) + ".png");
    write_text(path, start);
    fs::resize_file(path, uint64_t{200} << 30);
  }
  const Cost cost = cost_of(kSeconds, [&] {
    const DataSurvey survey = survey_data(folder / "set", {16, 16}, 64, 2);
    for (const auto& one : survey.unusable)
      if (!contains(one.reason, "too large to be a picture: 215 GB")) return 2;
    return survey.usable == 1 && survey.unusable.size() == std::size(starts) ? open(folder / "set") : 1;
  });
  EXPECT_EQ(cost.code, 0);
  EXPECT_LE(cost.peak_bytes, kMost / 2);
}

TEST_F(Bombs, OfSparseSetsAreOneError) {
  write_text(folder / "x-idx3-ubyte", idx_header(8, {UINT32_MAX, 10, 10}));
  fs::resize_file(folder / "x-idx3-ubyte", 16 + uint64_t{UINT32_MAX} * 100);
  write_text(folder / "cifar.bin", "");
  fs::resize_file(folder / "cifar.bin", uint64_t{3073} * 100'000'000);
  for (const char* name : {"x-idx3-ubyte", "cifar.bin"}) {
    const Cost cost = cost_of(kSeconds, [&] { return look(folder / name); });
    EXPECT_EQ(cost.code, 1) << name;
    EXPECT_LE(cost.peak_bytes, kMost / 4) << name;
  }
}

/// A pack of one picture that says it came from the whole disk.
TEST_F(Bombs, OfAPackThatNamesAnotherPlaceDoNotReadIt) {
  for (const char* place : {"/", "/proc", "/usr", "/dev", "relative/../..", ""}) {
    PixelsInfo info;
    info.size = {1, 1}, info.channels = 3, info.identity = "identity";
    fs::remove(folder / "x.pack");
    PackWriter writer(folder / "x.pack", std::string(64, 'a'), {1}, 3);
    writer.put(0, std::array<uint8_t, 3>{1, 2, 3}.data(), std::string(64, 'b'));
    seal(writer, info, {std::string(64, 'a'), place, "stamp", Json::object()}, {0}, {-1});
    writer.commit();
    const Cost cost = cost_of(3, [&] { return look(folder / "x.pack"); });
    EXPECT_EQ(cost.code, 0) << place;
    EXPECT_LE(cost.peak_bytes, kMost / 4) << place;
  }
}

/// Many that are large but sound, on many threads: never all in memory at once.
TEST_F(Bombs, OfManyThreadsAreDecodedOneAfterAnother) {
  const std::string large = black_png(8000, 8, 2);
  for (int i = 0; i < 6; ++i) write_text(folder / "set" / (std::to_string(i) + ".png"), large);
  const Cost cost = cost_of(60, [&] { return survey_data(folder / "set", {16, 16}, 64, 6).usable == 6 ? 0 : 1; });
  EXPECT_EQ(cost.code, 0);
  EXPECT_LE(cost.peak_bytes, kMost);
}

}  // namespace
}  // namespace dcgan::test::opening
