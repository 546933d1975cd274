#include "formats/state_dict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/json.hpp"
#include "formats/zip.hpp"
#include "support/deflated.hpp"
#include "support/pictures.hpp"
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

TEST(StateDicts, FromBeforePyTorch16HaveTheSameNumbers) {
  const StateDict old = read_state_dict(kForeign / "before_1_6.pth"), now = read_state_dict(kForeign / "ordered.pth");
  ASSERT_EQ(old.tensors.size(), now.tensors.size());
  for (size_t i = 0; i < old.tensors.size(); ++i) {
    EXPECT_EQ(old.tensors[i].name, now.tensors[i].name);
    EXPECT_EQ(values_of(old, old.tensors[i]), values_of(now, now.tensors[i])) << old.tensors[i].name;
  }
}

TEST(StateDicts, FromBeforePyTorch16CutOffOrChangedAnywhereAreReadOrRefusedAndNothingElse) {
  const TemporaryFolder folder;
  const fs::path path = folder / "changed.pth";
  const std::string whole = read_text(kForeign / "before_1_6.pth");
  for (size_t length = 0; length < whole.size(); length += 3) {
    write_text(path, whole.substr(0, length));
    EXPECT_CONTAINS(thrown_by([&] { read_state_dict(path); }).what, "changed.pth'") << length;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    write_text(path, changed);
    try {
      const StateDict dict = read_state_dict(path);
      for (const auto& tensor : dict.tensors)
        if (tensor.unusable.empty())
          EXPECT_NO_THROW(dict.storages.at(tensor.storage)) << at;  // within its storage, whatever it says
    } catch (const Error&) {
    }
  }
}

TEST(StateDicts, AreNotWhatIsSomethingElse) {
  EXPECT_FALSE(looks_like_state_dict(kForeign / "all.safetensors"));
  EXPECT_FALSE(looks_like_state_dict(kGoldens / "stored.zip"));
  EXPECT_FALSE(looks_like_state_dict(kForeign));
  EXPECT_CONTAINS(thrown_by([] { read_state_dict(kForeign / "rows.npy"); }).what, "not a file of torch.save");
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

/// ordered.pth's records, to be changed and written again.
class Records {
 public:
  Records() {
    const ZipFile zip(kForeign / "ordered.pth");
    for (const auto& entry : zip.entries()) all_.push_back({entry.name, zip.read(entry)});
  }
  /// The record "ordered/NAME"; a new one where there is none.
  std::string& operator[](const std::string& name) {
    for (auto& one : all_)
      if (one.name == "ordered/" + name) return one.content;
    all_.push_back({"ordered/" + name, ""});
    return all_.back().content;
  }
  void pack(const std::string& name) {
    (*this)[name];
    for (auto& one : all_) one.packed = one.packed || one.name == "ordered/" + name;
  }
  void remove(const std::string& name) {
    std::erase_if(all_, [&](const auto& one) { return one.name == "ordered/" + name; });
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& one : all_) out.push_back(one.name.substr(8));
    return out;
  }

  /// A ZIP archive of them; APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
  std::string zip() const {
    std::string out, directory;
    for (const auto& one : all_) {
      const auto crc =
          ::crc32(0, reinterpret_cast<const Bytef*>(one.content.data()), static_cast<uInt>(one.content.size()));
      const std::string stored = one.packed ? deflated(one.content) : one.content;
      const std::string facts = little_endian(20, 2) + little_endian(0, 2) + little_endian(one.packed ? 8 : 0, 2) +
                                little_endian(0, 4) + little_endian(crc, 4) + little_endian(stored.size(), 4) +
                                little_endian(one.content.size(), 4) + little_endian(one.name.size(), 2) +
                                little_endian(0, 2);
      directory +=
          "PK\1\2" + little_endian(20, 2) + facts + little_endian(0, 10) + little_endian(out.size(), 4) + one.name;
      out += "PK\3\4" + facts + one.name + stored;
    }
    return out + directory + "PK\5\6" + little_endian(0, 4) + little_endian(all_.size(), 2) +
           little_endian(all_.size(), 2) + little_endian(directory.size(), 4) + little_endian(out.size(), 4) +
           little_endian(0, 2);
  }

 private:
  struct Record {
    std::string name, content;
    bool packed = false;
  };
  std::vector<Record> all_;
};

class StateDictRecords : public testing::Test {
 protected:
  fs::path written(const Records& records) const {
    write_text(folder_ / "changed.pth", records.zip());
    return folder_ / "changed.pth";
  }
  Thrown refusal(const Records& records) const {
    return thrown_by([&] { read_state_dict(written(records)); });
  }
  const TemporaryFolder folder_;
};

TEST_F(StateDictRecords, WrittenByAnotherZipProgramAreRead) {
  const auto expected = read_state_dict(kForeign / "ordered.pth").storages;
  EXPECT_EQ(read_state_dict(written(Records())).storages, expected);
  Records older;  // PyTorch before 2.1 wrote no such record, on machines that are little-endian
  older.remove("byteorder");
  EXPECT_EQ(read_state_dict(written(older)).storages, expected);
}

TEST_F(StateDictRecords, OfABigEndianMachineAreRefusedSayingWhatToDo) {
  Records records;
  ASSERT_EQ(records["byteorder"], "little");
  records["byteorder"] = "big";
  EXPECT_TRUE(looks_like_state_dict(written(records)));
  const Thrown thrown = refusal(records);
  EXPECT_CONTAINS(thrown.what, "changed.pth' holds big-endian numbers");
  EXPECT_CONTAINS(thrown.hint, "little-endian");
  records["byteorder"] = "middle";  // neither: no number may be read by a guess
  EXPECT_FALSE(refusal(records).what.empty());
}

TEST_F(StateDictRecords, ThatArePackedAreRefusedByName) {
  for (const auto& name : Records().names()) {
    Records records;
    records.pack(name);
    ASSERT_EQ(ZipFile(written(records)).entries().size(), Records().names().size());
    if (name != "data.pkl" && name != "byteorder" && !name.starts_with("data/")) {
      EXPECT_EQ(read_state_dict(written(records)).tensors.size(), 6u) << name << " is not looked at";
      continue;
    }
    EXPECT_CONTAINS(refusal(records).what, "its record " + name + " is packed");
  }
}

TEST_F(StateDictRecords, OfTorchScriptAreRefusedAsThat) {
  for (const char* name : {"constants.pkl", "code/__torch__.py"}) {
    Records records;
    records[name] = "anything";
    EXPECT_FALSE(looks_like_state_dict(written(records))) << name;
    EXPECT_CONTAINS(refusal(records).what, "changed.pth' is TorchScript, not a state dict");
  }
}

}  // namespace
}  // namespace dcgan::test::state_dicts
