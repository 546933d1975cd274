// Every class equally often: the order itself, and the loader that follows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "dataset/loader.hpp"
#include "dataset/order.hpp"

namespace dcgan::test::balanced {
namespace {

/// Uneven classes 0, 1 and 3 of 1, 50 and 7 pictures, mixed; class 2 has none, and every tenth picture has no class.
std::vector<int32_t> uneven() {
  std::vector<int32_t> labels;
  int left[] = {1, 50, 0, 7};
  for (int i = 0; left[0] + left[1] + left[3] > 0; ++i) {
    const int label = i % 4;
    if (i % 10 == 9) labels.push_back(-1);
    if (left[label] > 0) --left[label], labels.push_back(label);
  }
  return labels;
}

std::vector<int64_t> first(int64_t count, const BalancedOrder& order, uint64_t seed = 4) {
  std::vector<int64_t> all;
  for (int64_t image = 0; image < count; ++image) all.push_back(order(image, seed));
  return all;
}

TEST(BalancedOrder, ShowsAnyTwoClassesEquallyOftenToWithinOneAtEveryMoment) {
  const auto labels = uneven();
  std::map<int32_t, int> seen = {{0, 0}, {1, 0}, {3, 0}};
  for (const int64_t picture : first(1000, BalancedOrder(labels))) {
    ++seen[labels[static_cast<size_t>(picture)]];
    ASSERT_EQ(seen.size(), 3u);  // neither of no class, nor of the class without pictures
    const auto [fewest, most] =
        std::minmax_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    ASSERT_LE(most->second - fewest->second, 1);
  }
}

TEST(BalancedOrder, ShowsEveryPictureOfAClassOnceBeforeAnyAgainInAnotherOrder) {
  const auto labels = uneven();
  std::map<int32_t, std::vector<int64_t>> shown;
  for (const int64_t picture : first(600, BalancedOrder(labels)))
    shown[labels[static_cast<size_t>(picture)]].push_back(picture);
  for (const auto& [label, pictures] : shown) {
    const auto size = static_cast<size_t>(std::count(labels.begin(), labels.end(), label));
    std::set<std::vector<int64_t>> orders;
    for (size_t start = 0; start + size <= pictures.size(); start += size) {
      const std::vector<int64_t> epoch(pictures.begin() + static_cast<int64_t>(start),
                                       pictures.begin() + static_cast<int64_t>(start + size));
      EXPECT_EQ(std::set<int64_t>(epoch.begin(), epoch.end()).size(), size) << "class " << label;
      orders.insert(epoch);
    }
    EXPECT_EQ(orders.size(), size == 1 ? 1 : 200 / size) << "class " << label;
  }
}

TEST(BalancedOrder, GivesTheSamePictureAtAPlaceWhateverWasAskedBefore) {
  const BalancedOrder order(uneven());
  const auto forward = first(300, order);
  for (int64_t image = 299; image >= 0; --image) EXPECT_EQ(order(image, 4), forward[static_cast<size_t>(image)]);
  EXPECT_NO_THROW(order(int64_t{1} << 40, 4));
}

TEST(BalancedOrder, DiffersBetweenSeedsAndRounds) {
  const auto labels = uneven();
  const BalancedOrder order(labels);
  EXPECT_NE(first(100, order, 4), first(100, order, 5));
  std::set<std::vector<int32_t>> rounds;
  const auto pictures = first(300, order);
  for (size_t i = 0; i < 300; i += 3)
    rounds.insert({labels[static_cast<size_t>(pictures[i])], labels[static_cast<size_t>(pictures[i + 1])]});
  EXPECT_EQ(rounds.size(), 6u);  // all orders of three classes
}

TEST(BalancedOrder, DrawsClassesOfOneSizeApart) {
  std::vector<int32_t> labels;
  for (int i = 0; i < 40; ++i) labels.push_back(i / 20);
  std::vector<int64_t> places[2];
  for (const int64_t picture : first(40, BalancedOrder(labels))) places[picture / 20].push_back(picture % 20);
  EXPECT_NE(places[0], places[1]);
}

/// Pictures that are their own number.
class Numbers : public Pixels {
 public:
  explicit Numbers(std::vector<int32_t> labels) : labels_(std::move(labels)) {
    info_.size = {1, 1}, info_.channels = 1, info_.count = static_cast<int64_t>(labels_.size());
  }
  void copy(int64_t index, uint8_t* out) const override { *out = static_cast<uint8_t>(index); }
  int32_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  bool decodes() const override { return false; }

 private:
  std::vector<int32_t> labels_;
};

std::vector<uint8_t> loaded(const Pixels& pixels, int64_t first_image, int64_t batch, int64_t batches) {
  LoaderOptions options;
  options.batch = batch, options.first_image = first_image, options.seed = 4, options.threads = 2;
  options.class_balanced = true;
  Loader loader(pixels, options);
  std::vector<uint8_t> all;
  for (int64_t i = 0; i < batches; ++i) {
    const Batch& one = loader.next();
    for (size_t k = 0; k < one.pixels.size(); ++k) EXPECT_EQ(one.labels[k], pixels.label(one.pixels[k]));
    all.insert(all.end(), one.pixels.begin(), one.pixels.end());
  }
  return all;
}

TEST(BalancedLoader, FollowsTheOrderFromAnyFirstImage) {
  const auto labels = uneven();
  const Numbers pixels(labels);
  const auto whole = loaded(pixels, 0, 10, 20);
  const auto expected = first(200, BalancedOrder(labels));
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), whole.begin(), whole.end()));
  for (const int64_t from : {1, 2, 3, 50, 149}) {
    const auto part = loaded(pixels, from, 7, 7);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + from)) << from;
  }
}

}  // namespace
}  // namespace dcgan::test::balanced
