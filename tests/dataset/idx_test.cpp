#include "dataset/idx.hpp"

#include <gtest/gtest.h>

#include "core/platform/machine.hpp"
#include "dataset/source.hpp"
#include "support/idx.hpp"
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
    EXPECT_CONTAINS(error.what, "no bytes");
    EXPECT_CONTAINS(error.hint, "0x08");
  }
  write_text(folder / "a", "hello, this is text");
  EXPECT_FALSE(looks_like_idx(folder / "a"));
  EXPECT_CONTAINS(thrown_by([&] { read_idx(folder / "a"); }).what, "is no IDX file");
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
