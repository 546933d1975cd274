#include "exchange/weights_file.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::weights_files {
namespace {

const fs::path kGoldens = DCGAN_TEST_GOLDENS;
const fs::path kForeign = kGoldens / "foreign";

void expect_same(const NamedTensors& found, const NamedTensors& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].first, expected[i].first);
    EXPECT_EQ(found[i].second.scalar_type(), expected[i].second.scalar_type()) << found[i].first;
    EXPECT_TRUE(found[i].second.is_contiguous()) << found[i].first;
    EXPECT_TRUE(at::equal(found[i].second, expected[i].second)) << found[i].first;
  }
}

/// A tensor of each type that both formats know, and of every awkward shape.
NamedTensors some_of_everything() {
  NamedTensors all;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                                    at::kChar, at::kByte, at::kBool})
    all.emplace_back(std::string("a ") + at::toString(type), at::arange(6).reshape({2, 3}).to(type));
  all.emplace_back("scalar", at::tensor(2.5));
  all.emplace_back("empty", at::zeros({0, 3}));
  all.emplace_back("channels last",
                   at::arange(24).to(at::kFloat).reshape({1, 2, 3, 4}).contiguous(at::MemoryFormat::ChannelsLast));
  all.emplace_back("a part", at::arange(12).to(at::kFloat).reshape({4, 3})[1]);
  all.emplace_back("gr\xc3\xbc\xc3\x9f \"quoted\"\n", at::ones({2}));
  return all;
}

TEST(WeightsFiles, OfEveryKindHaveTheirWritersNumbers) {
  const Json expected = parse_json(read_text(kGoldens / "foreign.json"), "the golden");
  for (const auto& [file, tensors] : expected.items()) {
    EXPECT_TRUE(looks_like_weights(kForeign / file)) << file;
    const WeightsFile weights = read_weights(kForeign / file);
    ASSERT_EQ(weights.tensors.size(), tensors.size()) << file;
    for (const auto& golden : tensors) {
      const auto found = std::find_if(weights.tensors.begin(), weights.tensors.end(),
                                      [&](const auto& one) { return one.first == golden["name"]; });
      ASSERT_NE(found, weights.tensors.end()) << file << ' ' << golden["name"];
      const auto values = found->second.to(at::kDouble).contiguous();
      EXPECT_EQ(std::vector<double>(values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()),
                golden["values"].get<std::vector<double>>())
          << file << ' ' << golden["name"];
    }
  }
}

TEST(WeightsFiles, ThatWereWrittenAreReadAgainBitForBit) {
  const TemporaryFolder folder;
  const NamedTensors all = some_of_everything();
  write_state_dict(folder / "state.pth", all);
  expect_same(read_weights(folder / "state.pth").tensors, all);
  write_safetensors(folder / "weights.safetensors", all, {{"made", "here"}});
  expect_same(read_weights(folder / "weights.safetensors").tensors, all);
  EXPECT_EQ(read_weights(folder / "weights.safetensors").metadata, (TextPairs{{"made", "here"}}));
}

TEST(WeightsFiles, AreTheSameBytesTwice) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    write_state_dict(folder / (std::string(name) + ".pth"), some_of_everything());
    write_safetensors(folder / (std::string(name) + ".safetensors"), some_of_everything(), {});
  }
  EXPECT_TRUE(read_text(folder / "a.pth") == read_text(folder / "b.pth"));
  EXPECT_TRUE(read_text(folder / "a.safetensors") == read_text(folder / "b.safetensors"));
}

TEST(WeightsFiles, OfATypeThatOthersDoNotReadAreNotBegun) {
  const TemporaryFolder folder;
  const NamedTensors complex = {{"w", at::ones({2}, at::kComplexFloat)}};
  EXPECT_CONTAINS(thrown_by([&] { write_state_dict(folder / "w.pth", complex); }).what, "tensor 'w' is of a type");
  EXPECT_CONTAINS(thrown_by([&] { write_safetensors(folder / "w.safetensors", complex, {}); }).what,
                  "tensor 'w' is of a type");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(WeightsFiles, OfSafetensorsAreLoadedByTheirOwnPackage) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no python3 with what third_party/readers.txt names was found when the build was configured";
  const TemporaryFolder folder;
  const WeightsFile file = read_weights(kForeign / "all.safetensors");
  write_safetensors(folder / "again.safetensors", file.tensors, file.metadata);
  const auto said =
      output_of("'" DCGAN_TEST_READERS_PYTHON "' '" DCGAN_TEST_SOURCE "/load_safetensors.py' '" +
                (folder / "again.safetensors").native() + "' '" + (kForeign / "all.safetensors").native() + "'");
  EXPECT_EQ(said.second, 0) << said.first;
  EXPECT_TRUE(said.first.ends_with("ok\n")) << said.first;
}

TEST(WeightsFiles, AreLoadedByPythonStrictlyAsWeightsOnly) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  const TemporaryFolder folder;
  write_state_dict(folder / "again.pth", read_weights(kForeign / "ordered.pth").tensors);
  const auto said = output_of("'" DCGAN_TEST_PYTHON "' '" DCGAN_TEST_SOURCE "/load_weights.py' '" +
                              (folder / "again.pth").native() + "' '" + (kForeign / "ordered.pth").native() + "'");
  EXPECT_EQ(said.second, 0) << said.first;
  EXPECT_TRUE(said.first.ends_with("ok\n")) << said.first;
}

TEST(WeightsFiles, CalledSafetensorsIsReadAsThatHoweverDamaged) {
  const TemporaryFolder folder;
  const std::string whole = read_text(kForeign / "all.safetensors");
  for (const size_t length : {size_t{0}, size_t{5}, size_t{8}, size_t{60}}) {
    const fs::path path = folder / "cut.safetensors";
    write_text(path, whole.substr(0, length));
    EXPECT_TRUE(looks_like_weights(path)) << length;
    EXPECT_CONTAINS(thrown_by([&] { read_weights(path); }).what, "cut off");
  }
  write_text(folder / "cut.bin", whole.substr(0, 60));
  EXPECT_FALSE(looks_like_weights(folder / "cut.bin"));
}

}  // namespace
}  // namespace dcgan::test::weights_files
