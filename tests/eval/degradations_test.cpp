// Damage that anyone knows moves each figure the way it must, and more damage moves it further.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "eval/comparison.hpp"
#include "eval/features.hpp"
#include "eval/figures.hpp"
#include "eval/trained_features.hpp"
#include "golden.hpp"

namespace dcgan::test {
namespace {

constexpr int64_t kSide = 64;
constexpr uint32_t kCount = 64;    // images of a set: as many as a network sees at once
constexpr uint32_t kNew = 10'000;  // from here on: shapes that the real side does not have
constexpr uint32_t kShapes = 4;

/// Whether (x, y), from -1 to 1 across the shape, lies within a disc, a square, a cross or a ring.
bool is_inside(uint32_t kind, double x, double y) {
  const double far = std::hypot(x, y), most = std::max(std::abs(x), std::abs(y));
  if (kind == 0) return far < 1;
  if (kind == 1) return most < 0.8;
  if (kind == 2) return most < 1 && std::min(std::abs(x), std::abs(y)) < 0.3;
  return far < 1 && far > 0.6;
}

/// A shape of any colour, about in the middle, on a ground of a weak one that gets darker downwards.
Image shape(uint32_t number, uint32_t kind) {
  const Draw draw(number, Purpose::kFlip, 3);
  const auto value = [&](uint32_t what, double least, double most) {
    return least + (most - least) * draw.word(what) / 0x1p32;
  };
  const double radius = value(0, 0.25, 0.4) * kSide;
  const double left = value(1, 0.4, 0.6) * kSide, top = value(2, 0.4, 0.6) * kSide;
  std::array<double, 3> colour, ground;
  for (uint32_t c = 0; c < 3; ++c) colour[c] = value(3 + c, 0, 256), ground[c] = value(6 + c, 120, 180);
  return drawn(kSide, kSide, 3, [&](int64_t x, int64_t y, int64_t c) {
    const bool inside = is_inside(kind, (double(x) - left) / radius, (double(y) - top) / radius);
    return static_cast<int>(inside ? colour[size_t(c)] : ground[size_t(c)] - 0.5 * double(y));
  });
}

/// `kinds` of the shapes in turn.
std::vector<Image> shapes(uint32_t first, uint32_t kinds = kShapes) {
  std::vector<Image> images;
  for (uint32_t i = 0; i < kCount; ++i) images.push_back(shape(first + i, i % kinds));
  return images;
}

/// Shapes, each with its number through `change`.
template <class Change>
std::vector<Image> each(Change&& change, uint32_t first = kNew) {
  auto images = shapes(first);
  for (uint32_t i = 0; i < kCount; ++i) images[i] = change(images[i], i);
  return images;
}

int level_at(const Image& image, int64_t x, int64_t y, int64_t c) {
  return image.at(std::clamp<int64_t>(x, 0, kSide - 1), std::clamp<int64_t>(y, 0, kSide - 1))[c];
}

Image blurred_by_box(const Image& image, int radius) {
  const int area = (2 * radius + 1) * (2 * radius + 1);
  return drawn(kSide, kSide, 3, [&](int64_t x, int64_t y, int64_t c) {
    int sum = 0;
    for (int64_t dy = -radius; dy <= radius; ++dy)
      for (int64_t dx = -radius; dx <= radius; ++dx) sum += level_at(image, x + dx, y + dy, c);
    return sum / area;
  });
}

/// Up to so many levels more or less.
Image with_noise(const Image& image, int levels, uint32_t i) {
  const Image random = noise(kSide, kSide, 3, i);
  return drawn(kSide, kSide, 3, [&](int64_t x, int64_t y, int64_t c) {
    return std::clamp(image.at(x, y)[c] + random.at(x, y)[c] * (2 * levels + 1) / 256 - levels, 0, 255);
  });
}

Image with_jpeg(const Image& image, int quality) { return decoded(jpeg_of(image, false, quality)); }

std::vector<Image> blurred_new(int radius) {
  return each([&](const Image& image, uint32_t) { return blurred_by_box(image, radius); });
}
std::vector<Image> noisy_new(int levels) {
  return each([&](const Image& image, uint32_t i) { return with_noise(image, levels, i); });
}
std::vector<Image> jpegs_new(int quality) {
  return each([&](const Image& image, uint32_t) { return with_jpeg(image, quality); });
}

std::vector<Image> of_kinds(int kinds) { return shapes(kNew, static_cast<uint32_t>(kinds)); }

/// So many quarters of them are one and the same real picture.
std::vector<Image> with_copies(int quarters) {
  return each([&](const Image& image, uint32_t i) { return int(i % 4) < quarters ? shape(3, 3) : image; });
}

struct Damage {
  std::vector<Image> (*made)(int level);
  std::vector<int> levels;  // from bad to worse
};
using Damages = std::map<std::string, Damage>;

/// What a figure must see, and what it must not: by design it says nothing of that.
struct Claim {
  const char* figure;
  std::set<std::string> sees, blind_to;
};

/// How bad a value is: higher is worse.
double badness(const FigureRow& row, double value) {
  if (row.better == "near 1") return std::abs(std::log(std::max(value, 1e-9)));
  return row.better == "higher" ? -value : value;
}

using Values = std::map<std::string, double>;  // by figure

Values figures_of(const at::Tensor& generated, const Reference& real) {
  const Comparison sides(generated, real);
  Values values;
  for (const FigureRow* row : figure_rows()) values[row->name] = badness(*row, row->measure(sides).value);
  return values;
}

constexpr double kChance = 0.06;  // of a share of kCount images: a standard error

/// Each level is worse than the one before it, but for chance, and the last one is so for certain.
void expect_worse_and_worse(const std::vector<double>& bad, bool is_share, const std::string& about) {
  const double chance = is_share ? kChance : 0.03 * (bad.back() - bad.front());
  for (size_t i = 1; i < bad.size(); ++i) EXPECT_GT(bad[i], bad[i - 1] - chance) << about << at::ArrayRef<double>(bad);
  EXPECT_GT(bad.back(), bad.front() + 2 * chance) << about << at::ArrayRef<double>(bad);
}

void expect_claims(FeatureNetwork& network, const Damages& damages, const std::vector<Claim>& claims) {
  const Reference real =
      reference_of(network.columns(stacked(shapes(0))), network.info().groups, network.info().thumbnail);
  const Values sound = figures_of(network.columns(stacked(shapes(kNew))), real);
  for (const auto& [name, damage] : damages) {
    std::vector<Values> found = {sound};
    for (const int level : damage.levels)
      found.push_back(figures_of(network.columns(stacked(damage.made(level))), real));
    for (const Claim& claim : claims) {
      std::vector<double> bad;
      for (const Values& values : found) bad.push_back(values.at(claim.figure));
      const std::string about = network.info().name + ": " + claim.figure + " of " + name + ": ";
      if (claim.sees.contains(name)) expect_worse_and_worse(bad, figure_named(claim.figure).better == "higher", about);
      if (claim.blind_to.contains(name)) {
        EXPECT_LT(bad.back(), bad.front() + 2 * kChance) << about;
      }
    }
  }
}

const std::vector<Claim>& claims_for_trained() {
  static const std::vector<Claim> all = {
      {"kid", {"blur", "noise", "jpeg", "fewer kinds", "copies"}, {}},
      {"fid", {"blur", "noise", "jpeg", "fewer kinds", "copies"}, {}},
      {"precision", {"blur", "noise", "jpeg"}, {"fewer kinds", "copies"}},
      {"recall", {"fewer kinds"}, {}},
      {"density", {"blur", "noise", "jpeg"}, {}},
      {"coverage", {"blur", "noise", "jpeg", "fewer kinds", "copies"}, {}},
      {"kinds", {"fewer kinds", "copies"}, {}},
      {"fitting", {"fewer kinds", "copies"}, {}},
      {"memorised", {"copies"}, {"blur", "noise", "jpeg", "fewer kinds"}},
      {"diversity", {"copies"}, {}},
  };
  return all;
}

TEST(Degradations, EveryFigureOfTheTableIsClaimedToSeeOne) {
  std::set<std::string> claimed, known;
  for (const Claim& claim : claims_for_trained())
    if (!claim.sees.empty()) claimed.insert(claim.figure);
  for (const FigureRow* row : figure_rows()) known.insert(row->name);
  EXPECT_EQ(claimed, known);
}

TEST(Degradations, MoveEachFigureOfTrainedFeaturesTheRightWay) {
  const auto file = trained_features_file();
  if (!file) GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
  const Damages damages = {{"blur", {blurred_new, {1, 2, 4}}},
                           {"noise", {noisy_new, {1, 4, 16}}},
                           {"jpeg", {jpegs_new, {95, 80, 60}}},
                           {"fewer kinds", {of_kinds, {3, 2, 1}}},
                           {"copies", {with_copies, {2, 3, 4}}}};
  expect_claims(*trained_features(*file, 96), damages, claims_for_trained());  // a small input: a fifth of the time
}

// They are blind to more: no precision falls by blur, and JPEG looks better to them than none.
TEST(Degradations, MoveFiguresOfRandomFeaturesTheRightWayWhereTheseSeeThem) {
  const Damages damages = {{"blur", {blurred_new, {4, 6, 8}}},
                           {"noise", {noisy_new, {40, 60, 120}}},
                           {"fewer kinds", {of_kinds, {3, 2, 1}}},
                           {"copies", {with_copies, {2, 3, 4}}}};
  const std::vector<Claim> claims = {
      {"kid", {"blur", "noise", "copies"}, {}},
      {"fid", {"blur", "noise", "copies"}, {}},
      {"precision", {"noise"}, {"fewer kinds", "copies"}},
      {"recall", {"blur", "noise"}, {}},
      {"density", {"noise"}, {}},
      {"coverage", {"blur", "noise", "copies"}, {}},
      {"memorised", {"copies"}, {"blur", "noise", "fewer kinds"}},
      {"diversity", {"copies"}, {}},
  };
  expect_claims(*random_features(RandomFeatures::kA, {kSide, kSide}), damages, claims);
}

TEST(Degradations, DoNotHideACopyFromTrainedFeatures) {
  const auto file = trained_features_file();
  if (!file) GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
  const auto network = trained_features(*file, 96);
  const Reference real =
      reference_of(network->columns(stacked(shapes(0))), network->info().groups, network->info().thumbnail);
  const auto share = [&](const std::vector<Image>& images) {
    return closeness(network->columns(stacked(images)), real).memorised_share();
  };
  using Change = std::function<Image(const Image&, uint32_t)>;
  const std::map<std::string, Change> changes = {
      {"none", [](const Image& image, uint32_t) { return image; }},
      {"blur", [](const Image& image, uint32_t) { return blurred_by_box(image, 1); }},
      {"noise", [](const Image& image, uint32_t i) { return with_noise(image, 6, i); }},
      {"jpeg", [](const Image& image, uint32_t) { return with_jpeg(image, 60); }},
      {"one pixel aside",
       [](const Image& image, uint32_t) {
         return drawn(kSide, kSide, 3, [&](int64_t x, int64_t y, int64_t c) { return level_at(image, x + 1, y, c); });
       }},
      {"lighter", [](const Image& image, uint32_t) {
         return drawn(kSide, kSide, 3,
                      [&](int64_t x, int64_t y, int64_t c) { return std::min(255, image.at(x, y)[c] + 6); });
       }}};
  for (const auto& [name, change] : changes) EXPECT_GT(share(each(change, 0)), 0.95) << name;
  EXPECT_LT(share(shapes(kNew)), 0.1) << "new shapes";
}

}  // namespace
}  // namespace dcgan::test
