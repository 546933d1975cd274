#include "latent/images.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "exchange/torchscript.hpp"
#include "nn/latents.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

using Names = std::vector<ImageName>;

Names parsed(const std::string& text, uint64_t seed) {
  const ImageNames names = parse_image_names(text, seed);
  Names all;
  for (int64_t i = 0; i < names.size(); ++i) all.push_back(names[i]);
  return all;
}
ImageNames listed(const Names& names) {
  ImageNames list;
  for (const auto& name : names) list.add(name.seed, name.index, name.index);
  return list;
}

TEST(ImageNames, AreIndicesRangesAndSeedsInTheOrderGiven) {
  EXPECT_EQ(parsed("3", 9), (Names{{9, 3}}));
  EXPECT_EQ(parsed("17,3,3", 9), (Names{{9, 17}, {9, 3}, {9, 3}}));
  EXPECT_EQ(parsed("40-42", 9), (Names{{9, 40}, {9, 41}, {9, 42}}));
  EXPECT_EQ(parsed("5-5", 9), (Names{{9, 5}}));
  EXPECT_EQ(parsed("1,7:3,0-1,8:2-3", 9), (Names{{9, 1}, {7, 3}, {9, 0}, {9, 1}, {8, 2}, {8, 3}}));
  EXPECT_EQ(parsed("9000000000000000000:0", 1), (Names{{9'000'000'000'000'000'000u, 0}}));
}

TEST(ImageNames, TakeTheGreatestIndexAndNoMoreThanAHundredMillionInAll) {
  EXPECT_EQ(parsed("9223372036854775807", 0), (Names{{0, INT64_MAX}}));
  EXPECT_EQ(parse_image_names("0-99999999", 0).size(), 100'000'000);
  EXPECT_THROW(parse_image_names("0-99999999,5", 0), UsageError);
  EXPECT_THROW(parse_image_names("0-60000000,0-60000000", 0), UsageError);
}

TEST(ImageNames, ReadBackFromTheirText) {
  const ImageName name{7, 123};
  EXPECT_EQ(name.text(), "7:123");
  EXPECT_EQ(parsed(name.text(), 0), Names{name});
}

TEST(ImageNames, ThatCannotBeReadAreRefusedByPart) {
  for (const auto& [text, part] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"1,,2", ""},
                                                        {"a", "a"},
                                                        {"1,2x", "2x"},
                                                        {"-3", "-3"},
                                                        {"5-2", "5-2"},
                                                        {"5-", "5-"},
                                                        {"1-2-3", "1-2-3"},
                                                        {":3", ":3"},
                                                        {"7:", "7:"},
                                                        {"1:2:3", "1:2:3"},
                                                        {" 1", " 1"},
                                                        {"1.5", "1.5"},
                                                        {"99999999999999999999", "99999999999999999999"},
                                                        {"0-999999999999", "0-999999999999"},
                                                        {"+1", "+1"}}) {
    try {
      parse_image_names(text, 0);
      ADD_FAILURE() << "'" << text << "' was read";
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find("'" + part + "'"), std::string::npos) << error.what();
    }
  }
}

/// Images by a network and through its exported file, all ways of asking for them.
class GenerateTest : public testing::Test {
 protected:
  static std::map<std::string, Image> made(Generator& generator, const Names& names) {
    std::map<std::string, Image> out;
    int64_t position = 0;
    generate(generator, listed(names), [&](int64_t at, const Image& image) {
      EXPECT_EQ(at, position++);
      out[names[static_cast<size_t>(at)].text()] = image;
    });
    EXPECT_EQ(position, static_cast<int64_t>(names.size()));
    return out;
  }

  NetworkPlan plan_ = small_plan({24, 16});
  GeneratorInfo info_{8, 3, 16, 24, 0, 1, true, ""};
  std::unique_ptr<Generator> generator_ = make_generator(used_generator(plan_), info_);
  const Names names_ = parsed("0-20,33,4:7,4:8,47,48", 3);
};

TEST_F(GenerateTest, GivesAnImageItsBytesAloneInAListAndInAnyOrder) {
  const auto in_list = made(*generator_, names_);
  for (const auto& name : names_)
    EXPECT_EQ(made(*generator_, {name}).at(name.text()), in_list.at(name.text())) << name.text();
  Names reversed(names_.rbegin(), names_.rend());
  EXPECT_EQ(made(*generator_, reversed), in_list);
  Names mixed = names_;
  for (size_t i = 0; i < mixed.size(); ++i) std::swap(mixed[i], mixed[i * 7 % mixed.size()]);
  EXPECT_EQ(made(*generator_, mixed), in_list);
}

TEST_F(GenerateTest, ByCountGivesTheSameImagesAsByName) {
  const auto in_list = made(*generator_, parsed("0-20", 3));
  for (const int64_t count : {1, 15, 16, 17, 21}) {
    int64_t position = 0;
    ImageNames first;
    first.add(3, 0, count - 1);
    generate(*generator_, first, [&](int64_t at, const Image& image) {
      EXPECT_EQ(at, position++);
      EXPECT_EQ(image, in_list.at("3:" + std::to_string(at))) << at << " of " << count;
    });
    EXPECT_EQ(position, count);
  }
}

TEST_F(GenerateTest, ThroughTheExportedFileGivesTheSameBytes) {
  const TemporaryFolder folder;
  export_torchscript(used_generator(plan_), info_, folder / "generator.pt");
  const auto exported = open_torchscript(folder / "generator.pt");
  EXPECT_EQ(made(*exported, names_), made(*generator_, names_));
}

TEST_F(GenerateTest, MakesTheImageThatTheLatentOfItsNameGives) {
  const auto z = latents(4, Purpose::kSampleLatent, 7, 1, 8);
  const auto bytes = to_bytes((*generator_)(z))[0];
  const auto image = made(*generator_, {{4, 7}}).at("4:7");
  EXPECT_EQ(image.width, 24);
  EXPECT_EQ(image.height, 16);
  EXPECT_EQ(image.channels, 3);
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 24; ++x)
      for (int64_t c = 0; c < 3; ++c)  // 1: a batch of one may take other kernels
        ASSERT_NEAR(image.at(x, y)[c], bytes[y][x][c].item<int>(), 1) << x << " " << y << " " << c;
}

TEST_F(GenerateTest, TruncatesTheLatentsOfNames) {
  ImageNames names;
  names.add(3, 0, 15);
  const auto z = truncated(latents(3, Purpose::kSampleLatent, 0, 16, 8), 0.4, false);
  const auto expected = to_bytes((*generator_)(z));
  int changed = 0;
  const auto whole = made(*generator_, parsed("0-15", 3));
  generate(
      *generator_, names, ImageClasses(0),
      [&](int64_t i, const Image& image) {
        EXPECT_EQ(image, image_of(expected, i)) << i;
        changed += image != whole.at("3:" + std::to_string(i));
      },
      0.4);
  EXPECT_EQ(changed, 16);
}

TEST_F(GenerateTest, TellsImagesApart) {
  const auto all = made(*generator_, names_);
  std::vector<std::vector<uint8_t>> pixels;
  for (const auto& [name, image] : all) pixels.push_back(image.pixels);
  std::sort(pixels.begin(), pixels.end());
  EXPECT_EQ(std::unique(pixels.begin(), pixels.end()), pixels.end());
}

TEST_F(GenerateTest, HandsOnWhatTheTakerThrows) {
  EXPECT_THROW(
      generate(*generator_, listed({{3, 0}, {3, 1}}), [](int64_t, const Image&) { throw Error("the disk is full"); }),
      Error);
}

GeneratorInfo info_of(const std::vector<std::string>& names) {
  auto plan = small_plan({24, 16});
  plan.classes = static_cast<int64_t>(names.size()), plan.class_names = names;
  return generator_info(plan, 1, true, "the model");
}

std::vector<int64_t> first_of(const ImageClasses& classes, int64_t count) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(classes[i]);
  return out;
}

TEST(ParseClasses, TakesNamesAndNumbersAndNamesFirst) {
  const auto info = info_of({"shoe", "bag", "0", "a,b"});
  using Classes = std::vector<int64_t>;
  EXPECT_EQ(first_of(parse_classes("bag", info), 3), (Classes{1, 1, 1}));
  EXPECT_EQ(first_of(parse_classes("bag,shoe", info), 4), (Classes{1, 0, 1, 0}));
  EXPECT_EQ(first_of(parse_classes("3,1,shoe", info), 3), (Classes{3, 1, 0}));
  EXPECT_EQ(first_of(parse_classes("0", info), 1), Classes{2}) << "the class of that name";
  EXPECT_EQ(first_of(parse_classes("a,b", info), 1), Classes{3});
  EXPECT_EQ(first_of(ImageClasses(4), 6), (Classes{0, 1, 2, 3, 0, 1}));
}

TEST(ParseClasses, RefusesOneThatIsNotThereNamingThoseThatAre) {
  const auto info = info_of({"shoe", "bag"});
  for (const std::string text : {"shoes", "2", "-1", "", "bag,", "bag,coat"}) {
    try {
      parse_classes(text, info);
      ADD_FAILURE() << "'" << text << "' was read";
    } catch (const UsageError& error) {
      EXPECT_NE(error.hint().find("shoe, bag, or numbers 0 to 1"), std::string::npos) << error.hint();
    }
  }
  try {
    parse_classes("shoes", info);
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'shoe'"), std::string::npos) << error.what();
  }
  EXPECT_THROW(parse_classes("shoe", info_of({})), UsageError);
}

TEST(ClassRows, PutOneClassInARowAndNeighboursInABlock) {
  const ClassRows ten(10, 64);
  EXPECT_EQ(ten.rows, 10);
  EXPECT_EQ(ten.columns, 7);
  EXPECT_EQ(ten.count(), 70);
  const auto names = ten.names(3);
  ASSERT_EQ(names.size(), 70);
  std::vector<int> seen(70);
  for (int64_t i = 0; i < names.size(); ++i) {
    const int64_t place = ten.place(i);
    EXPECT_EQ(names[i].seed, 3u);
    EXPECT_EQ(names[i].index, i);
    EXPECT_EQ(place / ten.columns, names[i].index % 10) << "row by class";
    EXPECT_EQ(place % ten.columns, names[i].index / 10);
    ++seen[static_cast<size_t>(place)];
  }
  EXPECT_EQ(*std::min_element(seen.begin(), seen.end()), 1);
}

TEST(ClassRows, AreTheFirstTwentyOfMore) {
  const ClassRows many(100, 64);
  EXPECT_EQ(many.rows, 20);
  EXPECT_EQ(many.columns, 4);
  const auto names = many.names(0);
  ASSERT_EQ(names.size(), 80);
  for (int64_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i].index % 100, many.place(i) / many.columns);
  EXPECT_EQ(ClassRows(10, 3).columns, 1);
}

/// As GenerateTest, of a generator with three classes.
class GenerateClassesTest : public testing::Test {
 protected:
  GenerateClassesTest() {
    plan_.classes = 3, plan_.class_names = {"shoe", "bag", "coat"};
    generator_ = make_generator(used_generator(plan_), generator_info(plan_, 1, true, ""));
  }
  std::vector<Image> made(const std::string& names, const ImageClasses& classes) {
    std::vector<Image> out;
    generate(*generator_, parse_image_names(names, 3), classes,
             [&](int64_t, const Image& image) { out.push_back(image); });
    return out;
  }

  NetworkPlan plan_ = small_plan({24, 16});
  std::unique_ptr<Generator> generator_;
};

TEST_F(GenerateClassesTest, GivesAnImageTheClassOfItsNumberAloneAndInAList) {
  const auto all = made("0-40", ImageClasses(3));
  for (const int64_t i : {0, 1, 5, 16, 17, 40}) {
    const auto name = std::to_string(i);
    EXPECT_EQ(made(name, ImageClasses(3)).front(), all[static_cast<size_t>(i)]) << i;
    EXPECT_EQ(made(name, ImageClasses(3, {i % 3})).front(), all[static_cast<size_t>(i)]) << i;
    EXPECT_NE(made(name, ImageClasses(3, {(i + 1) % 3})).front(), all[static_cast<size_t>(i)]) << i;
  }
  std::vector<Image> by_default;
  generate(*generator_, parse_image_names("0-40", 3),
           [&](int64_t, const Image& image) { by_default.push_back(image); });
  EXPECT_EQ(by_default, all);
}

}  // namespace
}  // namespace dcgan::test
