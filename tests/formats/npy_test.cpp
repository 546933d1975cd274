#include "formats/npy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "core/platform/io/file.hpp"
#include "dataset/npy_shape.hpp"
#include "dataset/source.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::npy_files {
namespace {

std::string golden(const std::string& name) { return read_text(fs::path(DCGAN_TEST_GOLDENS) / "foreign" / name); }
Thrown refusal(const std::string& bytes) {
  return thrown_by([&] { read_npy(bytes, "the file"); });
}
/// Version 1.0 with this head.
std::string file_of(const std::string& head, const std::string& data = "") {
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(head.size() & 255) + static_cast<char>(head.size() >> 8) +
         head + data;
}

/// What `open_source` makes of an array of these sides.
std::unique_ptr<Source> opened(const TemporaryFolder& folder, ElementType type, const std::vector<int64_t>& shape,
                               const std::string& data) {
  write_text(folder / "a.npy", npy_head(type, shape) + data);
  return open_source(folder / "a.npy");
}

TEST(Npy, OfBytesIsADataSet) {
  const TemporaryFolder folder;
  const std::string values = "abcdefghijklmnopqrstuvwx";
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 2, 2, 3}, {2, 3, 4}, {6, 2, 2, 1}, {1, 3, 2, 4}}) {
    const auto source = opened(folder, ElementType::kU8, shape, values);
    ASSERT_EQ(source->count(), shape[0]);
    EXPECT_EQ(source->name(0), "a.npy:0");
    EXPECT_EQ(source->label(0), -1);
    std::string all;
    for (int64_t i = 0; i < source->count(); ++i) {
      const Image image = source->read(i, 64, nullptr, {});
      EXPECT_EQ((std::vector<int64_t>{image.height, image.width}), (std::vector<int64_t>{shape[1], shape[2]}));
      EXPECT_EQ(image.channels, shape.size() == 4 ? shape[3] : 1);
      all.append(image.pixels.begin(), image.pixels.end());
    }
    EXPECT_EQ(all, values);
  }
}

TEST(Npy, OfOtherThanPicturesIsRefusedWithWhatToSave) {
  const TemporaryFolder folder;
  const auto refused = [&](ElementType type, const std::vector<int64_t>& shape, size_t bytes) {
    return thrown_by([&] { opened(folder, type, shape, std::string(bytes, 'x'))->count(); });
  };
  const Thrown reals = refused(ElementType::kF32, {1, 2, 2, 3}, 48), rows = refused(ElementType::kU8, {2, 3}, 6);
  EXPECT_CONTAINS(reals.what, "not bytes");
  EXPECT_CONTAINS(reals.hint, "astype(\"uint8\")");
  EXPECT_CONTAINS(rows.what, "its shape is [2, 3]");
  EXPECT_CONTAINS(refused(ElementType::kU8, {1, 2, 2, 5}, 20).what, "its shape is [1, 2, 2, 5]");
  EXPECT_CONTAINS(refused(ElementType::kU8, {1, 3, 8, 8}, 192).hint, "transpose(0, 2, 3, 1)");
  EXPECT_CONTAINS(refused(ElementType::kU8, {2, 2, 2, 3}, 23).what, "cut off");
}

TEST(Npy, OfOnePictureIsNotTakenForItsRows) {
  const TemporaryFolder folder;
  for (const int64_t channels : {1, 2, 3, 4})
    for (const auto& [height, width] : {std::pair<int64_t, int64_t>(64, 48), {8, 8}, {5, 300}}) {
      const std::vector<int64_t> shape = {height, width, channels};
      const std::string data(static_cast<size_t>(height * width * channels), 'x');
      const Thrown thrown = thrown_by([&] { opened(folder, ElementType::kU8, shape, data)->count(); });
      EXPECT_CONTAINS(thrown.what, "its shape is " + shape_text(shape) + ": taken for one picture, [height, width");
      EXPECT_CONTAINS(thrown.hint, "numpy.ascontiguousarray(a[None]");
    }
  EXPECT_EQ(opened(folder, ElementType::kU8, {9, 4, 4}, std::string(144, 'x'))->count(), 9);
  const auto planes = opened(folder, ElementType::kU8, {3, 8, 8}, std::string(192, 'x'));
  EXPECT_EQ(planes->count(), 3);
  ASSERT_EQ(planes->remarks().size(), 1u);
  EXPECT_CONTAINS(planes->remarks()[0], "read as 3 gray pictures; if they are the channels of one picture: python3");
}

TEST(Npy, OfEveryShapeSaysWhatItIsTakenFor) {
  using Sides = std::vector<int64_t>;
  const std::vector<std::pair<Sides, std::string>> shapes = {
      {{6, 8, 9}, ""},
      {{6, 8, 9, 3}, ""},
      {{6, 3, 8, 9}, ".transpose(0, 2, 3, 1)"},
      {{32, 32, 3, 100}, ".transpose(3, 0, 1, 2)"},
      {{32, 32, 3, 4}, ".transpose(3, 0, 1, 2)"},
      {{6, 8, 9, 2}, "[..., [0, 0, 0, 1]]"},
      {{6, 2, 8, 9}, ".transpose(0, 2, 3, 1)[..., [0, 0, 0, 1]]"},
      {{2, 3, 8, 9, 3}, ".reshape(-1, 8, 9, 3)"},
      {{2, 5, 3, 8, 9}, ".reshape(-1, 3, 8, 9).transpose(0, 2, 3, 1)"},
      {{8, 9, 3}, "[None]"},
      {{64, 64}, "[None]"},
      {{480, 642}, "[None]"},
      {{100, 784}, ".reshape(-1, 28, 28)"},
      {{100, 785}, "[:, 1:].reshape(-1, 28, 28)"},
      {{100, 3072}, ".reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)"}};
  for (const auto& [shape, code] : shapes) {
    EXPECT_EQ(shape_of(shape).code, code) << shape_text(shape);
    EXPECT_EQ(shape_of(shape).kind, code.empty() ? NpyShape::kPictures : NpyShape::kOther) << shape_text(shape);
  }
  for (const Sides& shape : {Sides{}, {7}, {0, 8, 8}, {6, 0, 8, 3}, {6, 8, 9, 5}, {2, 3}, {1, 2, 8, 9, 5}})
    EXPECT_EQ(shape_of(shape).kind, NpyShape::kUnknown) << shape_text(shape);
}

TEST(Npy, OfMarksOrOfNumbersThatAreNotFiniteSaysSo) {
  const TemporaryFolder folder;
  const auto marks = opened(folder, ElementType::kU8, {2, 8, 8}, std::string(127, '\0') + "\1");
  ASSERT_EQ(marks->remarks().size(), 1u);
  EXPECT_CONTAINS(marks->remarks()[0], "all of its bytes are 0 or 1");
  std::vector<float> values(128, 0.5F);
  values[3] = NAN, values[4] = INFINITY;
  const auto text = [&] { return std::string(reinterpret_cast<const char*>(values.data()), 512); };
  const auto refused = [&] {
    return thrown_by([&] { opened(folder, ElementType::kF32, {2, 8, 8}, text())->count(); });
  };
  EXPECT_CONTAINS(refused().what, "(0 to 1 become 0 to 255); 2 numbers are not finite");
  EXPECT_CONTAINS(refused().hint, "nan_to_num");
  std::fill(values.begin(), values.end(), NAN);
  EXPECT_CONTAINS(refused().what, "none is finite");
}

TEST(Npy, IsReadAsNumPyWritesIt) {
  const std::string rows = golden("rows.npy");
  EXPECT_TRUE(looks_like_npy(rows));
  const NpyArray array = read_npy(rows, "the file");
  EXPECT_EQ(array.type, ElementType::kF32);
  EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> values(6);
  std::memcpy(values.data(), array.data.data(), array.data.size());
  EXPECT_EQ(values, (std::vector<float>{0, 0.125, 0.25, 0.375, 0.5, 0.625}));
  const std::string images = golden("bytes.npy"), second = golden("version2.npy");
  EXPECT_EQ(read_npy(images, "the file").shape, (std::vector<int64_t>{2, 2, 2, 3}));
  EXPECT_EQ(read_npy(images, "the file").type, ElementType::kU8);
  EXPECT_EQ(read_npy(second, "the file").type, ElementType::kI64);
  EXPECT_EQ(read_npy(second, "the file").shape, (std::vector<int64_t>{3}));
}

TEST(Npy, IsWrittenAsNumPyWritesIt) {
  for (const char* name : {"rows.npy", "bytes.npy"}) {
    const std::string bytes = golden(name);
    const NpyArray array = read_npy(bytes, name);
    EXPECT_EQ(npy_head(array.type, array.shape) + std::string(array.data), bytes) << name;
  }
}

TEST(Npy, OfEveryTypeAndNumberOfSidesIsReadAgain) {
  for (const ElementType type : kElementTypes)
    for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{}, {3}, {0, 7}, {1, 2, 3, 4}}) {
      if (type == ElementType::kBF16) {
        EXPECT_CONTAINS(thrown_by([&] { npy_head(type, shape); }).what, "no bf16");
        continue;
      }
      const std::string head = npy_head(type, shape);
      EXPECT_EQ(head.size() % 64, 0u);
      const std::string bytes = head + std::string(static_cast<size_t>(*element_count(shape) * bytes_of(type)), 'x');
      EXPECT_EQ(read_npy(bytes, "the file").type, type);
      EXPECT_EQ(read_npy(bytes, "the file").shape, shape);
    }
}

TEST(Npy, ThatIsNotReadIsRefusedWithWhatToDo) {
  for (const auto& [name, reason, hint] : std::vector<std::array<std::string, 3>>{
           {"objects.npy", "holds Python objects, which are never run", "plain numbers"},
           {"records.npy", "records of several values", "plain numbers"},
           {"big_endian.npy", "big-endian", "array.astype('<f4')"},
           {"columns_first.npy", "columns first", "ascontiguousarray"}}) {
    EXPECT_CONTAINS(refusal(golden(name)).what, reason);
    EXPECT_CONTAINS(refusal(golden(name)).hint, hint);
  }
}

TEST(Npy, WhoseHeadLiesIsRefused) {
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(read_npy(file_of(good, "ab"), "the file").data, "ab");
  EXPECT_CONTAINS(refusal(file_of(good, "a")).what, "cut off: 1 of 2 bytes");
  EXPECT_CONTAINS(refusal(file_of(good, "abc")).what, "longer than its shape says");
  for (const std::string& head :
       {std::string("{}"), std::string("{'descr': '|u1', 'fortran_order': False, }"),
        std::string("{'descr': '|u1', 'descr': '|u1', }"), std::string("{'descr'}"),
        std::string("{'descr': '|u1', 'fortran_order': Maybe, 'shape': (2,), }"),
        std::string("{'descr': '|u1', 'fortran_order': False, 'shape': (2 3), }"),
        std::string("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999999999,), }"),
        std::string("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'more': 1}"),
        std::string("{'descr': '|u1"), std::string(""), std::string("{'shape': (")})
    EXPECT_CONTAINS(refusal(file_of(head, "ab")).what, "its header is damaged near byte ");
  EXPECT_CONTAINS(refusal(file_of("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }", "ab")).what,
                  "impossible shape");
  EXPECT_CONTAINS(
      refusal(file_of("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }")).what,
      "impossible shape");
  EXPECT_CONTAINS(refusal(file_of("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }")).what,
                  "'<c8', which is not read");
}

TEST(Npy, CutOffOrChangedAnywhereIsReadOrRefusedAndNothingElse) {
  const std::string whole = golden("rows.npy");
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_CONTAINS(refusal(whole.substr(0, length)).what, "the file");
  for (size_t at = 0; at < whole.size(); ++at)
    for (const int change : {1, 0x10, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      try {
        read_npy(changed, "the file");
      } catch (const Error&) {
      }
    }
}

}  // namespace
}  // namespace dcgan::test::npy_files
