// The bytes of checkpoints, without torch.
#include "formats/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "core/io/digest.hpp"
#include "support/any_bytes.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

constexpr size_t kHeadAt = 88;

class CheckpointFileTest : public ::testing::Test {
 protected:
  /// Two tensors: 2 x 3 floats by columns, and three whole numbers.
  std::string written() {
    write_checkpoint_file(path, {{"images", 64}},
                          {{"w", ElementType::kF32, {2, 3}, {1, 2}, text_of(floats)},
                           {"n", ElementType::kI64, {3}, {1}, text_of(numbers)}});
    return read_text(path);
  }
  template <class T>
  static std::string_view text_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
  }
  /// Everything that a file of these bytes says.
  std::vector<std::string> read(const std::string& bytes) {
    write_text(path, bytes);
    const CheckpointFile file(path);
    std::vector<std::string> all;
    for (const auto& tensor : file.tensors()) {
      file.type_of(tensor);
      all.emplace_back(tensor.bytes, '\0');
      file.read(tensor, all.back().data());
    }
    return all;
  }
  /// A file whose one tensor of four zeros is said to be this; the head's checksum is right.
  std::string claiming(const char* key, const Json& value) {
    Json row = {{"name", "w"},
                {"dtype", "float32"},
                {"shape", {2, 2}},
                {"strides", {2, 1}},
                {"offset", 0},
                {"bytes", 16},
                {"sha256", sha256_hex(std::string(16, '\0'))}};
    row[key] = value;
    const std::string head = compact({{"meta", Json::object()}, {"tensors", Json::array({row})}});
    const uint32_t version[] = {1, 0};
    const uint64_t length = head.size();
    std::string bytes = "DCGANCKP";
    bytes.append(reinterpret_cast<const char*>(version), 8).append(reinterpret_cast<const char*>(&length), 8);
    bytes += sha256_hex(head) + head;
    return bytes + std::string((bytes.size() + 63) / 64 * 64 - bytes.size() + 64, '\0');
  }

  const std::vector<float> floats = {1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> numbers = {7, 8, int64_t{1} << 60};
  TemporaryFolder folder;
  fs::path path = folder / "x.ckpt";
};

TEST_F(CheckpointFileTest, GivesBackBytesShapesAndStrides) {
  const auto all = read(written());
  EXPECT_EQ(all, (std::vector<std::string>{std::string(text_of(floats)), std::string(text_of(numbers))}));
  const CheckpointFile file(path);
  EXPECT_EQ(file.meta(), (Json{{"images", 64}}));
  const StoredTensor& w = file.tensor("w");
  EXPECT_EQ(w.dtype, "float32");
  EXPECT_EQ(w.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(w.strides, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(w.offset % 64, 0u);
  EXPECT_EQ(file.type_of(w), ElementType::kF32);
  EXPECT_CONTAINS(thrown_by([&] { file.tensor("absent"); }).what, "has no 'absent'");
}

TEST_F(CheckpointFileTest, OfOtherTypesIsRefusedBeforeAnythingIsWritten) {
  EXPECT_CONTAINS(thrown_by([&] {
                    write_checkpoint_file(path, {}, {{"mask", ElementType::kBool, {2}, {1}, "\1\1"}});
                  }).what,
                  "'mask'");
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(CheckpointFileTest, CutOrChangedAnywhereIsRightOrAnError) {
  const std::string bytes = written();
  const auto sound = read(bytes);
  expect_read_or_refused(bytes, [&](const std::string& damaged) { EXPECT_EQ(read(damaged), sound); });
}

TEST_F(CheckpointFileTest, ClaimsThatEveryByteOfATensorHasOnePlace) {
  EXPECT_EQ(read(claiming("strides", {2, 1})).size(), 1u);
  EXPECT_EQ(read(claiming("strides", {1, 2})).size(), 1u);
  for (const Json& strides : {Json{1, 1}, Json{2, 2}, Json{0, 1}, Json{3, 1}, Json{1, 3}, Json{-2, 1}, Json{1},
                              Json{4, 2, 1}, Json{2, 1.5}, Json("2"), Json{int64_t{1} << 62, 1}})
    EXPECT_THROW(read(claiming("strides", strides)), Error) << compact(strides);
  for (const Json& shape : {Json{2, 1}, Json{4, 4}, Json{0, 2}, Json{-2, -2}, Json{int64_t{1} << 62, 4}, Json::array()})
    EXPECT_THROW(read(claiming("shape", shape)), Error) << compact(shape);
  for (const char* key : {"offset", "bytes"})
    for (const uint64_t value : {uint64_t{65}, uint64_t{1} << 31, uint64_t{1} << 62, uint64_t{INT64_MAX}, UINT64_MAX,
                                 UINT64_MAX - 63, UINT64_MAX - 127, UINT64_MAX - 511})
      EXPECT_THROW(read(claiming(key, value)), Error) << key << " " << value;
}

}  // namespace
}  // namespace dcgan::test
