#include "eval/evaluation.hpp"

#include <gtest/gtest.h>

#include <set>

#include "eval/choice.hpp"
#include "golden.hpp"
#include "image/sheet.hpp"
#include "nn/latents.hpp"

namespace dcgan::test {
namespace {

/// A generator whose images show their latents and, as with real kernels but more so, what they were made beside.
class Echo : public Generator {
 public:
  Echo() { info_.latent = 48, info_.channels = 3, info_.height = 4, info_.width = 4; }
  int64_t most = 0;  // images made at once
  std::string checksum() const override { return "none"; }

 protected:
  at::Tensor images(const at::Tensor& z, const at::Tensor&) override {
    most = std::max(most, z.size(0));
    return (z + z.mean()).view({-1, 3, 4, 4}).tanh();
  }
};

std::unique_ptr<FeatureNetwork> network_a() { return random_features(RandomFeatures::kA, {16, 16}); }

std::vector<int64_t> all_of(const Pixels& pixels) {
  std::vector<int64_t> which;
  for (int64_t i = 0; i < pixels.info().count; ++i) which.push_back(i);
  return which;
}

Evaluation evaluated(const Pixels& made, const RealSide& real, FeatureNetwork& network) {
  SetImages images(made, all_of(made), 1);
  return evaluate(images, network, real, {}, {});
}

TEST(Choice, IsOfDifferentNumbersInAKeyedOrder) {
  const Draw draw(3, Purpose::kEvaluationChoice, 0);
  const auto some = chosen(50, 200, draw);
  EXPECT_EQ(std::set<int64_t>(some.begin(), some.end()).size(), 50u);
  EXPECT_GE(*std::min_element(some.begin(), some.end()), 0);
  EXPECT_LT(*std::max_element(some.begin(), some.end()), 200);
  EXPECT_EQ(some, chosen(50, 200, draw));
  EXPECT_NE(some, chosen(50, 200, Draw(4, Purpose::kEvaluationChoice, 0)));
  EXPECT_NE(some, chosen(50, 200, draw, 1000));
  EXPECT_EQ(chosen(200, 200, draw).size(), 200u);
}

TEST(Choice, TakesEveryNumberEquallyOften) {
  std::vector<int> taken(10);
  for (uint64_t i = 0; i < 3000; ++i)
    for (const int64_t number : chosen(3, 10, Draw(0, Purpose::kEvaluationChoice, i))) ++taken[size_t(number)];
  for (const int count : taken) EXPECT_NEAR(count, 900, 130);  // about five standard deviations
}

TEST(GeneratedImages, AreKeyedByTheirNumberHoweverTheyAreAskedFor) {
  Echo echo;
  GeneratedImages images(echo, 200, 5);
  const auto all = images.read(0, 200);
  EXPECT_TRUE(at::equal(images.read(60, 70), all.slice(0, 60, 130)));
  EXPECT_TRUE(at::equal(images.read(199, 1), all.slice(0, 199, 200)));
  EXPECT_LE(echo.most, 64) << "never all of them at once";
  const auto block = to_bytes(echo(latents(5, Purpose::kEvaluationLatent, 64, 64, 48)));
  EXPECT_TRUE(at::equal(images.read(64, 64), block));
  EXPECT_FALSE(at::equal(GeneratedImages(echo, 200, 6).read(0, 200), all));
}

TEST(RealSideOf, ASetIsKeptAndFoundAgainAndEqualsOneThatWasComputed) {
  const TemporaryFolder place;
  const MemoryPixels pixels(discs(0, 40, 16));
  DataOptions data;
  data.cache = (place / "cache").string();
  const auto network = network_a();
  std::vector<std::string> remarks, done;
  const EvaluationProgress progress = [&](const std::string& what, int64_t, int64_t) { done.push_back(what); };
  const RealSide first = open_real_side(pixels, data, *network, {}, progress, remarks);
  EXPECT_FALSE(done.empty());
  done.clear();
  const RealSide again = open_real_side(pixels, data, *network, {}, progress, remarks);
  EXPECT_TRUE(done.empty()) << "computed again: " << done[0];
  EXPECT_TRUE(remarks.empty());
  const MemoryPixels made(discs(500, 30, 16));
  const Json a = evaluated(made, first, *network).json(), b = evaluated(made, again, *network).json();
  EXPECT_EQ(a, b);
  EXPECT_EQ(a, evaluated(made, make_real_side(pixels, *network, {}, {}), *network).json());
}

TEST(RealSideOf, ASetIsComputedAnewWithARemarkWhenItIsDamaged) {
  const TemporaryFolder place;
  const MemoryPixels pixels(discs(0, 20, 16));
  DataOptions data;
  data.cache = (place / "cache").string();
  const auto network = network_a();
  std::vector<std::string> remarks;
  const RealSide first = open_real_side(pixels, data, *network, {}, {}, remarks);
  fs::path kept;
  for (const auto& entry : fs::directory_iterator(place / "cache"))
    if (entry.path().extension() == ".features") kept = entry.path();
  std::string bytes = read_text(kept);
  ASSERT_GT(bytes.size(), 10000u);
  for (const size_t at : {size_t{30}, size_t{200}, bytes.size() / 2}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_text(kept, damaged);
    remarks.clear();
    const RealSide again = open_real_side(pixels, data, *network, {}, {}, remarks);
    ASSERT_EQ(remarks.size(), 1u) << "byte " << at;
    EXPECT_CONTAINS(remarks[0], "computed again");
    EXPECT_TRUE(same_bits(again.reference.features, first.reference.features));
    EXPECT_EQ(read_text(kept), bytes) << "the good one is back";
  }
}

TEST(RealSideOf, ASetIsNotTakenForThatOfOtherPicturesNetworksOrChoices) {
  const TemporaryFolder place;
  DataOptions data;
  data.cache = (place / "cache").string();
  const auto a = network_a(), b = random_features(RandomFeatures::kB, {16, 16});
  const auto kept = [&] { return std::distance(fs::directory_iterator(place / "cache"), fs::directory_iterator()); };
  std::vector<std::string> remarks;
  const auto open = [&](const MemoryPixels& pixels, FeatureNetwork& network, const RealOptions& options) {
    open_real_side(pixels, data, network, options, {}, remarks);
    return kept();
  };
  const MemoryPixels pixels(discs(0, 20, 16));
  EXPECT_EQ(open(pixels, *a, {}), 1);
  EXPECT_EQ(open(pixels, *a, {}), 1);
  EXPECT_EQ(open(pixels, *b, {}), 2);
  EXPECT_EQ(open(pixels, *a, {10}), 3);
  EXPECT_EQ(open(pixels, *a, {10, 1}), 4);
  EXPECT_EQ(open(MemoryPixels(discs(0, 20, 16), "another"), *a, {}), 5);
  EXPECT_EQ(open(MemoryPixels(discs(100, 20, 16)), *a, {}), 6) << "the same files, cut in another way";
}

TEST(RealSideOf, ALargeSetIsAKeyedChoice) {
  const MemoryPixels pixels(discs(0, 40, 16));
  const auto network = network_a();
  const RealSide some = make_real_side(pixels, *network, {10}, {});
  EXPECT_EQ(some.count(), 10);
  EXPECT_EQ(some.of, 40);
  EXPECT_FALSE(some.is_whole());
  EXPECT_NE(make_real_side(pixels, *network, {10, 1}, {}).which, some.which);
  EXPECT_TRUE(make_real_side(pixels, *network, {}, {}).is_whole());
}

TEST(RealSideOf, TwoOrThreePicturesHasNoFloorAndOfOneIsRefused) {
  const auto network = network_a();
  EXPECT_EQ(make_real_side(MemoryPixels(discs(0, 3, 16)), *network, {}, {}).floor.count, 0);
  EXPECT_CONTAINS(thrown_by([&] { make_real_side(MemoryPixels(discs(0, 1, 16)), *network, {}, {}); }).what,
                  "the data has 1 image");
}

TEST(Evaluating, RealPicturesGivesWhatTheFloorSays) {
  const auto network = network_a();
  const RealSide real = make_real_side(MemoryPixels(discs(0, 400, 16)), *network, {}, {});
  const Evaluation found = evaluated(MemoryPixels(discs(1000, 200, 16)), real, *network);
  EXPECT_EQ(found.floor_images, 200);
  const Figure& kid = *found.find("kid_random_a");
  EXPECT_LT(std::abs(kid.value), 3 * *kid.standard_error);
  EXPECT_LT(std::abs(*kid.floor), 3 * *kid.floor_error);
  EXPECT_NEAR(found.find("coverage_random_a")->value, *found.find("coverage_random_a")->floor, 0.15);
  EXPECT_NEAR(found.find("diversity_random_a")->value, 1, 0.1);
  EXPECT_NEAR(found.find("memorised_random_a")->value, *found.find("memorised_random_a")->floor, 0.04);
}

TEST(Evaluating, FindsCopiesAndShowsThemBesideTheirOriginals) {
  const auto network = network_a();
  const MemoryPixels pixels(discs(0, 100, 16));
  const RealSide real = make_real_side(pixels, *network, {}, {});
  auto pictures = discs(1000, 40, 16);
  pictures[30] = disc(77, 16);
  for (uint8_t& value : pictures[30].pixels) value = static_cast<uint8_t>(std::min(255, value + 1));
  const MemoryPixels made(pictures);
  const Evaluation found = evaluated(made, real, *network);
  ASSERT_EQ(found.pairs.size(), 16u);
  EXPECT_EQ(found.pairs[0].generated, 30);
  EXPECT_EQ(found.pairs[0].real, 77);
  EXPECT_LT(found.pairs[0].ratio, 0.5);
  EXPECT_GT(found.pairs[15].ratio, found.pairs[0].ratio);
  SetImages images(made, all_of(made), 1);
  const Image sheet = pairs_sheet(found.pairs, images, pixels);
  // The first row's first picture and the one beside it.
  const int64_t width = Sheet::caption_width("made 0.00");
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 16; ++x)
      for (int64_t c = 0; c < 3; ++c) {
        ASSERT_EQ(sheet.at(2 + x, 2 + y)[c], pictures[30].at(x, y)[c]);
        ASSERT_EQ(sheet.at(2 + width + 2 + x, 2 + y)[c], disc(77, 16).at(x, y)[c]);
      }
}

TEST(Evaluating, SaysOfEveryFigureWhatItWasComputedFrom) {
  const auto network = network_a();
  const RealSide real = make_real_side(MemoryPixels(discs(0, 140, 16)), *network, {}, {});
  const Json json = evaluated(MemoryPixels(discs(200, 130, 16)), real, *network).json();
  std::set<std::string> names;
  for (const auto& [name, figure] : json["figures"].items()) {
    names.insert(name);
    EXPECT_EQ(figure["generated"], 130);
    EXPECT_EQ(figure["real"], 140);
    EXPECT_EQ(figure["features_sha256"], network->info().sha256);
    EXPECT_EQ(figure["resize"], "antialiased bilinear to 32x32");
    EXPECT_EQ(figure["seed"], 0);
    EXPECT_TRUE(figure["real_against_real"].is_number()) << name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"kid_random_a", "fid_random_a", "precision_random_a", "recall_random_a",
                                          "density_random_a", "coverage_random_a", "kinds_random_a", "fitting_random_a",
                                          "memorised_random_a", "diversity_random_a"}));
}

TEST(Evaluating, RefusesOneImageAndFeaturesOfAnotherNetwork) {
  const auto a = network_a(), b = random_features(RandomFeatures::kB, {16, 16});
  const RealSide real = make_real_side(MemoryPixels(discs(0, 10, 16)), *a, {}, {});
  EXPECT_CONTAINS(thrown_by([&] { evaluated(MemoryPixels(discs(0, 1, 16)), real, *a); }).what, "1 generated image");
  EXPECT_CONTAINS(thrown_by([&] { evaluated(MemoryPixels(discs(0, 5, 16)), real, *b); }).what, "two networks");
}

TEST(Evaluating, LooksForCopiesAmongWhatWasTrainedOnAndComparesWithTheRest) {
  const MemoryPixels trained(discs(0, 40, 16)), held_out(discs(100, 40, 16));
  const auto network = network_a();
  const RealSide others = make_real_side(held_out, *network, {}, {}),
                 learned = make_real_side(trained, *network, {}, {});
  SetImages copies(trained, all_of(trained), 1);
  EvaluationOptions options;
  const Evaluation alone = evaluate(copies, *network, others, options, {});
  options.trained = &learned;
  const Evaluation both = evaluate(copies, *network, others, options, {});
  EXPECT_EQ(both.find("memorised_random_a")->value, 1);
  EXPECT_LT(*both.find("memorised_random_a")->floor, 0.5) << "pictures held out are no copies";
  EXPECT_LT(alone.find("memorised_random_a")->value, 0.5);
  EXPECT_EQ(both.find("kid_random_a")->value, alone.find("kid_random_a")->value);
  EXPECT_EQ(both.pairs[0].ratio, 0);
  EXPECT_EQ(both.pairs[0].generated, both.pairs[0].real) << "pairs are of the pictures trained on";
}

}  // namespace
}  // namespace dcgan::test
