// Each loss against its closed form: D's optimum for known densities, G's gradient, and what may not go together.
#include "step/objective.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/error.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

/// Three pictures, and how many of ten images are which: real ones, and generated ones.
constexpr int64_t kRealTimes[] = {5, 3, 2}, kFakeTimes[] = {1, 3, 6};

at::Tensor repeated(const int64_t (&counts)[3]) {
  std::vector<int64_t> which;
  for (int64_t i = 0; i < 3; ++i) which.insert(which.end(), static_cast<size_t>(counts[i]), i);
  return at::tensor(which, at::kLong);
}

/// D's loss when picture i has logit l[i].
at::Tensor loss_of(const std::string& name, const at::Tensor& l, double smoothing = 0) {
  const auto loss = loss_named(name).discriminator(l.index_select(0, repeated(kRealTimes)),
                                                   l.index_select(0, repeated(kFakeTimes)), smoothing);
  return loss.real + loss.fake;
}

at::Tensor logits(std::vector<double> values) { return at::tensor(values, at::kDouble).requires_grad_(true); }

at::Tensor slope(const at::Tensor& value, const at::Tensor& at) { return torch::autograd::grad({value}, {at})[0]; }

double largest(const at::Tensor& t) { return t.abs().max().item<double>(); }

/// No step away from l in any direction lowers the loss.
void expect_least_at(const std::string& name, const std::vector<double>& l) {
  const double least = loss_of(name, logits(l)).item<double>();
  for (size_t i = 0; i < l.size(); ++i)
    for (const double step : {-2.0, -0.1, 0.1, 2.0}) {
      auto beside = l;
      beside[i] += step;
      EXPECT_GE(loss_of(name, logits(beside)).item<double>(), least - 1e-12) << name << " " << i << " " << step;
    }
}

TEST(Objective, BceAndMinimaxHaveTheirOptimalDiscriminatorAtTheLogarithmOfTheDensitiesRatio) {
  const auto l = logits({std::log(5.0), 0, std::log(2.0 / 6)});
  for (const char* name : {"bce", "minimax"}) EXPECT_LE(largest(slope(loss_of(name, l), l)), 1e-12) << name;
  expect_least_at("bce", {std::log(5.0), 0, std::log(2.0 / 6)});
}

TEST(Objective, LeastSquaresHasItsOptimalDiscriminatorAtRealOverRealPlusFakeTimesTheTarget) {
  for (const double s : {0.0, 0.2}) {
    const auto l = logits({(1 - s) * 5 / 6, (1 - s) * 0.5, (1 - s) * 2 / 8});
    EXPECT_LE(largest(slope(loss_of("lsgan", l, s), l)), 1e-12) << s;
  }
}

TEST(Objective, HingeHasItsOptimalDiscriminatorAtTheSignOfTheDensitiesDifference) {
  expect_least_at("hinge", {1, 0, -1});
  expect_least_at("hinge", {1, 0.7, -1});  // where both are equal, anything between
  EXPECT_NEAR(loss_of("hinge", logits({1, 0, -1})).item<double>(), 2 - 0.4 - 0.4, 1e-12);  // 2 - sum |p - q|
}

TEST(Objective, WassersteinsSlopeIsTheDensitiesDifference) {
  const auto l = logits({0.3, -2, 5});
  EXPECT_LE(largest(slope(loss_of("wgan-gp", l), l) - at::tensor({-0.4, 0.0, 0.4}, at::kDouble)), 1e-12);
}

// Two pictures, real 0.6 and 0.4, generated 0.2 and 0.8. Of 25 pairs 12 compare the first with the second, 2 the second
// with the first, 11 a picture with itself; so 12 softplus(-t) + 2 softplus(t) is to be least.
TEST(Objective, RelativisticPairsHaveTheirOptimalDifferenceAtTheLogarithmOfTheOddsRatio) {
  auto t = at::full({1}, std::log(12.0 / 2), at::kDouble).requires_grad_(true);
  const auto zero = at::zeros({1}, at::kDouble);
  const auto real = at::cat({t.expand({12}), zero.expand({2}), t.expand({3}), zero.expand({8})});
  const auto fake = at::cat({zero.expand({12}), t.expand({2}), t.expand({3}), zero.expand({8})});
  const auto loss = loss_named("relativistic").discriminator(real, fake, 0);
  EXPECT_LE(largest(slope(loss.real + loss.fake, t)), 1e-12);
  EXPECT_EQ(loss.fake.item<double>(), 0);
}

TEST(Objective, AtADrawEveryLossHasItsKnownValue) {
  const auto zero = at::zeros({4}, at::kDouble), half = at::full({4}, 0.5, at::kDouble);
  const auto sum = [](const DiscriminatorLoss& loss) { return (loss.real + loss.fake).item<double>(); };
  EXPECT_NEAR(sum(loss_named("bce").discriminator(zero, zero, 0)), 2 * std::log(2.0), 1e-15);
  EXPECT_NEAR(sum(loss_named("lsgan").discriminator(half, half, 0)), 0.25, 1e-15);
  EXPECT_NEAR(sum(loss_named("hinge").discriminator(zero, zero, 0)), 2, 1e-15);
  EXPECT_NEAR(sum(loss_named("wgan-gp").discriminator(half, half, 0)), 0, 1e-15);
  EXPECT_NEAR(sum(loss_named("relativistic").discriminator(half, half, 0)), std::log(2.0), 1e-15);
}

TEST(Objective, OptionOffersTheLossesThatThereAre) {
  ObjectiveOptions options;
  for (const auto& field : fields_of(options)) {
    if (field.name == "loss") {
      EXPECT_EQ(field.limit.choices, loss_names());
    }
  }
  EXPECT_THROW(loss_named("no-loss"), std::logic_error);
}

TEST(Objective, GivesTheGeneratorTheSlopeOfItsClosedForm) {
  const std::vector<double> values = {-3, -0.5, 0, 2}, others = {1, -1, 0.25, 4};
  const auto sigma = [](double t) { return 1 / (1 + std::exp(-t)); };
  const std::vector<std::pair<const char*, std::function<double(double, double)>>> forms = {
      {"bce", [&](double l, double) { return -sigma(-l); }},
      {"minimax", [&](double l, double) { return -sigma(l); }},
      {"lsgan", [](double l, double) { return l - 1; }},
      {"hinge", [](double, double) { return -1.0; }},
      {"wgan-gp", [](double, double) { return -1.0; }},
      {"relativistic", [&](double l, double r) { return -sigma(r - l); }}};
  ASSERT_EQ(forms.size(), loss_names().size());
  for (const auto& [name, form] : forms) {
    const auto fake = logits(values);
    const auto got = slope(loss_named(name).generator(at::tensor(others, at::kDouble), fake), fake);
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(got[static_cast<int64_t>(i)].item<double>(), form(values[i], others[i]) / 4, 1e-12) << name;
  }
}

TEST(Objective, OfMinimaxLeavesTheGeneratorWithoutASlopeWhereTheDiscriminatorIsSureAndBceDoesNot) {
  const auto sure = logits({-30});
  EXPECT_LT(largest(slope(loss_named("minimax").generator({}, sure), sure)), 1e-12);
  EXPECT_NEAR(largest(slope(loss_named("bce").generator({}, sure), sure)), 1, 1e-12);
}

TEST(Objective, IsFiniteWhereLogitsAreHuge) {
  const auto huge = at::tensor({1e4f, -1e4f}), other = -huge;
  for (const auto& name : {"bce", "minimax", "hinge", "wgan-gp", "relativistic"}) {
    const auto loss = loss_named(name).discriminator(huge, other, 0);
    EXPECT_TRUE((loss.real + loss.fake).isfinite().item<bool>()) << name;
    EXPECT_TRUE(loss_named(name).generator(huge, other).isfinite().item<bool>()) << name;
  }
}

TEST(Objective, CountsTheImagesThatTheDiscriminatorIsRightAbout) {
  ObjectiveOptions options;
  const auto real = at::tensor({2.0, 0.4, -1.0, 3.0}), fake = at::tensor({-1.0, 0.6, 0.4, 4.0});
  const auto shares = [&](const char* loss) {
    options.loss = loss;
    const auto right = Objective(options).accuracy(real, fake);
    return std::pair(right.real.item<double>(), right.fake.item<double>());
  };
  EXPECT_EQ(shares("bce"), std::pair(0.75, 0.25));
  EXPECT_EQ(shares("lsgan"), std::pair(0.5, 0.5));           // its threshold is a half
  EXPECT_EQ(shares("relativistic"), std::pair(0.25, 0.25));  // pairs
  EXPECT_EQ(shares("hinge"), std::pair(0.25, 0.25));         // pairs
}

TEST(Objective, OfAutomaticOptionsSmoothsBceAndPenalisesWassersteinOnly) {
  for (const auto& name : loss_names()) {
    ObjectiveOptions options;
    options.loss = name;
    const auto resolved = resolve_objective(options);
    EXPECT_EQ(*resolved.label_smoothing, name == "bce" ? 0.1 : 0) << name;
    EXPECT_EQ(*resolved.gradient_penalty, name == "wgan-gp" ? 10 : 0) << name;
  }
}

TEST(Objective, TellsHowSureDIsOnlyWithProbabilitiesAndWithoutPenalties) {
  const auto tells = [](const std::string& loss, double r1, double gradient_penalty) {
    ObjectiveOptions options;
    options.loss = loss, options.r1 = r1, options.gradient_penalty = gradient_penalty;
    return tells_how_sure(resolve_objective(options));
  };
  EXPECT_TRUE(tells("bce", 0, 0));
  EXPECT_TRUE(tells("relativistic", 0, 0));
  EXPECT_FALSE(tells("hinge", 0, 0));
  EXPECT_FALSE(tells("relativistic", 20, 0));
  EXPECT_FALSE(tells("bce", 0, 10));
}

TEST(Objective, RefusesASmoothingWithoutTargetsNamingBothOptions) {
  ObjectiveOptions options;
  options.loss = "hinge", options.label_smoothing = 0.2;
  const auto said = thrown_by([&] { resolve_objective(options); }).what;
  EXPECT_CONTAINS(said, "--label-smoothing 0.2 and --loss hinge");
}

TEST(Objective, RefusesAPenaltyWithBatchNormNamingBothOptions) {
  NetworkOptions batch, none;
  batch.norm_d = "batch", none.norm_d = "none";
  const auto said = [&](const std::function<void(ObjectiveOptions&)>& set) {
    ObjectiveOptions options;
    set(options);
    options = resolve_objective(options);
    EXPECT_NO_THROW(check_penalties(options, none));
    return thrown_by([&] { check_penalties(options, batch); }).what;
  };
  EXPECT_CONTAINS(said([](auto& o) { o.r1 = 0.5; }), "--r1 0.5 and --norm-d batch");
  EXPECT_CONTAINS(said([](auto& o) { o.r2 = 1; }), "--r2 1 and --norm-d batch");
  EXPECT_CONTAINS(said([](auto& o) { o.loss = "wgan-gp"; }), "--loss wgan-gp and --norm-d batch");
  EXPECT_CONTAINS(said([](auto& o) { o.gradient_penalty = 3; }), "--gradient-penalty 3 and --norm-d batch");
  EXPECT_NO_THROW(check_penalties(resolve_objective({}), batch));
}

}  // namespace
}  // namespace dcgan::test
