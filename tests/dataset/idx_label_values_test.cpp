// What the numbers of an IDX labels file are taken for, and what is said of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "core/text.hpp"
#include "dataset/source.hpp"
#include "support/idx.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::idx_label_values {
namespace {

std::string images_file() { return idx_header(8, {5, 4, 3}) + counting_bytes(60); }

/// What a labels file of this head and these values gives its five pictures, and what is said of it.
struct Labelled {
  std::vector<int32_t> labels;
  std::string remarks;
};
Labelled labelled(int type, const std::vector<uint32_t>& shape, const std::string& values) {
  const TemporaryFolder folder;
  write_text(folder / "images", images_file());
  write_text(folder / "labels", idx_header(type, shape) + values);
  const auto source = open_source(folder / "images");
  Labelled out;
  for (int64_t i = 0; i < source->count(); ++i) out.labels.push_back(source->label(i));
  out.remarks = joined(source->remarks(), "\n");
  return out;
}

TEST(IdxLabelValues, BelowZeroAreSaidToBeNone) {
  const std::string ones(4, '\377'), zeros(4, '\0');
  using Case = std::tuple<int, std::string, std::string>;
  for (const auto& [type, none, zero] : std::vector<Case>{{9, ones.substr(0, 1), zeros.substr(0, 1)},
                                                          {11, ones.substr(0, 2), zeros.substr(0, 2)},
                                                          {12, ones, zeros}}) {
    const Labelled some = labelled(type, {5}, zero + none + zero + none + zero);
    EXPECT_EQ(some.labels, (std::vector<int32_t>{0, -1, 0, -1, 0})) << type;
    EXPECT_EQ(some.remarks, "2 of 5 labels in 'labels' are below zero: these pictures have no class") << type;
  }
  EXPECT_EQ(labelled(8, {5}, "\1\2\1\2\377").labels[4], 255);  // a byte has no sign
}

TEST(IdxLabelValues, OfOneHotRowsAreThePlacesOfTheOnes) {
  const std::string rows(
      "\0\1\0"
      "\1\0\0"
      "\0\0\1"
      "\0\1\0"
      "\1\0\0",
      15);
  const Labelled bytes = labelled(8, {5, 3}, rows);
  EXPECT_EQ(bytes.labels, (std::vector<int32_t>{1, 0, 2, 1, 0}));
  EXPECT_CONTAINS(bytes.remarks, "'labels' has 3 numbers for each picture; the place of the one that is not zero");
  std::string wide;
  for (const char c : rows) wide += std::string(3, '\0') + c;
  EXPECT_EQ(labelled(12, {5, 3}, wide).labels, bytes.labels);
  std::string bright = rows, none = rows, two = rows;
  std::replace(bright.begin(), bright.end(), '\1', '\377');
  EXPECT_EQ(labelled(8, {5, 3}, bright).labels, bytes.labels);
  none[1] = '\0';
  EXPECT_EQ(labelled(8, {5, 3}, none).labels[0], -1);
  EXPECT_CONTAINS(labelled(8, {5, 3}, none).remarks, "1 of 5 labels in 'labels' is all zeros: that picture has no");
  two[0] = '\1';
  EXPECT_CONTAINS(thrown_by([&] { labelled(8, {5, 3}, two); }).what, "mark up to 2 classes a picture, not one");
}

TEST(IdxLabelValues, OfRowsOfOtherNumbersAreTheFirstAndThatIsSaidOfAllButQmnist) {
  const Labelled pairs = labelled(8, {5, 2}, "\3\1\2\1\1\1\2\1\3\1");
  EXPECT_EQ(pairs.labels, (std::vector<int32_t>{3, 2, 1, 2, 3}));
  EXPECT_CONTAINS(pairs.remarks, "2 numbers for each picture; the first is taken for its class");
  EXPECT_EQ(labelled(8, {5, 2}, std::string("\1\0\0\0\1\0\1\0\0\0", 10)).labels[0], 1);  // no mark elsewhere
  EXPECT_EQ(labelled(12, {5, 8},
                     std::string(160, '\1')
                         .replace(0, 4, std::string(4, '\0'))
                         .replace(32, 3, std::string(3, '\0'))
                         .replace(64, 3, std::string(3, '\0'))
                         .replace(96, 3, std::string(3, '\0'))
                         .replace(128, 3, std::string(3, '\0')))
                .remarks,
            "");
  EXPECT_CONTAINS(thrown_by([&] { labelled(8, {5, 2, 1}, "\3\1\2\1\1\1\2\1\3\1"); }).what, "shape is [5, 2, 1]");
  EXPECT_CONTAINS(thrown_by([&] { labelled(8, {10}, "\3\1\2\1\1\1\2\1\3\1"); }).what, "10 labels for 5 images");
}

TEST(IdxLabelValues, OfRealNumbersAreMadeWholeByTheCommandOfTheHint) {
  const auto reals = [](const std::vector<int>& values, bool is_double) {  // 0 or 1, the highest byte first
    std::string out;
    for (const int value : values)
      out += is_double ? (value ? std::string("\x3f\xf0\0\0\0\0\0\0", 8) : std::string(8, '\0'))
                       : (value ? std::string("\x3f\x80\0\0", 4) : std::string(4, '\0'));
    return out;
  };
  const TemporaryFolder folder;
  for (const bool is_double : {false, true})
    for (const uint32_t columns : {1u, 2u}) {
      const std::string set = (is_double ? "d" : "f") + std::to_string(columns);
      const fs::path labels = folder / set / "a-labels-idx1-ubyte.gz", images = folder / set / "a-images-idx3-ubyte.gz";
      fs::create_directories(folder / set);
      write_gz(images, images_file());
      const std::vector<int> list = {0, 1, 1, 0, 1}, rows = {1, 0, 0, 1, 0, 1, 1, 0, 0, 1};
      const std::vector<uint32_t> shape = columns == 1 ? std::vector<uint32_t>{5} : std::vector<uint32_t>{5, 2};
      write_gz(labels, idx_header(is_double ? 14 : 13, shape) + reals(columns == 1 ? list : rows, is_double));
      const Thrown thrown = thrown_by([&] { open_source(images)->count(); });
      EXPECT_CONTAINS(thrown.what, "are not whole numbers");
      const auto [said, status] = output_of(thrown.hint.substr(thrown.hint.find("mv ")));
      ASSERT_EQ(status, 0) << thrown.hint << said;
      const auto source = open_source(images);
      for (int64_t i = 0; i < source->count(); ++i) EXPECT_EQ(source->label(i), list[static_cast<size_t>(i)]) << set;
    }
}

}  // namespace
}  // namespace dcgan::test::idx_label_values
