#include "formats/safetensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::safetensors_files {
namespace {

const fs::path kGoldens = DCGAN_TEST_GOLDENS;
std::string golden() { return read_text(kGoldens / "foreign" / "all.safetensors"); }

std::string file_of(const std::string& head, const std::string& data = "") {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(head.size() >> 8 * i & 255);
  return out + head + data;
}
std::string refusal(const std::string& bytes) {
  return thrown_by([&] { read_safetensors(bytes, "the file"); }).what;
}
std::string one(const std::string& entry) { return file_of(R"({"w":)" + entry + "}", "12345678"); }

TEST(Safetensors, AreReadAsTheirOwnPackageWritesThem) {
  const std::string bytes = golden();
  EXPECT_TRUE(looks_like_safetensors(bytes.substr(0, 16), bytes.size()));
  const SafeTensors file = read_safetensors(bytes, "the file");
  const Json expected = parse_json(read_text(kGoldens / "foreign.json"), "the golden")["all.safetensors"];
  ASSERT_EQ(file.tensors.size(), expected.size());
  for (const auto& tensor : expected) {
    const auto found = std::find_if(file.tensors.begin(), file.tensors.end(),
                                    [&](const auto& one) { return one.name == tensor["name"]; });
    ASSERT_NE(found, file.tensors.end()) << tensor["name"];
    EXPECT_EQ(found->shape, tensor["shape"].get<std::vector<int64_t>>());
    EXPECT_EQ(static_cast<int64_t>(found->data.size()), *element_count(found->shape) * bytes_of(found->type));
    if (found->type == ElementType::kF32) {
      std::vector<float> values(found->data.size() / sizeof(float));
      std::memcpy(values.data(), found->data.data(), found->data.size());
      EXPECT_EQ(values, tensor["values"].get<std::vector<float>>()) << found->name;
    }
  }
  EXPECT_EQ(file.metadata, (TextPairs{{"format", "pt"}, {"made by", "foreign.py"}}));
}

TEST(Safetensors, SayWhatTheyAreWithoutTheirTensorsBeingRead) {
  const std::string bytes = golden();
  const auto head = static_cast<size_t>(safetensors_head_bytes(bytes.substr(0, 8), bytes.size(), "'a file'"));
  ASSERT_LT(head, bytes.size());
  EXPECT_EQ(read_safetensors_metadata(bytes.substr(0, head), "'a file'"),
            (TextPairs{{"format", "pt"}, {"made by", "foreign.py"}}));
  const auto refused = [](const auto& read) { return thrown_by(read).what; };
  EXPECT_CONTAINS(refused([&] { read_safetensors_metadata(bytes.substr(0, head - 1), "'a file'"); }),
                  "'a file' is cut off within its header");
  EXPECT_CONTAINS(refused([&] { safetensors_head_bytes(bytes.substr(0, 8), head - 1, "'a file'"); }),
                  "'a file' is cut off within its header");
  EXPECT_CONTAINS(refused([&] { safetensors_head_bytes(bytes.substr(0, 7), 7, "'a file'"); }), "cut off");
}

TEST(Safetensors, ThatWereWrittenAreReadAgain) {
  const std::string bytes = golden();
  const SafeTensors file = read_safetensors(bytes, "the file");
  std::string again = safetensors_head(file.tensors, file.metadata);
  EXPECT_EQ(again.size() % 8, 0u);
  for (const auto& tensor : file.tensors) again += tensor.data;
  const SafeTensors read = read_safetensors(again, "the file");
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), file.tensors.size());
  for (size_t i = 0; i < read.tensors.size(); ++i) {
    EXPECT_EQ(read.tensors[i].name, file.tensors[i].name);
    EXPECT_EQ(read.tensors[i].type, file.tensors[i].type);
    EXPECT_EQ(read.tensors[i].shape, file.tensors[i].shape);
    EXPECT_EQ(read.tensors[i].data, file.tensors[i].data);
  }
}

TEST(Safetensors, WhoseHeadLiesAreRefused) {
  EXPECT_EQ(read_safetensors(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), "the file").tensors.size(),
            1u);
  for (const auto& [entry, reason] : std::vector<std::pair<std::string, std::string>>{
           {R"({"dtype":"F32","shape":[2],"data_offsets":[0,9]})", "lies outside of the file's 8 bytes"},
           {R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", "lies outside"},
           {R"({"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]})", "lies outside"},
           {R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,8]})", "lies outside"},
           {R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", "has 8 bytes; its shape and type need 12"},
           {R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", "impossible shape"},
           {R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", "impossible shape"},
           {R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})", "comes after a gap"},
           {R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})", "bytes after its last tensor"},
           {R"({"dtype":"F4","shape":[2],"data_offsets":[0,8]})", "elements of type 'F4'"},
           {R"({"shape":[2],"data_offsets":[0,8]})", "the key 'dtype' is missing"},
           {R"({"dtype":"F32","shape":"2","data_offsets":[0,8]})", "the key 'shape' has a value of the wrong type"},
           {"[]", "the key 'dtype' is missing"}}) {
    EXPECT_CONTAINS(refusal(one(entry)), "the file");
    EXPECT_CONTAINS(refusal(one(entry)), reason);
  }
  const std::string w = R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_CONTAINS(refusal(file_of("{" + w + R"(,"v":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", "123456")),
                  "tensor 'v' overlaps");
  EXPECT_CONTAINS(refusal(file_of(R"({"__metadata__":{"a":1}})")), "a value that is not text");
  EXPECT_CONTAINS(refusal(file_of(R"({"__metadata__":[]})")), "not a JSON object");
  EXPECT_CONTAINS(refusal(file_of("[1]")), "not a JSON object");
  EXPECT_CONTAINS(refusal(file_of("{")), "the file, its header");
  EXPECT_CONTAINS(refusal("12345678" + golden()), "not a safetensors file");
}

TEST(Safetensors, CutOffOrChangedAnywhereAreReadOrRefusedAndNothingElse) {
  const std::string whole = golden();
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_CONTAINS(refusal(whole.substr(0, length)), "the file");
  for (size_t at = 0; at < whole.size(); ++at)
    for (const int change : {1, 0x10, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      try {
        read_safetensors(changed, "the file");
      } catch (const Error&) {
      }
    }
}

}  // namespace
}  // namespace dcgan::test::safetensors_files
