// Pictures that are set apart: by what they show, and nothing else.
#include "dataset/holdout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "dataset/subset.hpp"
#include "opening.hpp"
#include "support/idx.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

using Picture = std::vector<uint8_t>;

std::vector<Picture> pictures_of(const Pixels& pixels) {
  std::vector<Picture> all;
  for (int64_t i = 0; i < pixels.info().count; ++i) {
    all.emplace_back(static_cast<size_t>(pixels.info().image_bytes()));
    pixels.copy(i, all.back().data());
  }
  return all;
}
std::set<Picture> different(const Pixels& pixels) {
  const auto all = pictures_of(pixels);
  return {all.begin(), all.end()};
}
/// Names of the classes of all pictures.
std::multiset<std::string> classes_of(const Pixels& pixels) {
  std::multiset<std::string> names;
  for (int64_t i = 0; i < pixels.info().count; ++i) {
    const int32_t label = pixels.label(i);
    names.insert(label < 0 ? "none" : pixels.info().classes.at(static_cast<size_t>(label)));
  }
  return names;
}
bool overlap(const std::set<Picture>& a, const std::set<Picture>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Picture& one) { return b.contains(one); });
}

/// Sixty pictures in two classes, a quarter of which is asked to be held out.
class HeldOut : public OpenDataset {
 protected:
  HeldOut() {
    fs::remove_all(folder / "pictures");
    for (uint64_t i = 0; i < 60; ++i)
      put("pictures/" + std::string(i % 3 ? "many/" : "few/") + std::to_string(i) + ".png", noise(16, 16, 3, i));
    options.holdout = 0.25;
  }
  Dataset open_whole(const std::string& name = "pictures") {
    const auto asked = std::exchange(options.holdout, 0);
    Dataset whole = open(name);
    options.holdout = asked;
    return whole;
  }
};

TEST_F(HeldOut, PicturesAreATenthFromFiveThousandOnWhereNobodySaid) {
  EXPECT_EQ(usual_holdout(4'999), 0);
  EXPECT_EQ(usual_holdout(5'000), 0.1);
  options.holdout.reset();
  EXPECT_EQ(open().held_out, nullptr) << "sixty are few";
}

TEST_F(HeldOut, PicturesAndTheRestAreAllPicturesAndShareNone) {
  const Dataset whole = open_whole(), split = open();
  EXPECT_EQ(whole.held_out, nullptr);
  ASSERT_NE(split.held_out, nullptr);
  const auto training = different(*split.pixels), held_out = different(*split.held_out);
  EXPECT_FALSE(overlap(training, held_out));
  EXPECT_EQ(training.size() + held_out.size(), 60u);
  EXPECT_EQ(split.pixels->info().count + split.held_out->info().count, 60);
  std::set<Picture> both = training;
  both.insert(held_out.begin(), held_out.end());
  EXPECT_EQ(both, different(*whole.pixels));
  EXPECT_NEAR(static_cast<double>(held_out.size()), 15, 9);
}

TEST_F(HeldOut, PicturesKeepTheirClassesByTheNumbersOfTheWholeSet) {
  const Dataset whole = open_whole(), split = open();
  EXPECT_EQ(split.pixels->info().classes, whole.pixels->info().classes);
  EXPECT_EQ(split.held_out->info().classes, whole.pixels->info().classes);
  const auto all = pictures_of(*whole.pixels);
  for (const Pixels* part : {split.pixels.get(), split.held_out.get()}) {
    const auto some = pictures_of(*part);
    for (size_t i = 0; i < some.size(); ++i) {
      const auto place = std::find(all.begin(), all.end(), some[i]) - all.begin();
      EXPECT_EQ(part->label(static_cast<int64_t>(i)), whole.pixels->label(place));
      EXPECT_EQ(part->content(static_cast<int64_t>(i)), whole.pixels->content(place));
    }
  }
}

TEST_F(HeldOut, CopiesFallOnOneSideWhateverTheirFilesAre) {
  // The same pixels in another format, in another folder, under another name.
  for (uint64_t i = 0; i < 60; ++i)
    write_text(folder / "pictures/copies" / (std::to_string(1000 - i) + ".bmp"),
               encoded(".bmp", mat_of(noise(16, 16, 3, i))));
  const Dataset split = open();
  EXPECT_EQ(split.pixels->info().count + split.held_out->info().count, 120);
  EXPECT_FALSE(overlap(different(*split.pixels), different(*split.held_out)));
  EXPECT_EQ(2 * static_cast<int64_t>(different(*split.held_out).size()), split.held_out->info().count);
}

TEST_F(HeldOut, PicturesStayThereWhenOthersComeAndGo) {
  const auto held_out = different(*open().held_out), training = different(*open().pixels);
  for (uint64_t i = 60; i < 90; ++i) put("pictures/few/0" + std::to_string(i) + ".png", noise(16, 16, 3, i));
  fs::remove(folder / "pictures/many/1.png");
  const Dataset after = open();
  EXPECT_FALSE(overlap(different(*after.pixels), held_out));
  EXPECT_FALSE(overlap(different(*after.held_out), training));
}

TEST_F(HeldOut, PicturesOfASmallerShareAreAmongThoseOfALarger) {
  const auto quarter = different(*open().held_out);
  options.holdout = 0.5;
  const auto half = different(*open().held_out);
  EXPECT_LT(quarter.size(), half.size());
  EXPECT_TRUE(std::includes(half.begin(), half.end(), quarter.begin(), quarter.end()));
}

void expect_same_split(const Dataset& a, const Dataset& b) {
  expect_same(a, b);
  EXPECT_EQ(pictures_of(*a.held_out), pictures_of(*b.held_out));
  EXPECT_EQ(a.held_out->info().identity, b.held_out->info().identity);
  EXPECT_EQ(classes_of(*a.held_out), classes_of(*b.held_out));
}

TEST_F(HeldOut, PicturesAreTheSameWithAndWithoutKeptPixelsAndInPacks) {
  const Dataset first = open(), again = open(), off = open_without_cache();
  expect_same_split(first, again);
  EXPECT_TRUE(again.was_cached);
  expect_same_split(first, off);
  EXPECT_TRUE(off.pixels->decodes());
  DataOptions plain = options;
  plain.holdout = 0;
  pack_dataset(folder / "pictures", plain, folder / "p.pack", 2, {});
  expect_same_split(first, open("p.pack"));
  pack_dataset(folder / "pictures", plain, folder / "s.pack", 2, {}, 3);
  expect_same_split(first, open("s-00002-of-00003.pack"));
}

TEST_F(HeldOut, PicturesMakeAnotherIdentityForEachShareAndSide) {
  std::set<std::string> identities = {identity(open_whole())};
  for (const double share : {0.2, 0.25, 0.3}) {
    options.holdout = share;
    const Dataset split = open();
    identities.insert(identity(split)), identities.insert(split.held_out->info().identity);
  }
  EXPECT_EQ(identities.size(), 7u);
}

TEST_F(HeldOut, NothingLeavesTheSetAsItWas) {
  const Dataset whole = open_whole();
  EXPECT_EQ(dynamic_cast<const Subset*>(whole.pixels.get()), nullptr);
  EXPECT_EQ(pictures_of(*whole.pixels).size(), 60u);
}

TEST_F(HeldOut, TooFewOnEitherSideIsAnErrorThatNamesTheOption) {
  options.holdout = 0.001;
  const Thrown none = thrown_by([&] { open(); });
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_CONTAINS(none.what, "--holdout 0.001 holds out 0 of 60 pictures and leaves 60");
  EXPECT_CONTAINS(none.hint, "--holdout");
  // All of one content: they cannot be parted.
  for (int i = 0; i < 9; ++i) put("one/" + std::to_string(i) + ".png", noise(16, 16, 3, 1));
  options.holdout = 0.5;
  EXPECT_CONTAINS(thrown_by([&] { open("one"); }).what, "of 9 pictures");
}

TEST_F(HeldOut, PicturesComeFromEveryKindOfData) {
  std::string images = idx_header(8, {60, 8, 8}), labels = idx_header(8, {60}), cifar;
  for (int i = 0; i < 60; ++i) {
    const Image gray = noise(8, 8, 1, static_cast<uint64_t>(i));
    images.append(gray.pixels.begin(), gray.pixels.end());
    labels += static_cast<char>(i % 3);
    const Image planes = noise(32, 96, 1, static_cast<uint64_t>(i));
    cifar += static_cast<char>(i % 10);
    cifar.append(planes.pixels.begin(), planes.pixels.end());
  }
  write_text(folder / "t-images-idx3-ubyte", images), write_text(folder / "t-labels-idx1-ubyte", labels);
  write_text(folder / "cifar.bin", cifar);
  for (const char* name : {"t-images-idx3-ubyte", "cifar.bin"}) {
    const Dataset whole = open_whole(name), split = open(name);
    EXPECT_EQ(split.pixels->info().count + split.held_out->info().count, 60) << name;
    EXPECT_FALSE(overlap(different(*split.pixels), different(*split.held_out))) << name;
    auto classes = classes_of(*split.pixels);
    classes.merge(classes_of(*split.held_out));
    EXPECT_EQ(classes, classes_of(*whole.pixels)) << name;
  }
}

TEST_F(HeldOut, PicturesWithoutKeptPixelsAreCountedWhileTheyAreDecodedAgain) {
  DataOptions off = options;
  off.cache = "off";
  std::vector<int64_t> counted;
  open_dataset(folder / "pictures", off, 1, [&](int64_t done, int64_t of) {
    counted.push_back(done);
    EXPECT_EQ(of, 60);
  });
  EXPECT_EQ(counted.back(), 60);
}

TEST(Contents, OfDifferentPicturesAreSpreadEvenly) {
  // A share of a tenth of 20,000 made-up contents, to within five standard deviations.
  class Counters : public Pixels {
   public:
    Counters() { info_.size = {2, 2}, info_.channels = 1, info_.count = 20'000; }
    void copy(int64_t index, uint8_t* out) const override {
      const auto number = static_cast<uint32_t>(index);
      std::memcpy(out, &number, sizeof number);
    }
    int32_t label(int64_t) const override { return -1; }
    bool decodes() const override { return false; }
  };
  Dataset dataset;
  dataset.pixels = std::make_unique<Counters>();
  hold_out(dataset, 0.1, 1, {});
  EXPECT_NEAR(static_cast<double>(dataset.held_out->info().count), 2000, 5 * 42.4);
}

}  // namespace
}  // namespace dcgan::test::opening
