// What single training options do to a step.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <set>

#include "nn/latents.hpp"
#include "step/measure.hpp"
#include "step/schedule.hpp"
#include "support/architectures.hpp"
#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

std::vector<at::Tensor> copied(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> out;
  for (const auto& t : tensors) out.push_back(t.detach().clone());
  return out;
}

bool are_same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!same_bits(a[i], b[i])) return false;
  return true;
}

Trainer trainer_with(const std::function<void(TrainOptions&)>& change) {
  auto options = small_training();
  change(options);
  return Trainer(small_plan(), options, at::kCPU);
}

TEST(Architectures, ShippedOrNotAreTrainedStepByStep) {
  for (const NetworkPlan& plan : plans_of_every_architecture({16, 16})) {
    Trainer trainer(plan, small_training(), at::kCPU);
    const auto before = copied(trainer.generator()->parameters());
    Batch batch = made_up_batch(plan, 8, 0);
    for (int i = 0; i < 4; ++i, batch.first_image += 8) trainer.step(batch);
    EXPECT_FALSE(are_same(before, trainer.generator()->parameters())) << plan.options.arch;
    for (const auto& [name, tensor] : trainer.weights_and_gradients())
      EXPECT_TRUE(at::isfinite(tensor).all().item<bool>()) << plan.options.arch << " " << name;
  }
}

TEST(RateFactor, HoldsThenHalvesEveryHalfLifeDownToTheFloor) {
  ScheduleOptions schedule;
  EXPECT_EQ(rate_factor(schedule, 1'000'000), 1);
  schedule.lr_hold = 100, schedule.lr_half_life = 50;
  for (const auto& [images, factor] :
       std::vector<std::pair<int64_t, double>>{{0, 1}, {100, 1}, {150, 0.5}, {200, 0.25}})
    EXPECT_DOUBLE_EQ(rate_factor(schedule, images), factor) << images;
  schedule.lr_floor = 0.3;
  EXPECT_DOUBLE_EQ(rate_factor(schedule, 150), 0.5);
  EXPECT_DOUBLE_EQ(rate_factor(schedule, 200), 0.3);
}

TEST(NoiseLevel, FadesLinearlyAndStaysAway) {
  ObjectiveOptions objective;
  EXPECT_EQ(noise_level(objective, 0), 0);
  objective.instance_noise = 0.4, objective.instance_noise_images = 200;
  for (const auto& [images, level] : std::vector<std::pair<int64_t, double>>{{0, 0.4}, {50, 0.3}, {200, 0}, {999, 0}})
    EXPECT_DOUBLE_EQ(noise_level(objective, images), level) << images;
}

TEST(TrainingKinds, WithFallingStepSizesTakeTheStepOfThatSize) {
  auto falling = trainer_with([](auto& o) { o.schedule.lr_half_life = 8; });
  auto halved =
      trainer_with([](auto& o) { o.adam.learning_rate.generator /= 2, o.adam.learning_rate.discriminator /= 2; });
  falling.step(noise_batch(small_plan(), 0, 8));
  halved.load(falling.state(*falling.evaluation_generator()), "the other"),
      halved.set_position(falling.position(), "it");
  for (Trainer* one : {&falling, &halved}) one->step(noise_batch(small_plan(), 8, 8));
  EXPECT_TRUE(are_same(falling.generator()->parameters(), halved.generator()->parameters()));
  EXPECT_TRUE(are_same(falling.discriminator()->parameters(), halved.discriminator()->parameters()));
}

TEST(TrainingKinds, WithCriticStepsUpdateTheGeneratorInEveryThirdStepAndAverageItsFiguresOverThose) {
  auto trainer = trainer_with([](auto& o) { o.schedule.critic_steps = 3; });
  std::vector<bool> g_moves, d_moves;
  for (int64_t i = 0; i < 6; ++i) {
    const auto g = copied(trainer.generator()->parameters()), d = copied(trainer.discriminator()->parameters());
    trainer.step(noise_batch(small_plan(), 8 * i, 8));
    g_moves.push_back(!are_same(g, trainer.generator()->parameters()));
    d_moves.push_back(!are_same(d, trainer.discriminator()->parameters()));
  }
  EXPECT_EQ(g_moves, (std::vector<bool>{false, false, true, false, false, true}));
  EXPECT_EQ(d_moves, std::vector<bool>(6, true));
  Record record;
  trainer.take_record(record);
  EXPECT_EQ(record.steps, 6);
  EXPECT_GT(record.loss_g, 0.4);  // a mean over six would be a third of it
  EXPECT_LT(record.loss_g, 2);
}

TEST(HalvingsAt, AreAFunctionOfTheImagesSeenAndStopAtTheWholeSize) {
  ScheduleOptions schedule;
  EXPECT_EQ(halvings_at(schedule, 128, 4, 0), 0);
  schedule.grow_images = 100, schedule.grow_from = 32;
  for (const auto& [images, halvings] :
       std::vector<std::pair<int64_t, int64_t>>{{0, 2}, {99, 2}, {100, 1}, {199, 1}, {200, 0}, {1'000'000, 0}})
    EXPECT_EQ(halvings_at(schedule, 128, 4, images), halvings) << images;
  EXPECT_EQ(halvings_at(schedule, 128, 1, 0), 1);  // of networks with one smaller size
  EXPECT_EQ(halvings_at(schedule, 48, 4, 0), 0);   // 24 would be too small
}

TEST(PenaltyFactor, FallsOnHalfACosineToTheFloor) {
  ObjectiveOptions objective;
  EXPECT_EQ(penalty_factor(objective, 1'000'000), 1);
  objective.penalty_fall = 200, objective.penalty_floor = 0.2;
  for (const auto& [images, factor] :
       std::vector<std::pair<int64_t, double>>{{0, 1}, {100, 0.6}, {200, 0.2}, {999, 0.2}})
    EXPECT_NEAR(penalty_factor(objective, images), factor, 1e-12) << images;
}

/// A D that takes means of 2 x 2 pixels has a penalty at the pixels and one, weighed by its size, at the means.
TEST(PenaltyFactor, IsTheSameOfOneDiscriminatorAtEverySize) {
  const auto of_means = [](const at::Tensor& x) { return x.sin().flatten(1).sum(1); };
  const auto of_pixels = [&](const at::Tensor& x) { return of_means(resized(LayerKind::kMeans, x)); };
  const auto pixels = noise({3, 2, 8, 8}).to(at::kDouble);
  ObjectiveOptions objective;
  EXPECT_NEAR(zero_centered_penalty(of_pixels, pixels, 1).item<double>(),
              penalty_factor(objective, 0, 1) *
                  zero_centered_penalty(of_means, resized(LayerKind::kMeans, pixels), 1).item<double>(),
              1e-12);
}

TEST(TrainingKinds, ThatGrowTrainWeightsOfTheSizeAtHandAlone) {
  const auto kinds = kinds_of_training();
  const auto options = std::find_if(kinds.begin(), kinds.end(), [](auto& k) { return k.first == "growing after 16"; });
  Trainer trainer(small_plan_for(options->second), options->second, at::kCPU);
  const auto moved = [&](const auto& net, const std::vector<at::Tensor>& before) {
    std::set<std::string> names;
    const auto all = tensors_of(*net, false);
    for (size_t i = 0; i < all.size(); ++i)
      if (!same_bits(before[i], all[i].second)) names.insert(all[i].first);
    return names;
  };
  for (int64_t i = 0; i < 4; ++i) {
    const auto g = copied(trainer.generator()->parameters()), d = copied(trainer.discriminator()->parameters());
    trainer.step(noise_batch(small_plan(), 8 * i, 8));
    const auto of_g = moved(trainer.generator(), g), of_d = moved(trainer.discriminator(), d);
    EXPECT_TRUE(of_g.contains("image0.weight")) << i;
    EXPECT_EQ(of_g.contains("image1.weight"), i >= 2) << i;
    EXPECT_TRUE(of_d.contains("image1.weight")) << i;
    EXPECT_EQ(of_d.contains("down0.weight"), i >= 2) << i;
  }
}

TEST(TrainingKinds, DecayTheWeightsOfTheNetworkThatIsNamed) {
  for (const bool of_g : {true, false}) {
    auto plain = trainer_with([](auto&) {});
    auto decaying =
        trainer_with([&](auto& o) { (of_g ? o.adam.weight_decay.generator : o.adam.weight_decay.discriminator) = 1; });
    for (Trainer* one : {&plain, &decaying}) one->step(noise_batch(small_plan(), 0, 8));
    const auto of = [](Trainer& one, bool g) {
      return g ? one.generator()->parameters() : one.discriminator()->parameters();
    };
    EXPECT_FALSE(are_same(of(plain, of_g), of(decaying, of_g)));
    if (!of_g) continue;  // G learns from D after its step
    EXPECT_TRUE(are_same(of(plain, false), of(decaying, false)));
  }
}

TEST(TrainingKinds, WithFrozenBlocksTrainTheOthersOnly) {
  auto trainer = trainer_with([](auto& o) { o.freeze_d = 1; });
  const auto before = copied(trainer.discriminator()->parameters());
  trainer.step(noise_batch(small_plan(), 0, 8));
  const auto names = tensors_of(*trainer.discriminator(), false);
  for (size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(same_bits(before[i], names[i].second), names[i].first.starts_with("conv0.")) << names[i].first;
}

TEST(TrainingKinds, RefuseToFreezeTheWholeDiscriminator) {
  EXPECT_THROW(trainer_with([](auto& o) { o.freeze_d = 16; }), UsageError);
}

TEST(TrainingKinds, WithInstanceNoiseShowTheDiscriminatorOtherImagesUntilItHasFaded) {
  auto plain = small_trainer(), again = small_trainer();
  auto noisy = trainer_with([](auto& o) { o.objective.instance_noise = 0.5, o.objective.instance_noise_images = 100; });
  for (Trainer* one : {&plain, &noisy}) one->step(noise_batch(small_plan(), 0, 8));
  EXPECT_FALSE(are_same(plain.discriminator()->parameters(), noisy.discriminator()->parameters()));
  auto faded = trainer_with([](auto& o) { o.objective.instance_noise = 0.5, o.objective.instance_noise_images = 100; });
  for (Trainer* one : {&faded, &again}) one->step(noise_batch(small_plan(), 104, 8));
  EXPECT_TRUE(are_same(faded.discriminator()->parameters(), again.discriminator()->parameters()));
}

TEST(TrainingKinds, WithAugmentationShowTheDiscriminatorChangedImagesAndNoneWhereProbabilityIsZero) {
  auto plain = small_trainer();
  auto never = trainer_with([](auto& o) { o.augment.augment = "all", o.augment.augment_p = "0"; });
  auto always = trainer_with([](auto& o) { o.augment.augment = "all"; });
  for (Trainer* one : {&plain, &never, &always}) one->step(noise_batch(small_plan(), 0, 8));
  EXPECT_TRUE(are_same(plain.discriminator()->parameters(), never.discriminator()->parameters()));
  EXPECT_FALSE(are_same(plain.discriminator()->parameters(), always.discriminator()->parameters()));
  EXPECT_FALSE(plain.real_as_d_sees(noise_batch(small_plan(), 0, 8)).defined());
  const auto shown = always.real_as_d_sees(noise_batch(small_plan(), 0, 8));
  EXPECT_EQ(shown.sizes().vec(), (std::vector<int64_t>{8, 3, 16, 16}));
}

TEST(TrainingKinds, WithAdaptiveAugmentationRaiseItsProbabilityWhereTheDiscriminatorIsRightTooOften) {
  const auto p_after = [](double target) {
    auto trainer = trainer_with([&](auto& o) {
      o.augment.augment = "translation", o.augment.augment_p = "adaptive", o.augment.ada_speed = 320;
      o.augment.ada_target = target;
    });
    for (int64_t i = 0; i < 8; ++i) trainer.step(noise_batch(small_plan(), 8 * i, 8));
    Record record;
    trainer.take_record(record);
    return record.augment_p;
  };
  EXPECT_NEAR(p_after(-1), 64.0 / 320, 1e-6);  // D is right more often than never: two moves up, of four steps each
  EXPECT_EQ(p_after(1), 0);
}

// Gradients of the parts are averaged, so that a step is one of the whole batch; BatchNorm sees each part by itself.
TEST(TrainingKinds, InPartsEqualsTheStepWrittenPlainlyWithAccumulatedGradients) {
  auto options = small_training();
  options.precision = "fp64", options.schedule.accumulate = 2;
  Trainer trainer(small_plan(), options, at::kCPU);
  GeneratorNet g(small_plan());
  DiscriminatorNet d(small_plan());
  initialise(*g, 7, NetworkRole::kGenerator), initialise(*d, 7, NetworkRole::kDiscriminator);
  g->to(at::kDouble), d->to(at::kDouble);
  const auto settings = [](double lr) { return torch::optim::AdamOptions(lr).betas({0.5, 0.999}); };
  torch::optim::Adam adam_g(g->parameters(), settings(1e-3)), adam_d(d->parameters(), settings(5e-4));
  for (int64_t step = 0; step < 3; ++step) {
    const Batch batch = noise_batch(small_plan(), 8 * step, 8);
    trainer.step(batch);
    const auto pixels = at::tensor(std::vector<int64_t>(batch.pixels.begin(), batch.pixels.end()), at::kDouble);
    const auto real = (pixels.view({8, 16, 16, 3}) / 127.5 - 1).permute({0, 3, 1, 2});
    const auto z = latents(7, Purpose::kTrainingLatent, batch.first_image, 8, 8).to(at::kDouble);
    adam_d.zero_grad();
    for (int64_t part = 0; part < 2; ++part) {
      const auto yes = d(real.narrow(0, 4 * part, 4)), no = d(g(z.narrow(0, 4 * part, 4)).detach());
      (0.5 * (at::softplus(-yes).mean() + 0.1 * yes.mean() + at::softplus(no).mean())).backward();
    }
    adam_d.step();
    adam_g.zero_grad();
    for (int64_t part = 0; part < 2; ++part) (0.5 * at::softplus(-d(g(z.narrow(0, 4 * part, 4)))).mean()).backward();
    adam_g.step();
  }
  const auto compare = [](const auto& got, const auto& expected) {
    for (size_t i = 0; i < got.size(); ++i) EXPECT_LE(largest_difference(got[i], expected[i]), 1e-9) << i;
  };
  compare(trainer.generator()->parameters(), g->parameters());
  compare(trainer.discriminator()->parameters(), d->parameters());
}

}  // namespace
}  // namespace dcgan::test
