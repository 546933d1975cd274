#include "exchange/formats/state_dict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/json.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::state_dicts {
namespace {

const fs::path kGoldens = DCGAN_TEST_GOLDENS;
const fs::path kForeign = kGoldens / "foreign";

double half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double value = exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
  return bits >> 15 ? -value : value;
}

template <class T>
T value_at(const std::string& storage, int64_t i) {
  T value;
  std::memcpy(&value, storage.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

double element(const StateDict& dict, const PickledTensor& tensor, int64_t i) {
  const std::string& storage = dict.storages.at(tensor.storage);
  switch (tensor.type) {
    case ElementType::kF32:
      return value_at<float>(storage, i);
    case ElementType::kF16:
      return half(value_at<uint16_t>(storage, i));
    case ElementType::kBF16: {
      const uint32_t bits = static_cast<uint32_t>(value_at<uint16_t>(storage, i)) << 16;
      float value;
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
    case ElementType::kI64:
      return static_cast<double>(value_at<int64_t>(storage, i));
    default:
      ADD_FAILURE() << "a type that no golden has";
      return 0;
  }
}

/// Row-major, through the strides.
std::vector<double> values_of(const StateDict& dict, const PickledTensor& tensor) {
  std::vector<double> out;
  const int64_t count = *element_count(tensor.shape);
  for (int64_t n = 0; n < count; ++n) {
    int64_t rest = n, at = tensor.offset;
    for (size_t side = tensor.shape.size(); side-- > 0; rest /= tensor.shape[side])
      at += rest % tensor.shape[side] * tensor.strides[side];
    out.push_back(element(dict, tensor, at));
  }
  return out;
}

TEST(StateDicts, HaveTheNumbersThatTorchSaveWrote) {
  const Json expected = parse_json(read_text(kGoldens / "foreign.json"), "the golden");
  int files = 0;
  for (const auto& [file, tensors] : expected.items()) {
    if (!file.ends_with(".pth")) continue;
    ++files;
    EXPECT_TRUE(looks_like_state_dict(kForeign / file)) << file;
    const StateDict dict = read_state_dict(kForeign / file);
    ASSERT_EQ(dict.tensors.size(), tensors.size()) << file;
    for (size_t i = 0; i < tensors.size(); ++i)
      EXPECT_EQ(values_of(dict, dict.tensors[i]), tensors[i]["values"].get<std::vector<double>>())
          << file << ' ' << dict.tensors[i].name;
  }
  EXPECT_EQ(files, 5);
}

TEST(StateDicts, FromBeforePyTorch16AreRefusedWithWhatToDo) {
  EXPECT_TRUE(looks_like_state_dict(kForeign / "before_1_6.pth"));
  const Thrown thrown = thrown_by([] { read_state_dict(kForeign / "before_1_6.pth"); });
  EXPECT_CONTAINS(thrown.what, "before 1.6");
  EXPECT_CONTAINS(thrown.hint, "torch.save(torch.load(FILE");
}

TEST(StateDicts, AreNotWhatIsSomethingElse) {
  EXPECT_FALSE(looks_like_state_dict(kForeign / "all.safetensors"));
  EXPECT_FALSE(looks_like_state_dict(kGoldens / "stored.zip"));
  EXPECT_FALSE(looks_like_state_dict(kForeign));
  EXPECT_CONTAINS(thrown_by([] { read_state_dict(kForeign / "rows.npy"); }).what, "no file of torch.save");
  EXPECT_CONTAINS(thrown_by([] { read_state_dict(kGoldens / "stored.zip"); }).what, "it has no data.pkl");
}

TEST(StateDicts, CutOffOrChangedAnywhereAreReadOrRefusedAndNothingElse) {
  const TemporaryFolder folder;
  const fs::path path = folder / "changed.pth";
  const std::string whole = read_text(kForeign / "ordered.pth");
  const auto expected = read_state_dict(kForeign / "ordered.pth").storages;
  for (size_t length = 0; length < whole.size(); length += 7) {
    write_text(path, whole.substr(0, length));
    EXPECT_CONTAINS(thrown_by([&] { read_state_dict(path); }).what, "changed.pth'");
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    write_text(path, changed);
    try {
      for (const auto& [key, numbers] : read_state_dict(path).storages)
        EXPECT_TRUE(!expected.contains(key) || numbers == expected.at(key)) << "a damaged number was read: byte " << at;
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace dcgan::test::state_dicts
