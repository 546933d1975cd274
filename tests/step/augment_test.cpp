#include "step/augment.hpp"

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <set>

#include "core/json.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::augmentation {
namespace {

const AugmentKinds kColorOnly{true, false, false}, kTranslationOnly{false, true, false},
    kCutoutOnly{false, false, true}, kAllKinds{true, true, true};
constexpr auto kLast = at::MemoryFormat::ChannelsLast;

at::Tensor probability(double p) { return at::full({}, p, at::kFloat); }
/// Images that differ everywhere, channels-last.
at::Tensor pictures(int64_t n, int64_t channels = 3, int64_t side = 16, at::ScalarType type = at::kFloat) {
  const auto count = at::arange(n * channels * side * side, at::kDouble);
  return (count * 0.7310585 + 0.1).sin().view({n, channels, side, side}).to(type).contiguous(kLast);
}
at::Tensor draws_of(int64_t n, int64_t first = 0) { return augment_draws(3, first, n, DiscriminatorPass::kReal); }

/// What NumPy made of the same draws (goldens/augment.py).
struct AugmentGolden {
  Json json = parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "augment.json"), "augment.json");
  at::Tensor p = probability(json["p"]);

  at::Tensor draws() const {
    std::vector<float> all;
    for (const auto& row : json["draws"])
      for (const auto& value : row) all.push_back(value);
    return at::tensor(all, at::kFloat).view({-1, kAugmentDraws});
  }
  at::Tensor values(const Json& one, const char* key) const {
    const int64_t channels = one["channels"], height = json["height"], width = json["width"];
    return at::tensor(one[key].get<std::vector<double>>(), at::kDouble).view({-1, channels, height, width});
  }
};

TEST(Augment, DoesWhatNumpyDoes) {
  const AugmentGolden golden;
  ASSERT_EQ(golden.json["cases"].size(), 3u);
  const std::vector<std::pair<const char*, AugmentKinds>> all = {
      {"color", kColorOnly}, {"translation", kTranslationOnly}, {"cutout", kCutoutOnly}, {"all", kAllKinds}};
  for (const auto& one : golden.json["cases"])
    for (const auto& [name, kinds] : all)
      for (const auto type : {at::kFloat, at::kDouble}) {
        if (!one.contains(name)) continue;  // places are shown on three channels alone
        const auto images = (golden.values(one, "pixels") / 127.5 - 1).to(type);
        const auto out = augment(images.contiguous(kLast), golden.draws(), golden.p, kinds);
        EXPECT_EQ(out.scalar_type(), type);
        EXPECT_TRUE(out.is_contiguous(kLast));
        EXPECT_LE(largest_difference(out, golden.values(one, name)), 1e-6)
            << name << " of " << one["channels"] << " channels";
        EXPECT_TRUE(same_bits(augment(images, golden.draws(), golden.p, kinds), out)) << "laid out otherwise";
      }
}

TEST(Augment, LeavesImagesBitForBitWhereNoGateIsBelowP) {
  for (const int64_t channels : {1, 3, 4}) {
    const auto images = pictures(8, channels);
    EXPECT_TRUE(same_bits(augment(images, draws_of(8), probability(0), kAllKinds), images)) << channels << " channels";
  }
  const auto images = pictures(8);
  EXPECT_TRUE(augment(images, draws_of(8), probability(1), {}).is_same(images)) << "no kind is on";
}

TEST(Augment, GivesAnImageTheSameAloneAndInABatch) {
  for (const int64_t channels : {1, 3, 4}) {
    const auto images = pictures(6, channels, 32);
    const auto together = augment(images, draws_of(6), probability(0.8), kAllKinds);
    for (int64_t i = 0; i < 6; ++i) {
      const auto alone = augment(images.narrow(0, i, 1), draws_of(1, i), probability(0.8), kAllKinds);
      EXPECT_TRUE(same_bits(alone, together.narrow(0, i, 1))) << "image " << i << ", " << channels << " channels";
    }
  }
}

TEST(Augment, HappensAsOftenAsPSays) {
  const auto images = pictures(4000, 1, 8);
  const auto draws = draws_of(4000);
  for (const auto& kinds : {kColorOnly, kTranslationOnly, kCutoutOnly}) {
    const auto changed = augment(images, draws, probability(0.3), kinds).ne(images).flatten(1).any(1);
    // Of 25 shifts one moves nothing: 8 pixels move by -1, 0 or 1, so one of 9 does.
    const double share = kinds == kTranslationOnly ? 0.3 * 8 / 9 : 0.3;
    EXPECT_NEAR(changed.to(at::kDouble).mean().item<double>(), share, 0.022);  // three standard deviations
  }
}

// Zhao et al. 2020, appendix: brightness in [-0.5, 0.5], translation by up to an eighth, a box of half the side.
TEST(Augment, ReachesTheEndsOfItsRangesAndNotBeyond) {
  constexpr float kLeast = 0, kMost = 1 - 0x1p-24f;
  const auto of = [](float gates, float value) {
    auto draws = at::full({1, kAugmentDraws}, value, at::kFloat);
    for (const int64_t gate : {0, 4, 8}) draws.select(1, gate).fill_(gates);
    return draws;
  };
  const auto one = at::ones({1, 3, 16, 16}, at::kFloat);
  EXPECT_NEAR(augment(one, of(0, kLeast), probability(1), kColorOnly).mean().item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(augment(one, of(0, kMost), probability(1), kColorOnly).mean().item<double>(), 1.5, 1e-6);
  const auto shown = [&](const AugmentKinds& kinds, float value) {
    return augment(one, of(0, value), probability(1), kinds)[0][0];
  };
  const auto moved_up = shown(kTranslationOnly, kLeast), moved_down = shown(kTranslationOnly, kMost);
  EXPECT_EQ(moved_up.sum().item<double>(), 14 * 14);
  EXPECT_EQ(moved_up.narrow(0, 0, 14).narrow(1, 0, 14).sum().item<double>(), 14 * 14);
  EXPECT_EQ(moved_down.sum().item<double>(), 14 * 14);
  EXPECT_EQ(moved_down.narrow(0, 2, 14).narrow(1, 2, 14).sum().item<double>(), 14 * 14);
  EXPECT_EQ(shown(kCutoutOnly, kLeast).sum().item<double>(), 256 - 16) << "a corner of the box lies inside";
  EXPECT_EQ(shown(kCutoutOnly, kMost).sum().item<double>(), 256 - 16);
  EXPECT_EQ(shown(kCutoutOnly, 0.5).sum().item<double>(), 256 - 64) << "all of it does";
}

TEST(Augment, ColorsAndPlacesIndependently) {
  const auto images = pictures(8);
  const auto draws = draws_of(8), p = probability(0.6);
  const auto step_by_step =
      augment(augment(augment(images, draws, p, kColorOnly), draws, p, kTranslationOnly), draws, p, kCutoutOnly);
  EXPECT_TRUE(same_bits(step_by_step, augment(images, draws, p, kAllKinds)));
  const auto other = draws.clone();
  other.narrow(1, 0, 4).copy_(draws_of(8, 100).narrow(1, 0, 4));
  EXPECT_TRUE(same_bits(augment(images, draws, p, kTranslationOnly), augment(images, other, p, kTranslationOnly)));
  EXPECT_TRUE(same_bits(augment(images, draws, p, kCutoutOnly), augment(images, other, p, kCutoutOnly)));
  EXPECT_FALSE(same_bits(augment(images, draws, p, kColorOnly), augment(images, other, p, kColorOnly)));
}

TEST(Augment, DoesNotTouchAlphaAndSaturatesNoGray) {
  const auto rgba = pictures(8, 4);
  const auto out = augment(rgba, draws_of(8), probability(1), kColorOnly);
  EXPECT_TRUE(same_bits(out.select(1, 3), rgba.select(1, 3)));
  EXPECT_TRUE(same_bits(out.narrow(1, 0, 3), augment(rgba.narrow(1, 0, 3), draws_of(8), probability(1), kColorOnly)));

  const auto gray = pictures(8, 1);
  auto other = draws_of(8);
  other.select(1, 2).fill_(0.125);
  EXPECT_TRUE(same_bits(augment(gray, draws_of(8), probability(1), kColorOnly),
                        augment(gray, other, probability(1), kColorOnly)));
}

// A scalar of the augmented images that is not linear in them, so that second derivatives are not zero.
at::Tensor score(const at::Tensor& images, const at::Tensor& p) {
  const auto weights = (at::arange(images.numel(), at::kDouble) * 1.3).cos().view_as(images);
  return (augment(images, draws_of(images.size(0)), p, kAllKinds) * weights).sum(at::IntArrayRef{1, 2, 3}).tanh().sum();
}

TEST(Augment, HasTheGradientsOfFirstAndSecondOrderThatFiniteDifferencesGive) {
  constexpr double kStep = 1e-5;
  for (const int64_t channels : {1, 3, 4}) {
    const auto start = pictures(3, channels, 8, at::kDouble), p = probability(0.7);
    const auto direction = (at::arange(start.numel(), at::kDouble) * 0.37).sin().view_as(start);
    const auto gradient = [&](const at::Tensor& at_images, bool further) {
      return torch::autograd::grad({score(at_images, p)}, {at_images}, {}, further, further)[0];
    };
    const auto beside = [&](double step) { return (start + step * direction).requires_grad_(true); };
    const auto images = start.clone().requires_grad_(true);
    const auto first = gradient(images, true);
    const double slope = ((score(beside(kStep), p) - score(beside(-kStep), p)) / (2 * kStep)).item<double>();
    EXPECT_NEAR((first * direction).sum().item<double>(), slope, 1e-6 * std::max(1.0, std::abs(slope)));

    // As R1 does: the gradient of the squared gradient.
    const auto second = torch::autograd::grad({first.square().sum()}, {images})[0];
    const auto penalty = [&](double step) { return gradient(beside(step), false).square().sum(); };
    const double bend = ((penalty(kStep) - penalty(-kStep)) / (2 * kStep)).item<double>();
    ASSERT_GT(std::abs(bend), 1e-3);
    EXPECT_NEAR((second * direction).sum().item<double>(), bend, 1e-5 * std::max(1.0, std::abs(bend)));
  }
}

/// Names of the operations that `body` asks for.
template <class Body>
std::set<std::string> operations_of(Body&& body) {
  static std::set<std::string> names;
  names.clear();
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback([](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
        names.insert(function.name());
        return nullptr;
      }).scopes({at::RecordScope::FUNCTION}));
  body();
  at::removeCallback(handle);
  return names;
}

// A recorded CUDA graph may hold no operation that the host waits for.
TEST(Augment, AsksTheDeviceForNoNumber) {
  const auto images = pictures(4).requires_grad_(true), draws = draws_of(4);
  AugmentOptions options;
  options.augment_p = "adaptive";
  AdaptiveProbability state(options, at::kCPU);
  const auto move = at::ones({}, at::kFloat), p = probability(0.5);
  const auto operations = operations_of([&] {
    const auto out = augment(images, draws, p, kAllKinds);
    torch::autograd::grad({out.square().sum()}, {images});
    state.update(move, out.sign().mean(), 4);
  });
  ASSERT_TRUE(operations.contains("aten::index_select"));
  for (const char* waits : {"aten::item", "aten::_local_scalar_dense", "aten::is_nonzero", "aten::nonzero"})
    EXPECT_FALSE(operations.contains(waits)) << waits;
}

TEST(AugmentDraws, AreKeyedByImageAndPassAndKeepTheirNumbers) {
  const auto real = augment_draws(7, 100, 5, DiscriminatorPass::kReal);
  EXPECT_TRUE(same_bits(augment_draws(7, 103, 2, DiscriminatorPass::kReal), real.narrow(0, 3, 2)));
  EXPECT_TRUE(real.ge(0).logical_and(real.lt(1)).all().item<bool>());
  for (const auto pass : {DiscriminatorPass::kGeneratedForD, DiscriminatorPass::kGeneratedForG})
    EXPECT_FALSE(augment_draws(7, 100, 5, pass).eq(real).any().item<bool>());
  // Saved runs depend on it.
  const Draw draw(7, Purpose::kAugmentation, 3 * 102 + 2);
  const auto row = augment_draws(7, 100, 5, DiscriminatorPass::kGeneratedForG)[2];
  for (uint32_t i = 0; i < kAugmentDraws; ++i)
    EXPECT_EQ(row[i].item<float>(), static_cast<float>(draw.word(i) >> 8) / 16777216.0f);
}

AugmentOptions adaptive(int64_t speed = 1000) {
  AugmentOptions options;
  options.augment_p = "adaptive", options.ada_speed = speed;
  return options;
}

/// One update with numbers of the host.
void update(AdaptiveProbability& state, bool move, double sign, int64_t batch) {
  state.update(at::full({}, move ? 1 : 0, at::kFloat), at::full({}, sign, at::kFloat), batch);
}
double p_of(const AdaptiveProbability& state) { return state.p().item<double>(); }

// Karras et al. 2020 (limited data), section 3.1: every fourth step p moves by the images seen over 1,000 here.
TEST(AdaptiveProbability, FollowsTheRuleByHand) {
  AdaptiveProbability state(adaptive(), at::kCPU);
  EXPECT_EQ(p_of(state), 0);
  const double signs[3][4] = {
      {1, 0.5, 0.75, 0.5}, {1, 1, 0.5, 0.5}, {0.5, 0.5, 0.5, 0.75}};  // means 0.6875, 0.75, 0.5625
  const double expected[3] = {0.04, 0.08, 0.04};
  for (int window = 0; window < 3; ++window)
    for (int i = 0; i < 4; ++i) {
      update(state, i == 3, signs[window][i], 10);
      EXPECT_NEAR(p_of(state), i < 3 ? (window == 0 ? 0 : expected[window - 1]) : expected[window], 1e-7);
    }
}

TEST(AdaptiveProbability, StaysBetweenZeroAndOneAndForgetsNoTimeThere) {
  AdaptiveProbability state(adaptive(100), at::kCPU);
  for (int i = 0; i < 5; ++i) update(state, true, -1, 30);
  EXPECT_EQ(p_of(state), 0);
  for (int i = 0; i < 5; ++i) update(state, true, 1, 30);
  EXPECT_EQ(p_of(state), 1);
  update(state, true, 0, 30);
  EXPECT_NEAR(p_of(state), 0.7, 1e-6);
}

TEST(AdaptiveProbability, StaysWhatItIsWhereItIsNotAdaptive) {
  AugmentOptions options;
  options.augment_p = "0.25";
  AdaptiveProbability state(options, at::kCPU);
  update(state, true, 1, 1000);
  EXPECT_EQ(p_of(state), 0.25);
}

TEST(AdaptiveProbability, GoesOnFromItsStateInTheMiddleOfAWindow) {
  AdaptiveProbability whole(adaptive(), at::kCPU), again(adaptive(), at::kCPU);
  const void* place = whole.p().const_data_ptr();
  for (int i = 0; i < 6; ++i) update(whole, i % 4 == 3, 0.9, 16);
  NamedTensors stored;
  for (const auto& [name, tensor] : whole.state()) stored.emplace_back(name, tensor.clone());
  load_into(again.state(), stored, "the state");
  for (int i = 6; i < 20; ++i) {
    update(whole, i % 4 == 3, i % 3 - 0.25, 16), update(again, i % 4 == 3, i % 3 - 0.25, 16);
    ASSERT_EQ(p_of(whole), p_of(again)) << "step " << i;
  }
  EXPECT_GT(p_of(whole), 0);
  EXPECT_EQ(whole.p().const_data_ptr(), place) << "a recorded step reads it where it was";
}

AugmentOptions with_kinds(const std::string& text) {
  AugmentOptions options;
  options.augment = text;
  return options;
}

TEST(AugmentOptions, ReadKinds) {
  EXPECT_FALSE(AugmentOptions().kinds().any());
  EXPECT_EQ(with_kinds("all").kinds(), kAllKinds);
  EXPECT_EQ(with_kinds("color").kinds(), kColorOnly);
  EXPECT_EQ(with_kinds("cutout,translation").kinds(), (AugmentKinds{false, true, true}));
}

TEST(AugmentOptions, RefuseAWordThatIsNoKind) {
  for (const auto& [text, word] : std::vector<std::pair<std::string, std::string>>{
           {"colour", "colour"}, {"color,flip", "flip"}, {"color,", ""}, {"none,color", "none"}, {"", ""}}) {
    const auto thrown = thrown_by([&] { with_kinds(text).kinds(); });
    EXPECT_EQ(thrown.exit_code, kUsedWrongly);
    EXPECT_CONTAINS(thrown.what, "--augment is '" + text + "'");
    EXPECT_CONTAINS(thrown.what, "'" + word + "' is not a kind");
    EXPECT_CONTAINS(thrown.hint, "color,translation,cutout");
  }
}

TEST(AugmentOptions, ReadTheProbability) {
  const auto first = [](const std::string& text) {
    AugmentOptions options;
    options.augment_p = text;
    return options.first_probability();
  };
  EXPECT_EQ(AugmentOptions().first_probability(), 1);
  EXPECT_EQ(first("0.4"), 0.4);
  EXPECT_EQ(first("adaptive"), 0);
  for (const std::string text : {"1.5", "-0.1", "often", "nan"}) {
    const auto thrown = thrown_by([&] { first(text); });
    EXPECT_EQ(thrown.exit_code, kUsedWrongly);
    EXPECT_CONTAINS(thrown.what, "--augment-p is '" + text + "'");
    EXPECT_CONTAINS(thrown.hint, "adaptive, or 0 to 1");
  }
}

}  // namespace
}  // namespace dcgan::test::augmentation
