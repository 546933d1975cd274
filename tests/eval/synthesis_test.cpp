// The small classifier, and images of classes that pass it.
#include "eval/synthesis.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "eval/comparison.hpp"
#include "eval/mean_of.hpp"
#include "latent/images.hpp"
#include "support/colours.hpp"
#include "support/networks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(Classifier, LearnsWhatCanBeToldApartAndKnowsItInNewPictures) {
  const Colours taught(90), others(90, 7);
  const Classifier classifier(all_pictures(taught), 3, kShort, nothing);
  EXPECT_GT(classifier.accuracy(all_pictures(others)), 0.97);
  const auto shares = classifier.probabilities(all_pictures(others).read({0, 1, 2}));
  EXPECT_LT(largest_difference(shares.sum(1), at::ones({3})), 1e-5);
}

TEST(Classifier, IsTheSameToTheBitForTheSameSeed) {
  const Colours pictures(30);
  const auto shares = [&](uint64_t seed) {
    return Classifier(all_pictures(pictures), 3, {640, 32, 3e-3, seed}, nothing)
        .probabilities(all_pictures(pictures).read({0, 1, 2}));
  };
  EXPECT_TRUE(same_bits(shares(1), shares(1)));
  EXPECT_FALSE(at::equal(shares(1), shares(2)));
}

TEST(Classifier, RefusesASingleClassAndPicturesWithoutOne) {
  const Colours pictures(30);
  LabelledPictures red;
  red.add(pictures, {0, 3, 6});
  EXPECT_CONTAINS(thrown_by([&] { Classifier(red, 3, kShort, nothing); }).what, "two classes");
  EXPECT_CONTAINS(thrown_by([&] { Classifier(all_pictures(pictures), 2, kShort, nothing); }).what, "two classes");
}

/// Draws its class in most images; where the first number of z is above 1, another's.
class Painter : public Generator {
 public:
  Painter() {
    info_.latent = 8, info_.channels = 3, info_.height = 8, info_.width = 8, info_.classes = 3;
    info_.class_names = {"red", "green", "blue"};
  }
  std::string checksum() const override { return "none"; }

 protected:
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) override {
    const auto of = (y + z.select(1, 0).gt(1).to(at::kLong)).remainder(3);
    const auto noise = z.slice(1, 0, 1).view({-1, 1, 1, 1}) * at::arange(64).view({1, 1, 8, 8}).sin();
    return ((100 + 20 * noise + 60 * at::one_hot(of, 3).view({-1, 3, 1, 1})) / 127.5 - 1).to(at::kFloat).clamp(-1, 1);
  }
};

class Synthesis : public testing::Test {
 protected:
  struct Kept {
    Synthesised what;
    Image image;
  };
  std::vector<Kept> kept(const std::vector<int64_t>& wanted, const LatentOptions& options = {}) {
    Screening screening{&classifier_, 0.9, network_.get(), &reference_};
    std::vector<Kept> out;
    counts_ = synthesise(painter_, wanted, options, screening, [&](const Synthesised& one, const Image& image) {
      out.push_back({one, image});
    });
    return out;
  }

  Colours real_{90};
  Classifier classifier_{all_pictures(real_), 3, kShort, nothing};
  std::unique_ptr<FeatureNetwork> network_ = random_features(RandomFeatures::kA, {8, 8});
  Reference reference_ = reference_of((*network_)(all_pictures(real_).read([] {
    std::vector<int64_t> all(90);
    for (size_t i = 0; i < 90; ++i) all[i] = static_cast<int64_t>(i);
    return all;
  }())));
  Painter painter_;
  std::vector<SynthesisCount> counts_;
};

TEST_F(Synthesis, KeepsAsManyOfEachClassAsAreWantedAndNoneThatIsUnlikeIt) {
  const auto all = kept({20, 0, 5});
  ASSERT_EQ(all.size(), 25u);
  std::vector<int64_t> of(3);
  for (const auto& one : all) {
    ++of[static_cast<size_t>(one.what.label)];
    EXPECT_GE(one.what.confidence, 0.9);
    EXPECT_GE(one.what.closeness, 0.5);
    const auto z = latents(0, Purpose::kSampleLatent, one.what.index, 1, 8);
    EXPECT_LE(z[0][0].item<float>(), 1) << "it shows another class";
  }
  EXPECT_EQ(of, (std::vector<int64_t>{20, 0, 5}));
  EXPECT_EQ(counts_[0].kept, 20);
  EXPECT_EQ(counts_[0].candidates, counts_[0].kept + counts_[0].unsure);
  EXPECT_GT(counts_[0].unsure, 0);
  EXPECT_EQ(counts_[1].candidates, 0);
}

TEST_F(Synthesis, ImagesHaveTheNameByWhichTheyCanBeDrawnAgain) {
  for (const auto& one : kept({4, 0, 3})) {
    ImageNames name;
    name.add(0, one.what.index, one.what.index);
    generate(painter_, name, ImageClasses(3, {one.what.label}),
             [&](int64_t, const Image& image) { EXPECT_EQ(image, one.image) << one.what.index; });
  }
}

TEST_F(Synthesis, OfAClassDoesNotDependOnTheOthers) {
  const auto alone = kept({0, 0, 5}), with_others = kept({9, 9, 5});
  ASSERT_EQ(with_others.size(), 23u);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(alone[i].image, with_others[18 + i].image);
}

TEST_F(Synthesis, LeavesOutCopiesOfRealPictures) {
  // What the generator makes first is a real picture now.
  const auto first = kept({1, 0, 0})[0];
  auto images = at::empty({1, 8, 8, 3}, at::kByte);
  std::memcpy(images.mutable_data_ptr<uint8_t>(), first.image.pixels.data(), first.image.pixels.size());
  reference_ = reference_of(at::cat({reference_.features, (*network_)(images)}));
  const auto again = kept({1, 0, 0})[0];
  EXPECT_NE(again.what.index, first.what.index);
  EXPECT_GE(counts_[0].copies, 1);
}

TEST_F(Synthesis, GivesUpAClassThatNothingLooksLike) {
  reference_ = reference_of((*network_)(all_pictures(real_).read({0, 1, 2, 3, 4, 5, 6})));
  Screening impossible{&classifier_, 1.01, network_.get(), &reference_};
  const auto counts = synthesise(painter_, {3, 0, 0}, {}, impossible, [](const Synthesised&, const Image&) {});
  EXPECT_EQ(counts[0].kept, 0);
  EXPECT_GE(counts[0].candidates, 160);
  EXPECT_LT(counts[0].candidates, 160 + 64);
}

TEST(MeanOf, HasTheIntervalOfStudentsT) {
  const MeanOf two = mean_of({1.0, 3.0});
  EXPECT_EQ(two.value, 2);
  EXPECT_NEAR(two.half_interval, 12.7062, 1e-3);  // deviation sqrt(2), over sqrt(2)
  // Five: t = 2.77645, deviation sqrt(2.5), over sqrt(5).
  EXPECT_NEAR(mean_of({1, 2, 3, 4, 5}).half_interval, 2.77645 * std::sqrt(0.5), 1e-4);
  // Ten: t = 2.26216.
  EXPECT_NEAR(mean_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).half_interval, 2.26216 * std::sqrt(55 / 6.0 / 10), 1e-3);
}

}  // namespace
}  // namespace dcgan::test
