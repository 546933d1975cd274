#include "eval/features.hpp"

#include <gtest/gtest.h>
#include <torch/script.h>

#include "core/io/digest.hpp"
#include "eval/kid.hpp"
#include "golden.hpp"

namespace dcgan::test {
namespace {

constexpr RandomFeatures kBoth[] = {RandomFeatures::kA, RandomFeatures::kB};

constexpr bool kRunCode = true;

/// A TorchScript file with this forward(). What is agreed to is remembered in `place`.
fs::path script(const TemporaryFolder& place, const std::string& source) {
  ::setenv("XDG_STATE_HOME", (place / "state").c_str(), 1);
  torch::jit::Module module("Features");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(source);
  module.save((place / "features.pt").string());
  return place / "features.pt";
}

std::vector<Image> changed(std::vector<Image> images,
                           const std::function<int(const Image&, int64_t, int64_t, int64_t)>& value) {
  for (Image& image : images) {
    const Image before = image;
    image = drawn(before.width, before.height, before.channels,
                  [&](int64_t x, int64_t y, int64_t c) { return value(before, x, y, c); });
  }
  return images;
}

/// A box of 3 x 3 pixels, one side of it on the edge.
int blurred(const Image& image, int64_t x, int64_t y, int64_t c) {
  int sum = 0;
  for (int64_t dy = -1; dy <= 1; ++dy)
    for (int64_t dx = -1; dx <= 1; ++dx)
      sum += image.at(std::clamp<int64_t>(x + dx, 0, image.width - 1),
                      std::clamp<int64_t>(y + dy, 0, image.height - 1))[c];
  return sum / 9;
}

TEST(RandomFeaturesOf, ImagesOrderKindsOfDamageAsAnEyeWould) {
  const auto reals = stacked(discs(0, 400)), others = stacked(discs(1000, 400));
  const auto soft = stacked(changed(discs(1000, 400), blurred));
  const auto moved = stacked(changed(discs(1000, 400), [](const Image& image, int64_t x, int64_t y, int64_t c) {
    return int(image.at((x + 16 * (y / 8 % 2)) % 32, (y + 8) % 32)[c]);  // 8 rows here, 8 rows there
  }));
  const auto tinted = stacked(changed(discs(1000, 400), [](const Image& image, int64_t x, int64_t y, int64_t c) {
    return image.at(x, y)[c] * (c == 0 ? 3 : 4) / 4;
  }));
  std::vector<Image> nothing;
  for (uint64_t i = 0; i < 400; ++i) nothing.push_back(noise(32, 32, 3, i));
  for (const RandomFeatures which : kBoth) {
    const auto network = random_features(which, {32, 32});
    const auto real = (*network)(reals);
    const Measured same = kid((*network)(others), real), blur = kid((*network)(soft), real);
    const Measured torn = kid((*network)(moved), real), noisy = kid((*network)(stacked(nothing)), real);
    const Measured tint = kid((*network)(tinted), real);
    EXPECT_LT(std::abs(same.value), 3 * same.standard_error) << network->info().name;
    EXPECT_GT(blur.value, 5 * same.standard_error) << network->info().name;
    EXPECT_GT(torn.value, 5 * same.standard_error) << network->info().name;
    EXPECT_GT(tint.value, 5 * same.standard_error) << network->info().name;
    EXPECT_GT(noisy.value, 3 * std::max(blur.value, torn.value)) << network->info().name;
  }
}

TEST(RandomFeaturesOf, AnImageAreTheSameInEveryBatch) {
  const auto images = stacked(discs(0, 70));
  for (const RandomFeatures which : kBoth) {
    const auto network = random_features(which, {32, 32});
    const auto all = (*network)(images);
    EXPECT_TRUE(same_bits((*network)(images.slice(0, 66, 70)), all.slice(0, 66, 70)));
    EXPECT_TRUE(same_bits((*random_features(which, {32, 32}))(images), all)) << "another object";
  }
}

// Figures of different versions can be compared only while these never change.
TEST(RandomFeaturesOf, AnImageNeverChange) {
  const auto image = stacked({disc(7)});
  const float expected[][4] = {{0.346373f, 0.307044f, 0.19082f, 0.216583f},
                               {0.233704f, 0.177507f, 0.101418f, 0.357498f}};
  for (size_t i = 0; i < 2; ++i) {
    const auto features = (*random_features(kBoth[i], {32, 32}))(image);
    for (int64_t j = 0; j < 4; ++j)
      EXPECT_NEAR(features[0][j * 50].item<float>(), expected[i][j], 1e-4) << "network " << i << ", feature " << j * 50;
  }
}

TEST(RandomFeaturesOf, TwoNetworksDifferAndAreOfUnitOrder) {
  const auto images = stacked(discs(0, 64));
  std::vector<std::string> digests;
  for (const RandomFeatures which : kBoth) {
    const auto network = random_features(which, {32, 32});
    const auto features = (*network)(images);
    EXPECT_EQ(features.size(1), network->info().features);
    EXPECT_GE(network->info().features, 64);
    EXPECT_LE(network->info().features, 512);
    const double size = features.square().mean().sqrt().item<double>();
    EXPECT_GT(size, 0.3);
    EXPECT_LT(size, 3);
    digests.push_back(network->info().sha256);
    EXPECT_EQ(digests.back().size(), 64u);
  }
  EXPECT_NE(digests[0], digests[1]);
}

TEST(RandomFeaturesOf, ImagesOfOtherSizesAreResizedAndTheirDetailIsKeptUpTo64) {
  EXPECT_EQ(random_features(RandomFeatures::kA, {28, 28})->info().resize, "antialiased bilinear to 32x32");
  EXPECT_EQ(random_features(RandomFeatures::kA, {64, 64})->info().resize, "antialiased bilinear to 64x64");
  EXPECT_EQ(random_features(RandomFeatures::kA, {256, 128})->info().resize, "antialiased bilinear to 64x64");
  const auto network = random_features(RandomFeatures::kA, {96, 48});
  EXPECT_EQ((*network)(stacked({Image(96, 48, 3, 77)})).size(1), network->info().features);
}

TEST(Colours, GrayIsThreeEqualChannelsAndAlphaLiesOverWhite) {
  const Image gray(4, 4, 1, 100);
  EXPECT_TRUE(at::equal(as_colour(stacked({gray})), at::full({1, 3, 4, 4}, 100.0f)));
  Image clear(1, 1, 4, 10);
  clear.pixels[3] = 0;
  EXPECT_TRUE(at::equal(as_colour(stacked({clear})), at::full({1, 3, 1, 1}, 255.0f)));
  clear.pixels[3] = 51;  // a fifth
  EXPECT_LE(largest_difference(as_colour(stacked({clear})), at::full({1, 3, 1, 1}, 206.0f)), 1e-4);
  const auto rgb = as_colour(stacked({drawn(2, 1, 3, [](int64_t x, int64_t, int64_t c) { return int(10 * x + c); })}));
  EXPECT_EQ(rgb[0][2][0][1].item<float>(), 12);
}

TEST(Resizing, IsAntialiased) {
  // One column in four is white, and that is grey from afar. Without antialiasing these columns would be passed over.
  const auto lines = drawn(64, 64, 3, [](int64_t x, int64_t, int64_t) { return x % 4 == 0 ? 255 : 0; });
  const auto small = resized(as_colour(stacked({lines})), 16).slice(3, 2, 14);
  EXPECT_NEAR(small.min().item<double>(), 255.0 / 4, 1);
  EXPECT_NEAR(small.max().item<double>(), 255.0 / 4, 1);
}

TEST(FeatureFile, IsUsedWithItsFeaturesWhereForwardAsksForThem) {
  const TemporaryFolder place;
  const auto path = script(place,
                           "def forward(self, x: Tensor, return_features: bool = False) -> Tensor:\n"
                           "    y = x.mean([2, 3])\n"
                           "    return torch.cat([y, y], 1) if return_features else y\n");
  const auto network = open_features(path, {8, 8}, kRunCode);
  EXPECT_EQ(network->info().features, 6);
  EXPECT_EQ(network->info().family, "file");
  EXPECT_EQ(network->info().name, "features.pt");
  EXPECT_EQ(network->info().sha256, sha256_hex(read_text(path)));
  const auto features = (*network)(stacked({Image(8, 8, 1, 200)}));
  EXPECT_TRUE(at::allclose(features, at::full({1, 6}, 200.0f)));  // 0 to 255, as they are
}

TEST(FeatureFile, SeesBatchesOfOneSizeHoweverManyImagesThereAre) {
  const TemporaryFolder place;
  const auto path = script(place, "def forward(self, x: Tensor) -> Tensor:\n    return x.mean([2, 3]) + x.size(0)\n");
  const auto features = (*open_features(path, {8, 8}, kRunCode))(at::zeros({70, 8, 8, 3}, at::kByte));
  EXPECT_TRUE(at::equal(features, at::full({70, 3}, 16.0f)));
}

TEST(FeatureFile, OfTheInceptionConventionIsCalledSo) {
  const TemporaryFolder place;
  const auto network = open_features(script(place,
                                            "def forward(self, x: Tensor, return_features: bool = False) -> Tensor:\n"
                                            "    return x.mean([2, 3]).repeat([1, 683])[:, :2048]\n"),
                                     {8, 8}, kRunCode);
  EXPECT_EQ(network->info().family, "inception");
  const auto plain = open_features(script(place,
                                          "def forward(self, x: Tensor) -> Tensor:\n"
                                          "    return x.mean([2, 3]).repeat([1, 683])[:, :2048]\n"),
                                   {8, 8}, kRunCode);
  EXPECT_EQ(plain->info().family, "file") << "2048 numbers alone make no Inception network";
}

TEST(FeatureFile, ThatTakesOneSizeOnlyGetsImagesOf299Pixels) {
  const TemporaryFolder place;
  const auto network = open_features(script(place,
                                            "def forward(self, x: Tensor) -> Tensor:\n"
                                            "    return x.reshape([x.size(0), 3, 299 * 299]).mean(2)\n"),
                                     {8, 8}, kRunCode);
  EXPECT_EQ(network->info().resize, "antialiased bilinear to 299x299");
  EXPECT_EQ((*network)(stacked({Image(8, 8, 3, 9)})).sizes(), (std::vector<int64_t>{1, 3}));
}

TEST(FeatureFile, ThatIsNoneIsRefusedByName) {
  const TemporaryFolder place;
  write_text(place / "weights.pth", "PK\x03\x04 no TorchScript");
  const auto none = thrown_by([&] { open_features(place / "weights.pth", {8, 8}, kRunCode); });
  EXPECT_CONTAINS(none.what, "weights.pth' is not a TorchScript file");
  EXPECT_FALSE(none.hint.empty());
  EXPECT_CONTAINS(thrown_by([&] { open_features(place / "missing.pt", {8, 8}, kRunCode); }).what, "missing.pt");
  EXPECT_CONTAINS(thrown_by([&] { features_named({"random-c"}, {8, 8}); }).what, "the feature network is 'random-c'");
}

TEST(FeatureFile, OfAnotherShapeIsRefusedByNameAndShape) {
  const TemporaryFolder place;
  const std::pair<const char*, const char*> wrong[] = {
      {"def forward(self, x: Tensor) -> Tensor:\n    return x.mean([2, 3], True)\n", "gives [2, 3, 1, 1] for 2 images"},
      {"def forward(self, x: Tensor) -> Tensor:\n    return x.mean()\n", "gives [] for 2 images"},
      {"def forward(self, x: Tensor):\n    return (x, x)\n", "gives no tensor but Tuple"},
      {"def forward(self, x: Tensor) -> Tensor:\n    return x.reshape([7, -1])\n", "fails on images [N, 3, 8, 8]"}};
  for (const auto& [source, text] : wrong) {
    const auto thrown = thrown_by([&] { open_features(script(place, source), {8, 8}, kRunCode); });
    EXPECT_CONTAINS(thrown.what, "features.pt'");
    EXPECT_CONTAINS(thrown.what, text);
    EXPECT_FALSE(thrown.hint.empty());
  }
}

}  // namespace
}  // namespace dcgan::test
