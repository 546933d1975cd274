#include "eval/probe.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "eval/best_of.hpp"
#include "eval/discriminator_features.hpp"
#include "support/networks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// Three classes in ten dimensions, each around its own corner.
at::Tensor labels_in_turn(int64_t count) { return at::arange(count, at::kLong).remainder(3); }
at::Tensor clouds(int64_t count, uint64_t index, double apart) {
  return noise({count, 10}, index) + apart * at::one_hot(labels_in_turn(count), 10);
}

TEST(LinearProbe, ReadsClassesThatALineSeparates) {
  const LinearProbe probe(clouds(60, 1, 8), labels_in_turn(60), 3);
  EXPECT_EQ(probe.accuracy(clouds(300, 2, 8), labels_in_turn(300)), 1);
}

TEST(LinearProbe, IsAtChanceWhereThereIsNothingToSee) {
  const LinearProbe probe(clouds(60, 1, 0), labels_in_turn(60), 3);
  EXPECT_NEAR(probe.accuracy(clouds(3000, 2, 0), labels_in_turn(3000)), 1 / 3.0, 0.06);
}

TEST(LinearProbe, HasTheAccuracyThatLeavingOneOutSays) {
  // The closed form beside the long way: a probe of all others for each image, by the same ridge.
  const auto x = clouds(30, 1, 1.5).to(at::kDouble);
  const auto labels = labels_in_turn(30);
  const LinearProbe probe(x, labels, 3);
  const auto z = (x - x.mean(0)) / ((x - x.mean(0)).square().mean(0).sqrt() * std::sqrt(10.0));
  const auto y = 2 * at::one_hot(labels, 3).to(at::kDouble) - 1;
  int right = 0;
  for (int64_t i = 0; i < 30; ++i) {
    const auto others = at::cat({at::arange(i), at::arange(i + 1, 30)}).to(at::kLong);
    const auto a = z.index_select(0, others);
    const auto kernel = at::mm(a, a.t()) + 1;
    const auto dual = at::linalg_solve(kernel + probe.ridge() * at::eye(29, at::kDouble), y.index_select(0, others));
    const auto answer = at::mm(at::mm(z.slice(0, i, i + 1), a.t()) + 1, dual);
    right += answer.argmax(1).item<int64_t>() == labels[i].item<int64_t>();
  }
  EXPECT_NEAR(probe.cross_validated(), right / 30.0, 1e-12);
}

TEST(LinearProbe, DoesNotCareHowLargeFeaturesAre) {
  const auto x = clouds(60, 1, 1.5), test = clouds(300, 2, 1.5);
  const LinearProbe one(x, labels_in_turn(60), 3);
  const auto scale = at::linspace(0.001, 1000, 10);
  const LinearProbe other(x * scale + 5, labels_in_turn(60), 3);
  EXPECT_TRUE(at::equal(one(test), other(test * scale + 5)));
}

TEST(LinearProbe, RefusesASingleClassAndASinglePicture) {
  EXPECT_CONTAINS(thrown_by([] { LinearProbe(noise({6, 4}), at::zeros({6}, at::kLong), 3); }).what, "two classes");
  EXPECT_CONTAINS(thrown_by([] { LinearProbe(noise({3, 4}), at::tensor({0, 0, 1}, at::kLong), 3); }).what, "of each");
}

TEST(Confusion, CountsRowsByClassAndColumnsByAnswer) {
  const auto counts = confusion(at::tensor({0, 0, 1, 2}, at::kLong), at::tensor({0, 2, 1, 0}, at::kLong), 3);
  EXPECT_TRUE(at::equal(counts, at::tensor({1, 0, 1, 0, 1, 0, 1, 0, 0}, at::kLong).view({3, 3})));
}

/// A discriminator in evaluation mode, of every kind.
DiscriminatorNet net_of(const std::string& arch, const std::string& norm, bool spectral, int64_t classes) {
  auto plan = small_plan({32, 32});
  plan.options.arch = arch, plan.options.norm_d = norm, plan.options.spectral_norm = spectral;
  plan.classes = classes;
  DiscriminatorNet net(plan);
  initialise(*net, 1, NetworkRole::kDiscriminator);
  net->eval();
  return net;
}

at::Tensor some_images(int64_t count) { return (noise({count, 32, 32, 3}, 5) * 40 + 128).clamp(0, 255).to(at::kByte); }

TEST(DiscriminatorFeatures, AreTheLayersMapsPooledToFourByFour) {
  auto net = net_of("dcgan", "batch", false, 0);
  const auto images = some_images(3);
  const auto features = discriminator_features(net, images);
  EXPECT_EQ(features.sizes().vec(), (std::vector<int64_t>{3, 16 * (4 + 8 + 16)}));
  const at::NoGradGuard no_grad;
  const auto maps = net->feature_maps(images.permute({0, 3, 1, 2}).to(at::kFloat).div(127.5).sub(1));
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_EQ(maps[0].sizes().vec(), (std::vector<int64_t>{3, 4, 16, 16}));
  // The first number: the largest of the first 4 x 4 of the first map.
  EXPECT_NEAR(features[1][0].item<double>(), maps[0][1][0].slice(0, 0, 4).slice(1, 0, 4).max().item<double>(), 1e-6);
}

TEST(DiscriminatorFeatures, OfAnImageDoNotDependOnTheOthersAndEveryKindHasSome) {
  for (const std::string& arch : architecture_names())
    for (const bool spectral : {false, true})
      for (const int64_t classes : {0, 3}) {
        auto net = net_of(arch, architecture_named(arch).can_norm_d ? "batch" : "none", spectral, classes);
        const auto images = some_images(70);
        const auto all = discriminator_features(net, images);
        EXPECT_TRUE(same_bits(discriminator_features(net, images.slice(0, 64, 70)), all.slice(0, 64, 70))) << arch;
        EXPECT_GT(all.std().item<double>(), 1e-4) << arch;
        const auto y = classes > 0 ? at::arange(70, at::kLong).remainder(3) : at::Tensor();
        EXPECT_EQ(discriminator_logits(net, images, y).sizes().vec(), (std::vector<int64_t>{70}));
      }
}

TEST(DiscriminatorFeatures, TakingThemDoesNotChangeTheLogits) {
  auto net = net_of("dcgan", "batch", false, 0);
  const auto images = some_images(5);
  const auto before = discriminator_logits(net, images, {});
  discriminator_features(net, images);
  EXPECT_TRUE(same_bits(discriminator_logits(net, images, {}), before));
}

TEST(BestOfSeveral, IsTheOneOfItsClassThatTheDiscriminatorTakesMostForReal) {
  for (const int64_t classes : {0, 3}) {
    auto net = net_of("dcgan", "batch", false, classes);
    auto plan = small_plan({32, 32});
    plan.classes = classes;
    for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
    const auto generator = make_generator(used_generator(plan), generator_info(plan, 1, true, ""));
    constexpr int64_t kCount = 7, kOf = 5;
    const BestOf best = best_of(*generator, net, 3, kCount, kOf, ImageClasses(classes), INFINITY);
    ASSERT_EQ(best.kept.size(), kCount);
    EXPECT_GT(best.diversity, 0);
    const int64_t in_turn = std::max<int64_t>(1, classes);
    ImageNames all;
    all.add(3, 0, (kCount / in_turn + 1) * kOf * in_turn);
    std::vector<double> logits;
    generate(*generator, all, ImageClasses(classes), [&](int64_t i, const Image& image) {
      auto one = at::empty({1, 32, 32, 3}, at::kByte);
      std::memcpy(one.mutable_data_ptr<uint8_t>(), image.pixels.data(), image.pixels.size());
      const auto y = classes > 0 ? at::full({1}, i % classes, at::kLong) : at::Tensor();
      logits.push_back(discriminator_logits(net, one, y).item<double>());
    });
    for (int64_t i = 0; i < kCount; ++i) {
      int64_t expected = -1;
      for (int64_t k = 0; k < kOf; ++k) {
        const int64_t index = ((i / in_turn) * kOf + k) * in_turn + i % in_turn;
        if (expected < 0 || logits[size_t(index)] > logits[size_t(expected)]) expected = index;
      }
      EXPECT_EQ(best.kept[i].index, expected) << i << ", " << classes << " classes";
    }
  }
}

}  // namespace
}  // namespace dcgan::test
