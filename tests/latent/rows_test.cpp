#include "latent/rows.hpp"

#include <gtest/gtest.h>

#include <map>

#include "latent/arithmetic.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// What .npy holds of these numbers.
std::string npy_of(const at::Tensor& tensor, ElementType type = ElementType::kF32) {
  const auto dense = tensor.contiguous();
  return npy_head(type, dense.sizes().vec()) +
         std::string(static_cast<const char*>(dense.const_data_ptr()), dense.nbytes());
}

class LatentFileTest : public testing::Test {
 protected:
  fs::path written(const std::string& bytes) const {
    write_file(folder_ / "z.npy", bytes);
    return folder_ / "z.npy";
  }
  void expect_refusal(const std::string& bytes, const std::string& what) const {
    const Thrown thrown = thrown_by([&] { LatentFile(written(bytes), 8); });
    EXPECT_NE(thrown.what.find(what), std::string::npos) << thrown.what;
    EXPECT_NE(thrown.what.find("z.npy"), std::string::npos) << thrown.what;
  }
  const TemporaryFolder folder_;
};

TEST_F(LatentFileTest, ReadsRowsOfEachKindOfNumber) {
  const auto z = noise({5, 8});
  const LatentFile file(written(npy_of(z)), 8);
  EXPECT_EQ(file.count(), 5);
  for (int64_t i = 0; i < 5; ++i) EXPECT_TRUE(same_bits(file.row(i), z[i]));
  const LatentFile wide(written(npy_of(z.to(at::kDouble), ElementType::kF64)), 8);
  EXPECT_TRUE(same_bits(wide.row(3), z[3]));
  const LatentFile narrow(written(npy_of(z.to(at::kHalf), ElementType::kF16)), 8);
  EXPECT_TRUE(same_bits(narrow.row(3), z[3].to(at::kHalf).to(at::kFloat)));
}

TEST_F(LatentFileTest, TakesOneLatentAndLatentsAsImages) {
  const auto z = noise({3, 8});
  EXPECT_EQ(LatentFile(written(npy_of(z[1])), 8).count(), 1);
  EXPECT_TRUE(same_bits(LatentFile(written(npy_of(z[1])), 8).row(0), z[1]));
  EXPECT_TRUE(same_bits(LatentFile(written(npy_of(z.view({3, 8, 1, 1}))), 8).row(2), z[2]));
}

TEST_F(LatentFileTest, RefusesWhatHoldsNoLatents) {
  expect_refusal("no array", "not a .npy");
  expect_refusal(npy_of(noise({5, 7})), "[5, 7]");
  expect_refusal(npy_of(noise({5, 8, 2, 2})), "[5, 8, 2, 2]");
  expect_refusal(npy_of(noise({0, 8})), "no latent at all");
  expect_refusal(npy_of(at::zeros({5, 8}, at::kLong), ElementType::kI64), "not real numbers");
  expect_refusal(npy_of(noise({5, 8})).substr(0, 200), "cut off");
}

TEST_F(LatentFileTest, NamesTheRowWhoseNumbersAreNotFinite) {
  auto z = noise({5, 8});
  z[3][2] = NAN;
  EXPECT_CONTAINS(thrown_by([&] { LatentFile(written(npy_of(z)), 8); }).what, "row 3");
}

GeneratorInfo info_of_small(int64_t classes = 0) {
  auto plan = small_plan({24, 16});
  plan.classes = classes;
  for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
  return generator_info(plan, 1, true, "the model");
}

TEST_F(LatentFileTest, PointsAreNamesOrRows) {
  const auto info = info_of_small(3);
  LatentOptions options;
  options.seed = 4;
  const auto z = noise({5, 8});
  const fs::path path = written(npy_of(z));
  const auto own = parse_point("7", "--from", options, info);
  EXPECT_EQ(own.name, "4:7");
  EXPECT_EQ(own.label, 1);
  EXPECT_TRUE(same_bits(own.z, latents(4, Purpose::kSampleLatent, 7, 1, 8)[0]));
  EXPECT_TRUE(same_bits(parse_point("4:7", "--from", {}, info).z, own.z));
  EXPECT_TRUE(same_bits(parse_point(path.native() + "#3", "--from", options, info).z, z[3]));
  for (const std::string& text : {std::string("3-5"), std::string("3,4"), std::string("x"), std::string(),
                                  path.native(), path.native() + "#5", path.native() + "#", path.native() + "#-1"})
    EXPECT_NE(thrown_by([&] { parse_point(text, "--from", options, info); }).what.find("--from"), std::string::npos)
        << text;
}

TEST_F(LatentFileTest, WhereOneLatentIsAskedForTheHintSaysHowOneIsWritten) {
  const auto info = info_of_small();
  for (const char* text : {"cat", "3-5", "5-3", "3,4"}) {
    const Thrown thrown = thrown_by([&] { parse_point(text, "--from", {}, info); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_EQ(thrown.hint, "write an INDEX, SEED:INDEX or FILE.npy#ROW") << text;
  }
}

TEST_F(LatentFileTest, InASumMayBeCalledAnythingInQuotes) {
  const auto info = info_of_small();
  const auto z = noise({5, 8});
  const std::string file = folder_ / "my (old)-z, 2+.npy";
  write_file(file, npy_of(z));
  for (const std::string quote : {"'", "\""}) {
    const auto terms = parse_expression(quote + file + "#3" + quote + " - 5", {}, info);
    ASSERT_EQ(terms.size(), 2u);
    EXPECT_TRUE(same_bits(terms[0].points[0].z, z[3]));
    EXPECT_EQ(terms[1].points[0].name, "0:5");
  }
}

TEST(NamedRows, AreMarkedBehindTheEndingOnly) {
  const auto taken_apart = [](const std::string& text) {
    const NamedRow name = row_named(text);
    return name.file.native() + "|" + name.row.value_or("none");
  };
  EXPECT_EQ(taken_apart("z.npy"), "z.npy|none");
  EXPECT_EQ(taken_apart("z.npy#3"), "z.npy|3");
  EXPECT_EQ(taken_apart("z.npy#"), "z.npy|");
  EXPECT_EQ(taken_apart("a#b.npy"), "a#b.npy|none") << "part of the file's name";
  EXPECT_EQ(taken_apart("a#1.npy#2"), "a#1.npy|2");
  EXPECT_EQ(taken_apart("d.npy#1/z.npy#2"), "d.npy#1/z.npy|2");
}

TEST_F(LatentFileTest, ThatIsNotThereIsAMistakeInTheCommand) {
  const Thrown thrown = thrown_by([&] { parse_point("none.npy", "--from", {}, info_of_small()); });
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_CONTAINS(thrown.what, "there is no 'none.npy'");
}

TEST_F(LatentFileTest, ThatASumTearsAndIsNotThereIsRefusedWithTheHintOfQuotes) {
  const std::string file = folder_ / "3-z.npy";
  write_file(file, npy_of(noise({5, 8})));
  const Thrown thrown = thrown_by([&] { parse_expression(file + "#2", {}, info_of_small()); });
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_CONTAINS(thrown.what, "is not a latent");
  const Thrown number = thrown_by([&] { parse_expression("3-none.npy#2", {}, info_of_small()); });
  EXPECT_EQ(number.exit_code, 2);
  EXPECT_CONTAINS(number.what, "there is no 'none.npy'");
  EXPECT_CONTAINS(number.hint, "put quotes around");
}

TEST_F(LatentFileTest, TruncationIsOfDrawnPointsAlone) {
  const auto info = info_of_small();
  LatentOptions options;
  options.truncate = 0.5;
  EXPECT_LE(parse_point("7", "--from", options, info).z.abs().max().item<double>(), 0.5);
  const auto z = noise({5, 8});
  EXPECT_TRUE(same_bits(parse_point(written(npy_of(z)).native() + "#3", "--from", options, info).z, z[3]));
}

TEST(GenerateRows, GivesAnImageItsBytesHoweverManyThereAre) {
  const auto generator = make_generator(used_generator(small_plan({24, 16})), info_of_small());
  const auto z = noise({40, 8});
  const auto made = [&](int64_t count) {
    std::vector<Image> images;
    generate(*generator, LatentRows{count, [&](int64_t i) { return z[i]; }}, [&](int64_t i, const Image& image) {
      EXPECT_EQ(i, static_cast<int64_t>(images.size()));
      images.push_back(image);
    });
    return images;
  };
  const auto all = made(40);
  ASSERT_EQ(all.size(), 40U);
  for (const int64_t count : {1, 15, 16, 17, 39}) {
    const auto some = made(count);
    ASSERT_EQ(static_cast<int64_t>(some.size()), count);
    for (size_t i = 0; i < some.size(); ++i) EXPECT_EQ(some[i], all[i]) << i << " of " << count;
  }
}

TEST(GenerateRows, OfDrawnLatentsAreTheImagesOfThoseNames) {
  const auto generator = make_generator(used_generator(small_plan({24, 16})), info_of_small());
  ImageNames names;
  names.add(3, 0, 19);
  std::vector<Image> by_name;
  generate(*generator, names, [&](int64_t, const Image& image) { by_name.push_back(image); });
  const auto z = latents(3, Purpose::kSampleLatent, 0, 20, 8);
  generate(*generator, LatentRows{20, [&](int64_t i) { return z[i]; }},
           [&](int64_t i, const Image& image) { EXPECT_EQ(image, by_name[static_cast<size_t>(i)]) << i; });
}

TEST(Arithmetic, AddsAndSubtractsMeans) {
  const auto info = info_of_small();
  const auto z = [](int64_t i) { return latents(0, Purpose::kSampleLatent, i, 1, 8)[0]; };
  const auto sum = [&](const std::string& text) { return sum_of(parse_expression(text, {}, info), false, false); };
  EXPECT_LT(largest_difference(sum("3+5-8"), z(3) + z(5) - z(8)), 1e-6);
  EXPECT_LT(largest_difference(sum(" - 3 + 5,6 "), (z(5) + z(6)) / 2 - z(3)), 1e-6);
  EXPECT_LT(largest_difference(sum("(1,2,3)-(4, 5,6)+0:7"), (z(1) + z(2) + z(3) - z(4) - z(5) - z(6)) / 3 + z(7)),
            1e-6);
}

TEST(Arithmetic, KeepsSumsOfNormalLatentsAsLongAsLatentsAre) {
  auto plan = small_plan({24, 16});
  plan.options.latent = 4096;
  const auto info = generator_info(plan, 1, true, "the model");
  for (const std::string text : {"3+5-8", "1,2,3-4,5,6+7,8,9", "1,2,3", "3+3+5"})
    EXPECT_NEAR(sum_of(parse_expression(text, {}, info), false).std().item<double>(), 1, 0.06) << text;
  EXPECT_CONTAINS(thrown_by([&] { sum_of(parse_expression("3+5-3-5", {}, info), false); }).what, "nothing is left");
  EXPECT_EQ(sum_of(parse_expression("3-3", {}, info), false, false).abs().max().item<double>(), 0);
  EXPECT_GT(sum_of(parse_expression("3+5-8", {}, info), true).std().item<double>(), 1.6);  // uniform: as it is
}

TEST(Arithmetic, SaysWhereAnExpressionDoesNotParse) {
  const auto info = info_of_small();
  for (const auto& [text, where] : std::vector<std::pair<std::string, std::string>>{{"", "at its end"},
                                                                                    {"3+", "at its end"},
                                                                                    {"3 5", "'5' begins"},
                                                                                    {"(3,5", "at its end"},
                                                                                    {"3)+5", "')+5' begins"},
                                                                                    {"3,+5", "'+5' begins"},
                                                                                    {"3++5", "'+5' begins"},
                                                                                    {"3*5", "'3*5'"},
                                                                                    {"cat", "'cat'"}}) {
    const Thrown thrown = thrown_by([&] { parse_expression(text, {}, info); });
    EXPECT_NE(thrown.what.find(where), std::string::npos) << text << ": " << thrown.what;
  }
}

TEST(Surroundings, HaveTheResultInTheMiddleAndOthersNearIt) {
  const auto z = noise({100});
  const auto nine = surroundings(z, 0.25, 7);
  EXPECT_EQ(nine.sizes().vec(), (std::vector<int64_t>{9, 100}));
  EXPECT_TRUE(same_bits(nine[4], z));
  for (const int64_t i : {0, 1, 2, 3, 5, 6, 7, 8}) {
    EXPECT_LE(largest_difference(nine[i], z), 0.2500001);
    EXPECT_GT(largest_difference(nine[i], z), 0.2);
  }
  EXPECT_FALSE(at::equal(nine[0], nine[1]));
}

TEST(ImageNames, SayWhatTheyAre) {
  EXPECT_EQ(parse_image_names("3,4,5-9,7:2", 1).text(), "1:3-9, 7:2");
  EXPECT_EQ(parse_image_names("5", 1).text(), "1:5");
  std::string many = "0";
  for (int i = 1; i < 300; ++i) many += "," + std::to_string(2 * i);
  EXPECT_TRUE(parse_image_names(many, 1).text().ends_with(", 1:198, ..."));
}

}  // namespace
}  // namespace dcgan::test
