// `neighbours`, `invert` and `sample --best-of`: what they find, and what they say of it.
#include <sstream>

#include "eval/comparison.hpp"
#include "eval/features.hpp"
#include "latent/images.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test::nearness {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 64;

/// Of [-1, 1]; over the pixels for which `counts`.
template <class Counts>
double squared_distance(const Image& a, const Image& b, Counts counts) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t y = 0; y < a.height; ++y)
    for (int64_t x = 0; x < a.width; ++x)
      for (int64_t c = 0; c < a.channels && counts(x, y); ++c) {
        const double off = (a.at(x, y)[c] - b.at(x, y)[c]) / 127.5;
        sum += off * off, ++count;
      }
  return sum / static_cast<double>(count);
}
bool all_pixels(int64_t, int64_t) { return true; }

class Nearness : public testing::Test {
 protected:
  Nearness() {
    const std::string foreign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/";
    EXPECT_EQ(call({"import", foreign + "netG.pth", foreign + "netD.pth", "--out", at("m.ckpt")}), 0);
    EXPECT_EQ(call({"sample", at("m.ckpt"), "--images", "3,7:12", "--out", at("own")}), 0);
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  int call(const std::vector<std::string>& words) const { return dcgan_.call(words); }
  Image picture(const std::string& name) const { return decoded(read_text(at(name))); }
  /// Cell `place` of a row of pictures with captions.
  Image cell(const Image& strip, const std::string& widest_caption, int64_t place) const {
    Image out(kSide, kSide, strip.channels);
    const int64_t step = std::max(kSide, Sheet::caption_width(widest_caption)) + 2;
    for (int64_t y = 0; y < kSide; ++y)
      std::copy_n(strip.at(2 + place * step, 2 + y), kSide * strip.channels, out.at(0, y));
    return out;
  }
  /// The number behind `words` in what was printed.
  static double number_behind(const std::string& words, const Finished& finished) {
    const size_t at = finished.out.find(words);
    EXPECT_NE(at, std::string::npos) << finished.out << finished.err;
    return at == std::string::npos ? NAN : std::stod(finished.out.substr(at + words.size()));
  }
  Program dcgan_;
};

TEST_F(Nearness, APictureThatEqualsAnImageIsBesideItAtDistanceZeroAndCountedAsACopy) {
  make_pictures(at("photos"), 20, kSide);
  const auto words = [&](const std::string& images, const std::string& out) {
    return std::vector<std::string>{"neighbours", at("m.ckpt"), "--data",     at("photos"), "--images",
                                    images,       "--nearest",  "1",          "--threads",  "1",
                                    "--out",      at(out),      "--features", "random-a"};
  };
  const Finished before = dcgan_(words("3", "none.png"));
  ASSERT_EXIT_CODE(before, 0);
  EXPECT_CONTAINS(before.out, "20 real pictures");
  EXPECT_CONTAINS(before.out, "none is a copy");
  fs::copy(at("own/000003.png"), at("photos/picture110b.png"));
  const Finished found = dcgan_(words("3", "one.png"));
  ASSERT_EXIT_CODE(found, 0);
  EXPECT_CONTAINS(found.out, "1 image beside the nearest of 21 real pictures, by random-a: 1 copy;");

  Sheet::Layout layout;
  layout.count = layout.columns = 2;
  layout.width = layout.height = kSide;
  layout.caption_width = Sheet::caption_width("real 0.000");
  Sheet expected(layout);
  const Image image = picture("own/000003.png");
  expected.put(0, image, "0:3");
  expected.put(1, image, "real 0.000");
  EXPECT_EQ(picture("one.png"), expected.image());
  EXPECT_NE(picture("none.png"), expected.image());
}

TEST_F(Nearness, TheSheetIsAsWideAsItsLongestNameNeeds) {
  make_pictures(at("photos"), 20, kSide);
  const std::string name = "8999999999999999999:3";
  ASSERT_EXIT_CODE(dcgan_({"neighbours", at("m.ckpt"), "--data", at("photos"), "--images", name, "--nearest", "1",
                           "--threads", "1", "--out", at("long.png")}),
                   0);
  Sheet::Layout layout;
  layout.count = layout.columns = 2;
  layout.width = layout.height = kSide;
  layout.caption_width = Sheet::caption_width(name);
  EXPECT_EQ(picture("long.png").width, layout.sheet_width());
}

TEST_F(Nearness, TheSearchForAnImageOfTheModelEndsNearerThanItBeganAndSaysHowNear) {
  const Finished done = dcgan_({"invert", at("m.ckpt"), at("own/7_000012.png"), "--distance", "pixel", "--steps", "40",
                                "--out", at("i.png"), "--save-latents", at("z.npy")});
  ASSERT_EXIT_CODE(done, 0);
  const Image strip = picture("i.png"), target = picture("own/7_000012.png");
  EXPECT_EQ(cell(strip, "picture", 0), target);
  const Image start = cell(strip, "picture", 1), found = cell(strip, "picture", 2);
  const double before = squared_distance(start, target, all_pixels),
               after = squared_distance(found, target, all_pixels);
  EXPECT_LT(after, before / 2);
  EXPECT_NEAR(number_behind("distance ", done), after, 1e-4) << "bytes are rounded, what is minimised is not";
  EXPECT_EQ(number_behind("8 starts between ", done), number_behind("distance ", done)) << "the nearest is taken";
  EXPECT_GT(after, 1e-3) << "a search that stops early leaves a distance to speak of";
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--latents", at("z.npy"), "--out", at("again")}), 0);
  EXPECT_LT(squared_distance(picture("again/000000.png"), found, all_pixels), 1e-4);
}

TEST_F(Nearness, WhatIsNotHiddenOfACompletedPictureStaysAsItIsAndWhatIsComesFromTheModel) {
  const auto is_hidden = [](int64_t x, int64_t y) { return x >= 20 && x < 36 && y >= 10 && y < 40; };
  const auto is_seen = [&](int64_t x, int64_t y) { return !is_hidden(x, y); };
  const Image whole = picture("own/000003.png");
  Image target = whole;
  for (int64_t y = 0; y < kSide; ++y)
    for (int64_t x = 0; x < kSide; ++x)
      if (is_hidden(x, y)) std::fill_n(target.at(x, y), 3, uint8_t{255});  // must not matter
  write_text(at("target.png"), encode_png(target));
  write_text(
      at("mask.png"),
      encode_png(drawn(kSide, kSide, 1, [&](int64_t x, int64_t y, int64_t) { return is_hidden(x, y) ? 255 : 0; })));
  ASSERT_EXIT_CODE(dcgan_({"invert", at("m.ckpt"), at("target.png"), "--mask", at("mask.png"), "--steps", "150",
                           "--out", at("c.png")}),
                   0);
  const Image strip = picture("c.png");
  const Image hidden = cell(strip, "completed", 1), start = cell(strip, "completed", 2);
  const Image found = cell(strip, "completed", 3), completed = cell(strip, "completed", 4);
  EXPECT_EQ(cell(strip, "completed", 0), target);
  EXPECT_EQ(squared_distance(hidden, target, is_seen), 0);
  EXPECT_EQ(squared_distance(hidden, Image(kSide, kSide, 3, 128), is_hidden), 0);
  EXPECT_EQ(squared_distance(completed, target, is_seen), 0) << "a pixel that can be seen was changed";
  EXPECT_LT(squared_distance(found, whole, is_hidden), squared_distance(start, whole, is_hidden) / 2);
  EXPECT_LT(squared_distance(completed, whole, is_hidden), squared_distance(target, whole, is_hidden) / 4);
}

/// The mean distance between images of these indices over that between those, by the documentation's network.
double diversity_of(const std::vector<Image>& kept, const std::vector<Image>& first) {
  const auto network = random_features(RandomFeatures::kA, {kSide, kSide});
  const auto spread = [&](const std::vector<Image>& all) {
    auto images = at::empty({static_cast<int64_t>(all.size()), kSide, kSide, 3}, at::kByte);
    for (size_t i = 0; i < all.size(); ++i)
      std::copy(all[i].pixels.begin(), all[i].pixels.end(),
                images[static_cast<int64_t>(i)].mutable_data_ptr<uint8_t>());
    return spread_of((*network)(images));
  };
  return spread(kept) / spread(first);
}

TEST_F(Nearness, TheBestOfSeveralSayWhatDiversityTheyHaveOfTheFirstOfEach) {
  constexpr int kCount = 6, kOf = 5;
  const Finished done = dcgan_({"sample", at("m.ckpt"), "--count", std::to_string(kCount), "--best-of",
                                std::to_string(kOf), "--out", at("best")});
  ASSERT_EXIT_CODE(done, 0);
  const double said = number_behind("; the best of 5 each: diversity ", done);
  std::string firsts;
  for (int i = 0; i < kCount; ++i) firsts += (i ? "," : "") + std::to_string(i * kOf);
  ASSERT_EQ(call({"sample", at("m.ckpt"), "--images", firsts, "--out", at("first")}), 0);
  const auto all_of = [&](const std::string& folder) {
    std::vector<Image> all;
    for (const auto& entry : fs::directory_iterator(at(folder))) all.push_back(decoded(read_text(entry.path())));
    return all;
  };
  const auto kept = all_of("best"), first = all_of("first");
  ASSERT_EQ(kept.size(), static_cast<size_t>(kCount));
  const double expected = diversity_of(kept, first);
  EXPECT_NEAR(said, expected, 0.0051) << "two decimals are printed";
  EXPECT_GT(said, 0.2);
  EXPECT_LT(said, 2);
  EXPECT_NE(said, 1) << "no choice was made";
  const Finished one = dcgan_({"sample", at("m.ckpt"), "--count", "1", "--best-of", "5", "--out", at("one")});
  EXPECT_EQ(number_behind("diversity ", one), 1) << "a single image loses none";
}

}  // namespace
}  // namespace dcgan::test::nearness
