#include "step/trainer.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include "nn/latents.hpp"
#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

/// The same step written plainly: torch's own Adam, backward(), one thing after the other.
struct PlainLoop {
  at::ScalarType type;
  NetworkPlan plan = small_plan();
  TrainOptions options = small_training();
  GeneratorNet g{plan};
  DiscriminatorNet d{plan};
  torch::optim::Adam adam_g, adam_d;
  Record record;  // of the last step

  explicit PlainLoop(at::ScalarType type = at::kFloat)
      : type(type),
        adam_g(begun(*g, NetworkRole::kGenerator), settings(options.adam.learning_rate.generator)),
        adam_d(begun(*d, NetworkRole::kDiscriminator), settings(options.adam.learning_rate.discriminator)) {}

  std::vector<at::Tensor> begun(DescribedNetImpl& net, NetworkRole role) const {
    initialise(net, static_cast<uint64_t>(options.seed), role);
    net.to(type);
    return net.parameters();
  }
  torch::optim::AdamOptions settings(double lr) const {
    return torch::optim::AdamOptions(lr).betas({0.5, 0.999}).eps(1e-8);
  }

  at::Tensor images(const Batch& batch) const {
    const Size size = plan.shape.size();
    const auto n = static_cast<int64_t>(batch.labels.size());
    auto out = at::empty({n, plan.image_channels, size.height, size.width}, at::kDouble);
    size_t at = 0;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t y = 0; y < size.height; ++y)
        for (int64_t x = 0; x < size.width; ++x)
          for (int64_t c = 0; c < plan.image_channels; ++c) {
            double* pixel =
                out.mutable_data_ptr<double>() + ((i * plan.image_channels + c) * size.height + y) * size.width + x;
            *pixel = batch.pixels[at++] / 127.5 - 1;
          }
    return out.to(type);
  }
  at::Tensor z(const Batch& batch) const {
    return latents(7, Purpose::kTrainingLatent, batch.first_image, static_cast<int64_t>(batch.labels.size()),
                   plan.options.latent)
        .to(type);
  }
  static double gradient_norm(const torch::nn::Module& net) {
    double sum = 0;
    for (const auto& p : net.parameters()) sum += p.grad().to(at::kDouble).pow(2).sum().item<double>();
    return std::sqrt(sum);
  }

  void step(const Batch& batch) {
    const auto fake = g(z(batch));
    const auto real_logits = d(images(batch)), fake_logits = d(fake.detach());
    const auto target = at::full_like(real_logits, 1 - *resolve_objective(options.objective).label_smoothing);
    const auto loss_real = at::binary_cross_entropy_with_logits(real_logits, target);
    const auto loss_fake = -at::log_sigmoid(-fake_logits).mean();
    d->zero_grad();
    (loss_real + loss_fake).backward();
    record.grad_norm_d = gradient_norm(*d);
    adam_d.step();
    const auto after_logits = d(fake);
    const auto loss_g = -at::log_sigmoid(after_logits).mean();
    g->zero_grad();
    loss_g.backward();
    record.grad_norm_g = gradient_norm(*g);
    adam_g.step();
    record.loss_d_real = loss_real.item<double>(), record.loss_d_fake = loss_fake.item<double>();
    record.loss_g = loss_g.item<double>();
    record.d_real = at::sigmoid(real_logits).mean().item<double>();
    record.d_fake_before = at::sigmoid(fake_logits).mean().item<double>();
    record.d_fake_after = at::sigmoid(after_logits).mean().item<double>();
  }
};

/// |a - b| over |a - start|, all parameters together: Adam turns rounding of a tiny gradient into a full
/// step of one weight, so single weights cannot be compared closely, whole updates can.
double relative_difference(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b,
                           const std::vector<at::Tensor>& start) {
  double difference = 0, way = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += (a[i].detach() - b[i].detach()).to(at::kDouble).pow(2).sum().item<double>();
    way += (a[i].detach() - start[i]).to(at::kDouble).pow(2).sum().item<double>();
  }
  return std::sqrt(difference / way);
}

std::vector<at::Tensor> cloned(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> out;
  for (const auto& t : tensors) out.push_back(t.detach().clone());
  return out;
}

TEST(TrainerStep, EqualsThePlainLoop) {
  auto trainer = small_trainer();
  PlainLoop plain;
  const auto start_g = cloned(plain.g->parameters()), start_d = cloned(plain.d->parameters());
  for (int64_t i = 0; i < 3; ++i) {
    const Batch batch = noise_batch(plain.plan, 8 * i, 8);
    trainer.step(batch), plain.step(batch);
  }
  EXPECT_LT(relative_difference(trainer.discriminator()->parameters(), plain.d->parameters(), start_d), 0.02);
  EXPECT_LT(relative_difference(trainer.generator()->parameters(), plain.g->parameters(), start_g), 0.02);
}

TEST(TrainerStep, InFloat64EqualsThePlainLoopTo1e9OverFiftySteps) {
  auto options = small_training();
  options.precision = "fp64";
  Trainer trainer(small_plan(), options, at::kCPU);
  PlainLoop plain(at::kDouble);
  for (int64_t i = 0; i < 50; ++i) {
    const Batch batch = noise_batch(plain.plan, 8 * i, 8);
    trainer.step(batch), plain.step(batch);
  }
  const auto compare = [](const auto& got, const auto& expected) {
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].scalar_type(), at::kDouble);
      EXPECT_LE(largest_difference(got[i], expected[i]), 1e-9) << i;
    }
  };
  compare(trainer.generator()->parameters(), plain.g->parameters());
  compare(trainer.discriminator()->parameters(), plain.d->parameters());
}

TEST(TrainerStep, ReportsTheFiguresOfThePlainLoopAsMeansOverTheSteps) {
  auto trainer = small_trainer();
  PlainLoop plain;
  std::vector<Record> each;
  for (int64_t i = 0; i < 3; ++i) {
    const Batch batch = noise_batch(plain.plan, 8 * i, 8);
    plain.step(batch), each.push_back(plain.record);
  }
  const auto check = [](const Record& got, std::vector<Record> expected) {
    const auto mean = [&](double Record::*figure) {
      double sum = 0;
      for (const auto& one : expected) sum += one.*figure;
      return sum / static_cast<double>(expected.size());
    };
    for (const auto& [name, figure] :
         std::vector<std::pair<const char*, double Record::*>>{{"loss_d_real", &Record::loss_d_real},
                                                               {"loss_d_fake", &Record::loss_d_fake},
                                                               {"loss_g", &Record::loss_g},
                                                               {"d_real", &Record::d_real},
                                                               {"d_fake_before", &Record::d_fake_before},
                                                               {"d_fake_after", &Record::d_fake_after},
                                                               {"grad_norm_d", &Record::grad_norm_d},
                                                               {"grad_norm_g", &Record::grad_norm_g}})
      EXPECT_NEAR(got.*figure, mean(figure), 1e-4 * std::abs(mean(figure)) + 1e-6) << name;
  };
  Record record;
  for (int64_t i = 0; i < 2; ++i) trainer.step(noise_batch(plain.plan, 8 * i, 8));
  trainer.take_record(record);
  EXPECT_EQ(record.images, 16);
  EXPECT_EQ(record.steps, 2);
  check(record, {each[0], each[1]});
  trainer.step(noise_batch(plain.plan, 16, 8));
  trainer.take_record(record);
  EXPECT_EQ(record.images, 24);
  EXPECT_EQ(record.steps, 1);
  check(record, {each[2]});  // nothing of the steps before
}

TEST(TrainerStep, ShowsTheDiscriminatorRealThenFakeThenFakeAgainAfterItsUpdate) {
  auto trainer = small_trainer();
  auto by_hand = small_trainer();  // its networks are used, its step is not
  PlainLoop plain;
  const Batch batch = noise_batch(plain.plan, 0, 8);
  trainer.step(batch);

  const at::NoGradGuard no_grad;
  const auto real = plain.images(batch).contiguous(at::MemoryFormat::ChannelsLast);
  const auto fake = by_hand.generator()(plain.z(batch));
  by_hand.discriminator()(real);
  by_hand.discriminator()(fake);
  const auto updated = trainer.discriminator()->parameters(), parameters = by_hand.discriminator()->parameters();
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(updated[i]);
  by_hand.discriminator()(fake);

  const auto compare = [](const auto& got, const auto& expected, int64_t forwards) {
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(at::allclose(got[i]->running_mean, expected[i]->running_mean, 1e-5, 1e-7)) << "norm " << i;
      EXPECT_TRUE(at::allclose(got[i]->running_var, expected[i]->running_var, 1e-5, 1e-7)) << "norm " << i;
      EXPECT_EQ(got[i]->num_batches_tracked.template item<int64_t>(), forwards);
    }
  };
  compare(trainer.discriminator()->norms(), by_hand.discriminator()->norms(), 3);
  compare(trainer.generator()->norms(), by_hand.generator()->norms(), 1);
}

TEST(TrainerStep, ComputesTheDiscriminatorsGradientsOnceAndLeavesItTrainable) {
  auto trainer = small_trainer();
  int64_t computed = 0;
  for (auto& parameter : trainer.discriminator()->parameters())
    parameter.register_hook([&](const at::Tensor&) { ++computed; });
  trainer.step(noise_batch(small_plan(), 0, 8));
  const auto parameters = trainer.discriminator()->parameters();
  EXPECT_EQ(computed, static_cast<int64_t>(parameters.size()));
  for (const auto& parameter : parameters) {
    EXPECT_TRUE(parameter.requires_grad());
    EXPECT_FALSE(parameter.grad().defined());
  }
  for (const auto& parameter : trainer.generator()->parameters()) {
    EXPECT_TRUE(parameter.requires_grad());
    EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(TrainerStep, LeavesBothNetworksInTrainingMode) {
  auto trainer = small_trainer();
  trainer.step(noise_batch(small_plan(), 0, 8));
  trainer.evaluation_generator();
  EXPECT_TRUE(trainer.generator()->is_training());
  EXPECT_TRUE(trainer.discriminator()->is_training());
}

TEST(TrainerStep, CountsImagesAlsoWhenABatchIsSmaller) {
  auto trainer = small_trainer();
  trainer.step(noise_batch(small_plan(), 0, 8));
  trainer.step(noise_batch(small_plan(), 8, 3));
  EXPECT_EQ(trainer.images(), 11);
  EXPECT_EQ(trainer.steps(), 2);
}

TEST(TrainerStep, ServesGrayImagesThatAreNotSquare) {
  const auto plan = small_plan({16, 12}, 1);
  Trainer trainer(plan, small_training(), at::kCPU);
  trainer.step(noise_batch(plan, 0, 8));
  Record record;
  trainer.take_record(record);
  EXPECT_TRUE(std::isfinite(record.loss_g));
  EXPECT_EQ(trainer.evaluation_generator()(noise({2, 8})).sizes().vec(), (std::vector<int64_t>{2, 1, 12, 16}));
}

TEST(Trainer, WithoutAnAverageShowsTheLiveWeights) {
  auto options = small_training();
  options.schedule.ema_images = 0;
  Trainer trainer(small_plan(), options, at::kCPU);
  trainer.step(noise_batch(small_plan(), 0, 8));
  const auto live = trainer.generator()->parameters(), shown = trainer.evaluation_generator()->parameters();
  for (size_t i = 0; i < live.size(); ++i) EXPECT_TRUE(same_bits(live[i], shown[i])) << i;
}

TEST(Trainer, AveragesTheGeneratorByImagesSeen) {
  auto options = small_training();
  options.schedule.ema_images = 1;  // so the ramp-up, half of a twentieth of the images seen, decides
  Trainer trainer(small_plan(), options, at::kCPU);
  const auto start = cloned(trainer.generator()->parameters());
  trainer.step(noise_batch(small_plan(), 0, 8));
  const double decay = std::pow(0.5, 8 / 0.4);  // 8 images; a twentieth of 8 seen is 0.4
  const auto live = trainer.generator()->parameters(), shown = trainer.evaluation_generator()->parameters();
  for (size_t i = 0; i < live.size(); ++i)
    EXPECT_LE(largest_difference(shown[i], start[i] + (1 - decay) * (live[i].detach() - start[i])), 1e-7) << i;
}

TEST(Trainer, DrawsTheSameWeightsForASeedAndOthersForAnother) {
  auto options = small_training();
  auto a = small_trainer(), b = small_trainer();
  options.seed = 8;
  Trainer c(small_plan(), options, at::kCPU);
  EXPECT_TRUE(same_bits(a.generator()->parameters()[0], b.generator()->parameters()[0]));
  EXPECT_FALSE(same_bits(a.generator()->parameters()[0], c.generator()->parameters()[0]));
  EXPECT_FALSE(same_bits(a.discriminator()->parameters()[0], c.discriminator()->parameters()[0]));
}

}  // namespace
}  // namespace dcgan::test
