#include "dataset/idx_labels.hpp"

#include <gtest/gtest.h>

#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "dataset/source.hpp"
#include "support/idx.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::idx_files {
namespace {

const std::vector<int64_t> kShape = {5, 4, 3};
const std::string kPixels = counting_bytes(60);
std::string images_file() { return idx_header(8, {5, 4, 3}) + kPixels; }

TEST(Idx, IsReadPlainAndGzipped) {
  const TemporaryFolder folder;
  write_text(folder / "plain", images_file());
  write_gz(folder / "packed.gz", images_file());
  write_gz(folder / "packed-without-a-suffix", images_file());
  for (const char* name : {"plain", "packed.gz", "packed-without-a-suffix"}) {
    EXPECT_TRUE(looks_like_idx(folder / name));
    const IdxFile idx = read_idx(folder / name);
    EXPECT_EQ(idx.shape, kShape);
    EXPECT_EQ(std::string(idx.values.begin(), idx.values.end()), kPixels);
  }
}

TEST(Idx, HasOneToFourDimensions) {
  const TemporaryFolder folder;
  write_text(folder / "labels", idx_header(8, {3}) + "abc");
  EXPECT_EQ(read_idx(folder / "labels").shape, (std::vector<int64_t>{3}));
  write_text(folder / "colour", idx_header(8, {2, 2, 2, 3}) + std::string(24, 'x'));
  EXPECT_EQ(read_idx(folder / "colour").shape, (std::vector<int64_t>{2, 2, 2, 3}));
  write_text(folder / "five", idx_header(8, {1, 1, 1, 1, 1}) + "x");
  EXPECT_FALSE(looks_like_idx(folder / "five"));
}

TEST(Idx, ThatIsCutOffIsFoundAtEveryByte) {
  const TemporaryFolder folder;
  const std::string whole = images_file();
  for (size_t length = 0; length < whole.size(); ++length) {
    write_text(folder / "cut", whole.substr(0, length));
    const Thrown error = thrown_by([&] { read_idx(folder / "cut"); });
    EXPECT_CONTAINS(error.what, "cut off") << length;
    EXPECT_CONTAINS(error.what, "/cut'");
  }
}

TEST(Idx, ThatIsCutOffWhileGzippedIsFoundAtEveryByte) {
  const TemporaryFolder folder;
  write_gz(folder / "whole.gz", images_file());
  const std::string whole = read_text(folder / "whole.gz");
  for (size_t length = 0; length < whole.size(); ++length) {
    write_text(folder / "cut.gz", whole.substr(0, length));
    EXPECT_EQ(thrown_by([&] { read_idx(folder / "cut.gz"); }).exit_code, 1) << length << " of " << whole.size();
  }
}

TEST(Idx, WhoseGzipChecksumIsWrongIsFound) {
  const TemporaryFolder folder;
  write_gz(folder / "a.gz", images_file());
  std::string flipped = read_text(folder / "a.gz");
  flipped[flipped.size() - 6] ^= 1;
  write_text(folder / "a.gz", flipped);
  EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "a.gz"); }).what, "a.gz");
}

TEST(Idx, ThatIsLongerThanItsHeaderSaysIsFound) {
  const TemporaryFolder folder;
  write_text(folder / "long", images_file() + "x");
  EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "long"); }).what, "longer than its header says");
}

TEST(Idx, OfOtherNumbersThanBytesIsRefused) {
  const TemporaryFolder folder;
  for (const int type : {0x09, 0x0B, 0x0C, 0x0D, 0x0E}) {
    write_text(folder / "a", idx_header(type, {2}) + std::string(16, 'x'));
    const Thrown error = thrown_by([&] { read_idx(folder / "a"); });
    EXPECT_CONTAINS(error.what, "not bytes");
    EXPECT_CONTAINS(error.hint, "0x08");
  }
  write_text(folder / "a", "hello, this is text");
  EXPECT_FALSE(looks_like_idx(folder / "a"));
  EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "a"); }).what, "is not an IDX file");
  EXPECT_FALSE(looks_like_idx(folder / "none"));
  EXPECT_FALSE(looks_like_idx(folder.path()));
}

TEST(Idx, WithALyingHeaderDoesNotTakeTheMemoryItSpeaksOf) {
  const TemporaryFolder folder;
  const int64_t before = resident_memory().peak;
  write_text(folder / "lies", idx_header(8, {1u << 25, 32, 32}) + "x");  // 34 GB, it says
  EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "lies"); }).what, "cut off");
  EXPECT_LT(resident_memory().peak - before, int64_t{1} << 30);
  for (const auto& shape :
       {std::vector<uint32_t>{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}}) {
    write_text(folder / "lies", idx_header(8, shape) + "x");
    EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "lies"); }).what, "impossible sizes");
  }
}

TEST(IdxLabels, AreFoundBesideTheirImages) {
  const TemporaryFolder folder;
  const auto beside = [&](const char* images) { return labels_beside(folder / images).filename().native(); };
  EXPECT_EQ(beside("train-images-idx3-ubyte"), "");
  write_text(folder / "train-labels-idx1-ubyte", "");
  EXPECT_EQ(beside("train-images-idx3-ubyte"), "train-labels-idx1-ubyte");
  EXPECT_EQ(beside("train-images-idx3-ubyte.gz"), "train-labels-idx1-ubyte");
  EXPECT_EQ(beside("t10k-images-idx3-ubyte"), "");
  write_text(folder / "t10k-labels-idx1-ubyte.gz", "");
  EXPECT_EQ(beside("t10k-images-idx3-ubyte"), "t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(beside("t10k-images-idx3-ubyte.gz"), "t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(beside("pictures"), "");
}

TEST(IdxLabels, AreFoundHoweverTheFamilyNamesThem) {
  for (const auto& [images, labels] : std::vector<std::pair<std::string, std::string>>{
           {"train-images.idx3-ubyte", "train-labels.idx1-ubyte"},
           {"train-images.idx3-ubyte", "train-labels-idx1-ubyte"},
           {"train-images-idx3-ubyte", "train-labels.idx1-ubyte.gz"},
           {"qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz"},
           {"emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte"},
           {"Train-Images-IDX3-ubyte", "Train-Labels-IDX1-ubyte"},
           {"TRAIN-IMAGES.IDX3-UBYTE", "TRAIN-LABELS.IDX1-UBYTE"},
           {"train_imgs.idx", "train_labels.idx"},
           {"train-images.gz", "train-labels"}}) {
    const TemporaryFolder folder;
    write_text(folder / images, images_file());
    write_text(folder / labels, idx_header(8, {5}) + "abcde");
    write_text(folder / ("test-" + labels), idx_header(8, {5}) + "fghij");
    EXPECT_EQ(labels_beside(folder / images).filename().native(), labels) << images;
  }
}

/// The numbers 0, 1, 2, 1, 0 as labels of every type, in a column or alone.
TEST(IdxLabels, OfEveryTypeOfWholeNumbersAreRead) {
  const TemporaryFolder folder;
  write_text(folder / "q-images-idx3-ubyte", images_file());
  for (const auto& [type, width] : std::vector<std::pair<int, int>>{{8, 1}, {9, 1}, {11, 2}, {12, 4}})
    for (const uint32_t columns : {0u, 1u, 8u}) {
      std::string values;
      for (const char label : {0, 1, 2, 1, 0}) {
        values += std::string(static_cast<size_t>(width - 1), '\0') + label;
        if (columns > 1) values += std::string(static_cast<size_t>(width) * (columns - 1), 'x');
      }
      const auto shape = columns == 0 ? std::vector<uint32_t>{5} : std::vector<uint32_t>{5, columns};
      write_text(folder / "q-labels-idx2-int", idx_header(type, shape) + values);
      const auto source = open_source(folder / "q-images-idx3-ubyte");
      std::vector<int32_t> labels;
      for (int64_t i = 0; i < source->count(); ++i) labels.push_back(source->label(i));
      EXPECT_EQ(labels, (std::vector<int32_t>{0, 1, 2, 1, 0})) << type << ", " << columns;
    }
}

TEST(IdxLabels, BeyondAByteAndBelowNoneAreUnderstood) {
  const TemporaryFolder folder;
  write_text(folder / "images", images_file());
  write_text(folder / "labels", idx_header(11, {5}) + std::string("\1\0\377\377\0\0\0\1\0\2", 10));
  const auto source = open_source(folder / "images");
  ASSERT_EQ(source->count(), 5);
  EXPECT_EQ(source->label(0), 256);
  EXPECT_EQ(source->label(1), -1);
  write_text(folder / "labels", idx_header(12, {5}) + std::string(20, '\x7f'));
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "images")->count(); }).what, "which is not a class number");
  write_text(folder / "labels", idx_header(13, {5}) + std::string(20, '\0'));
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "images")->count(); }).what, "are not whole numbers");
}

TEST(IdxLabels, ThatAreMissingOrNamedWronglyAreSaid) {
  const TemporaryFolder folder;
  const auto remarks = [&](const std::string& images) {
    const auto source = open_source(folder / images);
    EXPECT_TRUE(source->classes().empty());
    return joined(source->remarks(), "\n");
  };
  write_text(folder / "train-images-idx3-ubyte", images_file());
  EXPECT_CONTAINS(remarks("train-images-idx3-ubyte"),
                  "neither 'train-labels-idx1-ubyte' nor 'train-labels-idx1-ubyte.gz' lies beside it");
  write_text(folder / "my answers", idx_header(8, {5}) + "\1\2\3\4\5");
  const std::string remark = remarks("train-images-idx3-ubyte");
  EXPECT_CONTAINS(remark, "'my answers' holds 5 labels");
  ASSERT_EQ(output_of(remark.substr(remark.find("mv "))).second, 0) << remark;
  EXPECT_EQ(open_source(folder / "train-images-idx3-ubyte")->label(4), 5);
  write_text(folder / "other/pixels", images_file());
  write_text(folder / "other/answers", idx_header(8, {5}) + "\1\2\3\4\5");
  const std::string both = remarks("other/pixels");
  ASSERT_EQ(output_of(both.substr(both.find("mv "))).second, 0) << both;
  EXPECT_EQ(open_source(folder / "other/images-idx3-ubyte")->label(4), 5);
}

TEST(IdxSource, GivesPicturesLabelsAndClasses) {
  const TemporaryFolder folder;
  write_text(folder / "images-idx3", images_file());
  write_gz(folder / "labels-idx1.gz", idx_header(8, {5}) + std::string("\0\2\1\2\0", 5));
  const auto source = open_source(folder / "images-idx3");
  EXPECT_EQ(source->kind(), "IDX file");
  ASSERT_EQ(source->count(), 5);
  for (int64_t i = 0; i < 5; ++i) {
    Image expected(3, 4, 1);  // rows come first in the file
    std::copy_n(kPixels.begin() + 12 * i, 12, expected.pixels.begin());
    EXPECT_EQ(source->read(i, 64, nullptr), expected);
    EXPECT_EQ(source->probe(i).width, 3);
    EXPECT_TRUE(source->probe(i).gray);
  }
  EXPECT_EQ(source->label(1), 2);
  EXPECT_EQ(source->label(4), 0);
  EXPECT_EQ(source->classes(), (std::vector<std::string>{"0", "1", "2"}));
}

TEST(IdxSource, HasNoClassesWithoutLabels) {
  const TemporaryFolder folder;
  write_text(folder / "images-idx3", images_file());
  const auto source = open_source(folder / "images-idx3");
  EXPECT_EQ(source->label(3), -1);
  EXPECT_TRUE(source->classes().empty());
}

TEST(IdxSource, HasPrintableNames) {
  const TemporaryFolder folder;
  write_text(folder / "a\x1b\xff", images_file());
  EXPECT_EQ(open_source(folder / "a\x1b\xff")->name(3), "a\\x1b\\xff:3");
}

TEST(IdxSource, RefusesLabelsThatDoNotFit) {
  const TemporaryFolder folder;
  write_text(folder / "images-idx3", images_file());
  write_text(folder / "labels-idx1", idx_header(8, {4}) + "abcd");
  const Thrown error = thrown_by([&] { open_source(folder / "images-idx3")->count(); });
  EXPECT_CONTAINS(error.what, "labels-idx1");
  EXPECT_CONTAINS(error.what, "4 labels for 5 images");
}

TEST(IdxSource, RefusesLabelsInPlaceOfImages) {
  const TemporaryFolder folder;
  write_text(folder / "labels", idx_header(8, {4}) + "abcd");
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "labels")->count(); }).what, "holds no images");
  write_text(folder / "odd", idx_header(8, {1, 2, 2, 2}) + std::string(8, 'x'));
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "odd")->count(); }).what, "holds no images");
}

TEST(IdxSource, HoldsColoursInAFourthDimension) {
  const TemporaryFolder folder;
  write_text(folder / "colour", idx_header(8, {2, 2, 3, 3}) + counting_bytes(36));
  const Image image = open_source(folder / "colour")->read(1, 64, nullptr);
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.pixels[0], 18);
}

}  // namespace
}  // namespace dcgan::test::idx_files
