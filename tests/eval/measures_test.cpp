// The arithmetic, held against NumPy, SciPy and scikit-learn (goldens/evaluation.py).
#include <gtest/gtest.h>

#include <cmath>

#include "eval/comparison.hpp"
#include "eval/figures.hpp"
#include "golden.hpp"

namespace dcgan::test {
namespace {

struct Case {
  std::string name;
  Json golden;
  at::Tensor x, y;
};

std::vector<Case> cases() {
  const Json all = parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "evaluation.json"), "evaluation.json")["cases"];
  std::vector<Case> out;
  for (const auto& [name, golden] : all.items())
    out.push_back({name, golden, formula_features(0, golden["x"], golden["features"]),
                   formula_features(1, golden["y"], golden["features"])});
  return out;
}

void expect_near(double value, const Json& golden, double relative, const std::string& what) {
  EXPECT_NEAR(value, golden.get<double>(), relative * std::abs(golden.get<double>())) << what;
}

at::Tensor kth(const at::Tensor& features, int64_t k) { return radius(nearest_others(features, k).squared, k); }

TEST(Measures, ComputeOnTheFeaturesThatPythonSaw) {
  ASSERT_EQ(cases().size(), 3u);
  for (const Case& one : cases()) {
    const std::vector<float> corner = one.golden["corner"];
    EXPECT_EQ(one.x[0][0].item<float>(), corner[0]);
    EXPECT_EQ(one.x[-1][-1].item<float>(), corner[1]);
    EXPECT_EQ(one.y[0][0].item<float>(), corner[2]);
    EXPECT_EQ(one.y[-1][-1].item<float>(), corner[3]);
  }
}

TEST(Measures, KidAgreesWithNumpyAndItsErrorWithLeavingOutEveryImage) {
  for (const Case& one : cases()) {
    const Measured found = kid(one.x, one.y);
    expect_near(found.value, one.golden["kid"], 1e-6, one.name);
    if (!one.golden["kid_error"].is_null()) expect_near(found.standard_error, one.golden["kid_error"], 1e-6, one.name);
    EXPECT_EQ(kid(one.x, one.y, kernel_rows(one.y)).value, found.value) << one.name;
  }
}

TEST(Measures, FidAgreesWithScipyForSingularCovariancesToo) {
  for (const Case& one : cases()) {
    const auto rooted = moments_of(one.y, true);
    const auto plain = moments_of(one.x, false);
    expect_near(frechet_distance(rooted, plain), one.golden["fid"], 1e-4, one.name);
    expect_near(frechet_distance(plain, rooted), one.golden["fid"], 1e-4, one.name);
  }
}

// Hundreds of eigenvalues are zero but for rounding, and their square roots must not add up.
TEST(Measures, FidOfFewImagesAgainstThemselvesIsZeroToTheLastDigits) {
  const auto moments = moments_of(formula_features(0, 20, 300), true);
  EXPECT_NEAR(frechet_distance(moments, moments), 0, 1e-9 * moments.covariance.trace().item<double>());
}

TEST(Measures, FidOfASideAgainstItselfIsZero) {
  for (const Case& one : cases()) {
    const auto moments = moments_of(one.x, true);
    EXPECT_NEAR(frechet_distance(moments, moments), 0, 1e-5 * moments.covariance.trace().item<double>()) << one.name;
  }
}

TEST(Measures, PrecisionRecallDensityAndCoverageAgreeWithScikitLearn) {
  for (const Case& one : cases())
    for (const int64_t k : {3, 5}) {
      const auto found = prdc(one.x, kth(one.x, k), one.y, kth(one.y, k), k);
      const Json& golden = one.golden["prdc" + std::to_string(k)];
      expect_near(found.precision, golden["precision"], 1e-6, one.name);
      expect_near(found.recall, golden["recall"], 1e-6, one.name);
      expect_near(found.density, golden["density"], 1e-6, one.name);
      expect_near(found.coverage, golden["coverage"], 1e-6, one.name);
    }
}

TEST(Measures, MeanDistanceAgreesWithScipy) {
  for (const Case& one : cases()) expect_near(mean_distance(one.x), one.golden["mean_distance"], 1e-6, one.name);
}

TEST(Measures, TheTableGivesAllOfThem) {
  const Case one = cases()[0];
  const Reference reference = reference_of(one.y);
  const Comparison sides(one.x, reference);
  const auto found = [&](const char* name) { return figure_named(name).measure(sides).value; };
  expect_near(found("kid"), one.golden["kid"], 1e-6, "kid");
  expect_near(found("fid"), one.golden["fid"], 1e-4, "fid");
  for (const char* name : {"precision", "recall", "density", "coverage"})
    expect_near(found(name), one.golden["prdc5"][name], 1e-6, name);
  EXPECT_DOUBLE_EQ(found("diversity"), mean_distance(one.x) / mean_distance(one.y));
  EXPECT_EQ(found("memorised"), sides.closeness().memorised_share());
}

TEST(Kid, OfSubsetsThatAreWholeSidesIsThatOfTheSides) {
  const auto x = formula_features(0, 50, 8), y = formula_features(1, 50, 8);
  const auto found = kid_over_subsets(x, y, 1, 3, 50);
  EXPECT_EQ(found.size, 50);
  EXPECT_NEAR(found.mean, kid(x, y).value, 1e-12);
  EXPECT_NEAR(found.deviation, 0, 1e-7);
}

TEST(Kid, OverSubsetsDependsOnTheSeedAndLiesNearThatOfAllImages) {
  const auto x = formula_features(0, 600, 8), y = formula_features(1, 500, 8);
  const auto found = kid_over_subsets(x, y, 1, 40, 100);
  EXPECT_EQ(found.mean, kid_over_subsets(x, y, 1, 40, 100).mean);
  EXPECT_NE(found.mean, kid_over_subsets(x, y, 2, 40, 100).mean);
  EXPECT_GT(found.deviation, 0);
  EXPECT_NEAR(found.mean, kid(x, y).value, 4 * found.deviation / std::sqrt(40.0));
}

// Both sides of one distribution: the interval must hold 0 nearly always, and not be needlessly wide.
TEST(Kid, IntervalHoldsTheTruthAndIsOfTheRightWidth) {
  constexpr int kTrials = 60;
  int held = 0;
  double error = 0, square = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    const Measured found = kid(gaussian(80, 6, 2 * trial), gaussian(80, 6, 2 * trial + 1));
    held += found.low() <= 0 && 0 <= found.high();
    error += found.standard_error / kTrials, square += found.value * found.value / kTrials;
  }
  EXPECT_GE(held, kTrials * 95 / 100 - 1);
  EXPECT_GT(error, 0.9 * std::sqrt(square));
  EXPECT_LT(error, 2.0 * std::sqrt(square));
}

TEST(Kid, IntervalIsOfTheRightWidthForSidesThatDiffer) {
  constexpr int kTrials = 60;
  double error = 0, sum = 0, square = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    const Measured found = kid(gaussian(80, 6, 2 * trial) * 1.2 + 0.7, gaussian(80, 6, 2 * trial + 1));
    error += found.standard_error / kTrials, sum += found.value / kTrials,
        square += found.value * found.value / kTrials;
  }
  const double deviation = std::sqrt(square - sum * sum);
  EXPECT_GT(error, 0.7 * deviation);
  EXPECT_LT(error, 1.5 * deviation);
}

TEST(Kid, OfTwoImagesHasAValueAndNoError) {
  const Measured found = kid(formula_features(0, 2, 4), formula_features(1, 2, 4));
  EXPECT_TRUE(std::isfinite(found.value));
  EXPECT_TRUE(std::isnan(found.standard_error));
}

TEST(Measures, RefuseOneImageAndFeaturesOfTwoNetworks) {
  const auto one = formula_features(0, 1, 8), two = formula_features(0, 2, 8), other = formula_features(0, 5, 9);
  for (const auto& thrown :
       {thrown_by([&] { kid(one, two); }), thrown_by([&] { kid(two, one); }), thrown_by([&] { moments_of(one, true); }),
        thrown_by([&] { reference_of(one); }), thrown_by([&] { Comparison(one, reference_of(two)); })})
    EXPECT_CONTAINS(thrown.what, "needs two images on each side, and one side has 1 image");
  EXPECT_CONTAINS(thrown_by([&] { kid(two, other); }).what, "features of two networks");
}

TEST(Diversity, IsNearZeroWhenAllImagesLookAlikeAndOneForImagesOfTheData) {
  const auto reference = reference_of(gaussian(200, 8, 1));
  const auto diversity = [&](const at::Tensor& features) {
    return figure_named("diversity").measure(Comparison(features, reference)).value;
  };
  EXPECT_NEAR(diversity(gaussian(200, 8, 2)), 1, 0.1);
  EXPECT_LT(diversity(gaussian(200, 8, 2) * 0.01 + 0.5), 0.02);
}

}  // namespace
}  // namespace dcgan::test
