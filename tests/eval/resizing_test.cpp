// Images are resized as Pillow and the programs that papers use resize them.
#include "eval/resizing.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "core/json.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// As goldens/resizing.py makes them: [1, 1, height, width].
at::Tensor waves(int64_t width, int64_t height) {
  auto out = at::empty({1, 1, height, width}, at::kFloat);
  auto at = out.accessor<float, 4>();
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      at[0][0][y][x] =
          static_cast<float>((x / 3 + y / 4) % 3 == 0 ? 255 * ((x + y) % 2) : (x * 7 + y * 5 + x * y / 3) % 256);
  return out;
}

Resizing::How how_of(const std::string& name) {
  return name == "antialiased" ? Resizing::How::kAntialiased : resizing_named(name)->how;
}

TEST(Resizing, IsThatOfTheProgramWhoseNameItBears) {
  std::set<std::string> seen;
  const Json golden = parse_json(read_text(DCGAN_TEST_GOLDENS "/resizing.json"), "the golden");
  for (const Json& one : golden) {
    const auto name = one["how"].get<std::string>();
    const auto side = one["side"].get<int64_t>();
    const auto ours = Resizing{how_of(name), side}(waves(one["width"], one["height"]));
    const auto theirs = at::tensor(one["pixels"].get<std::vector<double>>(), at::kFloat).view({1, 1, side, side});
    // Pillow rounds bytes; floats it keeps.
    const double most = name == "antialiased" ? 1 : 0.02;
    EXPECT_LE((ours - theirs).abs().max().item<double>(), most) << name << " " << one["width"] << " to " << side;
    seen.insert(name);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"antialiased", "clean-fid", "torch-fidelity", "pytorch-fid"}));
}

TEST(Resizing, OfDifferentProgramsDiffersAndSaysSo) {
  std::set<std::string> texts;
  std::vector<at::Tensor> results;
  for (const auto& name : resizing_names()) {
    const auto resize = resizing_named(name);
    EXPECT_EQ(resize.has_value(), name != "auto");
    if (!resize) continue;
    EXPECT_TRUE(texts.insert(resize->text()).second) << name;
    if (resize->how != Resizing::How::kNone) results.push_back((*resize)(waves(64, 48)));
  }
  results.push_back((*resizing_named("299"))(waves(64, 48)));
  EXPECT_TRUE(texts.insert(resizing_named("299")->text()).second);
  EXPECT_TRUE(texts.insert(resizing_named("160")->text()).second);
  EXPECT_TRUE(texts.insert(same_as_torch_fidelity_text()).second);
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].sizes(), (std::vector<int64_t>{1, 1, 299, 299}));
    for (size_t j = 0; j < i; ++j) {
      if (i == 3 && j == 1) continue;  // enlarged, an antialiased bilinear image is one that is not
      EXPECT_GT((results[i] - results[j]).abs().max().item<double>(), 5) << i << " " << j;
    }
  }
}

TEST(Resizing, LeavesImagesOfThatSizeAsTheyAre) {
  const auto images = waves(299, 299);
  for (const auto& name : {"none", "torch-fidelity", "pytorch-fid", "clean-fid", "299"})
    EXPECT_TRUE(at::equal((*resizing_named(name))(images), images)) << name;
}

TEST(Resizing, OfAnotherNameIsRefusedWithThoseThatThereAre) {
  for (const auto& name :
       {"", "bicubic", "Clean-FID", "0", "15", "1025", "-64", "64x64", "64.0", "99999999999999999999"}) {
    const auto thrown = thrown_by([&] { resizing_named(name); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, "--resize is '" + std::string(name) + "'");
    for (const auto& known : resizing_names()) EXPECT_CONTAINS(thrown.hint, known);
    EXPECT_CONTAINS(thrown.hint, "16 to 1024");
  }
  EXPECT_EQ(resizing_named("16")->side, 16);
  EXPECT_EQ(resizing_named("1024")->side, 1024);
}

}  // namespace
}  // namespace dcgan::test
