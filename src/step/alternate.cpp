// The part of a step that the device does, phase by phase: D on real and generated images, the penalty on its
// gradients, D's update; G through the D that was updated, G's update, the moving average. What a step is given and
// what is kept between steps is in step/trainer.cpp.
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "nn/sync_norm.hpp"
#include "step/average.hpp"
#include "step/figures.hpp"
#include "step/trainer.hpp"

namespace dcgan {
namespace {

/// While it lives the network's weights take no gradients. Nothing else changes: BatchNorm stays in
/// training mode and its running statistics move.
class Frozen {
 public:
  explicit Frozen(const std::vector<at::Tensor>& parameters) : parameters_(parameters) { set(false); }
  ~Frozen() { set(true); }

 private:
  void set(bool trainable) {
    for (const auto& parameter : parameters_) at::Tensor(parameter).requires_grad_(trainable);
  }
  const std::vector<at::Tensor>& parameters_;
};

at::Tensor norm_of(const std::vector<at::Tensor>& gradients) {
  return at::stack(at::_foreach_norm(gradients, 2)).norm();
}

/// uint8 [N, H, W, C] to [N, C, H, W] in [-1, 1], channels-last without a copy of its own; of smaller sides means.
at::Tensor to_images(const at::Tensor& pixels, at::ScalarType type, int64_t halvings) {
  const auto images = pixels.permute({0, 3, 1, 2}).to(type);
  const int64_t box = int64_t{1} << halvings;
  return (halvings > 0 ? at::avg_pool2d(images, at::IntArrayRef{box, box}) : images).div_(127.5).sub_(1.0);
}

/// Classes for a batch that holds all images twice over.
at::Tensor twice(const at::Tensor& classes) { return classes.defined() ? at::cat({classes, classes}) : classes; }

/// The mean of a loss over a batch's parts, of which only the gradients and the figures are kept.
class LossMean {
 public:
  /// `beside` the figures further numbers are handed over with the last part; may be undefined.
  LossMean(GradientMean& gradients, size_t parts, at::Tensor beside)
      : gradients_(gradients), parts_(parts), beside_(std::move(beside)) {}

  /// Adds a part's loss; figures of the parts so far go along with the last.
  void add(const at::Tensor& loss, const std::vector<at::Tensor>& figures) {
    at::Tensor beside;
    {
      const at::NoGradGuard no_grad;
      const auto own = at::stack(figures).div(static_cast<double>(parts_));
      sum_ = sum_.defined() ? sum_ + own : own;
      beside = beside_.defined() ? at::cat({sum_, beside_}) : sum_;
    }
    gradients_.add(loss, ++added_ == parts_, beside);
  }

 private:
  GradientMean& gradients_;
  const size_t parts_;
  const at::Tensor beside_;
  at::Tensor sum_;
  size_t added_ = 0;
};

}  // namespace

void Trainer::alternate(const StepInputs& inputs, StepKind kind) {
  const NormScope over_all(options_.sync_batchnorm ? group_.get() : nullptr);
  auto parts = micro_batches_of(inputs, std::min(options_.schedule.accumulate, inputs.pixels.size(0)), halvings_);
  const Update d = update_d(parts, kind);
  adapt_augmentation(d, inputs.pixels.size(0) * group_->size());
  Update g;
  if (kind.updates_g) {
    g = update_g(parts);
    update_average(average_, generator_->parameters(), average_weight_);
  }
  add_to_sums(d, g);
}

std::vector<Trainer::MicroBatch> Trainer::micro_batches_of(const StepInputs& inputs, int64_t count,
                                                           int64_t halvings) const {
  const auto type = storage_type(precision_);
  const int64_t n = inputs.pixels.size(0);
  std::vector<MicroBatch> parts;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first = i * n / count, size = (i + 1) * n / count - first;
    const auto cut = [&](const at::Tensor& t, int64_t dim) { return t.defined() ? t.narrow(dim, first, size) : t; };
    MicroBatch part;
    part.real = to_images(cut(inputs.pixels, 0), type, halvings), part.z = cut(inputs.latents, 0).to(type);
    part.classes = cut(inputs.classes, 0);
    part.mix = cut(inputs.mix, 0);
    if (part.mix.defined()) part.mix = part.mix.to(type);
    part.noise = cut(inputs.noise, 1);
    part.augment = cut(inputs.augment, 1);
    parts.push_back(std::move(part));
  }
  return parts;
}

at::Tensor Trainer::generate(const MicroBatch& part) {
  const PrecisionScope scope(precision_, device_.type());
  return generator_(part.z, part.classes);
}

at::Tensor Trainer::as_d_sees(const at::Tensor& images, const MicroBatch& part, DiscriminatorPass pass) const {
  const auto which = static_cast<int64_t>(pass);
  at::Tensor out = images;
  // Generated images may come in bf16; colours are computed in the numbers of the weights.
  if (part.augment.defined())
    out = augment(out.to(storage_type(precision_)), part.augment[which], augment_p_.p(), augment_kinds_);
  if (part.noise.defined()) out = out + noise_level_ * part.noise[which].to(out.scalar_type());
  return out;
}

Trainer::Update Trainer::update_d(std::vector<MicroBatch>& parts, StepKind kind) {
  LossMean mean(*mean_d_, parts.size(), stop_requests_);
  for (MicroBatch& part : parts) {
    // One pass serves both updates, because G does not change in between; but several parts are not held at once.
    const bool keeps = kind.updates_g && parts.size() == 1;
    const at::AutoGradMode mode(keeps);
    part.fake = generate(part);
    const at::AutoGradMode grad(true);
    std::vector<at::Tensor> figures(kStepFigures, zero_);
    mean.add(loss_d(part, kind, figures), figures);
    if (!keeps) part.fake.reset();
  }
  const auto gradients = mean_d_->take(static_cast<int64_t>(parts.size()));
  Update update{mean_d_->beside().narrow(0, 0, kStepFigures).to(at::kDouble), norm_of(gradients)};
  adam_d_.step(gradients);
  return update;
}

at::Tensor Trainer::loss_d(const MicroBatch& part, StepKind kind, std::vector<at::Tensor>& figures) {
  const auto real = as_d_sees(part.real, part, DiscriminatorPass::kReal);
  const auto fake = as_d_sees(part.fake.detach(), part, DiscriminatorPass::kGeneratedForD);
  at::Tensor real_logits, fake_logits;
  {
    const PrecisionScope scope(precision_, device_.type());
    // Real and fake go through D in one call, batch by batch for its BatchNorm: larger products, weights prepared once.
    const auto logits = discriminator_(at::cat({real, fake}), 2, twice(part.classes)).chunk(2);
    real_logits = logits[0], fake_logits = logits[1];
  }
  const DiscriminatorLoss loss = objective_.discriminator(real_logits, fake_logits);
  const at::Tensor penalty = penalty_d(part, real, fake.detach(), kind);
  auto total = loss.real + loss.fake;
  if (penalty.defined()) total = total + penalty;
  const at::NoGradGuard no_grad;
  const auto accuracy = objective_.accuracy(real_logits, fake_logits);
  figures[kLossReal] = loss.real, figures[kLossFake] = loss.fake;
  if (penalty.defined()) figures[kPenalty] = penalty;
  figures[kDReal] = objective_.loss().probability(real_logits, fake_logits).mean();
  figures[kDFakeBefore] = objective_.loss().probability(fake_logits, real_logits).mean();
  figures[kAccuracyReal] = accuracy.real, figures[kAccuracyFake] = accuracy.fake;
  return total;
}

at::Tensor Trainer::penalty_d(const MicroBatch& part, const at::Tensor& real, const at::Tensor& fake, StepKind kind) {
  if (!kind.is_lazy_turn && !objective_.mixes()) return {};
  return objective_.penalty([&](const at::Tensor& x) { return discriminator_(x, 1, part.classes); }, real,
                            fake.to(real.scalar_type()), part.mix, kind.is_lazy_turn, penalty_level_);
}

void Trainer::adapt_augmentation(const Update& d, int64_t images) {
  if (!options_.augment.adaptive()) return;
  const at::NoGradGuard no_grad;
  augment_p_.update(moves_augment_p_, 2 * d.figures[kAccuracyReal] - 1, images);
}

Trainer::Update Trainer::update_g(std::vector<MicroBatch>& parts) {
  const Frozen frozen(adam_d_.parameters());
  LossMean mean(*mean_g_, parts.size(), {});
  for (MicroBatch& part : parts) {
    if (!part.fake.defined()) part.fake = generate(part);
    std::vector<at::Tensor> figures(kStepFigures, zero_);
    mean.add(loss_g(part, figures), figures);
    part.fake.reset();
  }
  const auto gradients = mean_g_->take(static_cast<int64_t>(parts.size()));
  Update update{mean_g_->beside().to(at::kDouble), norm_of(gradients)};
  adam_g_.step(gradients);
  return update;
}

at::Tensor Trainer::loss_g(const MicroBatch& part, std::vector<at::Tensor>& figures) {
  const auto fake = as_d_sees(part.fake, part, DiscriminatorPass::kGeneratedForG);
  at::Tensor real_logits, fake_logits;
  {
    const PrecisionScope scope(precision_, device_.type());
    if (objective_.loss().generator_sees_real) {
      // No gradient of the generator's passes through these.
      const at::NoGradGuard no_grad;
      real_logits = discriminator_(as_d_sees(part.real, part, DiscriminatorPass::kReal), 1, part.classes);
    }
    fake_logits = discriminator_(fake, 1, part.classes);
  }
  const auto loss = objective_.generator(real_logits, fake_logits);
  const at::NoGradGuard no_grad;
  figures[kLossG] = loss, figures[kDFakeAfter] = objective_.loss().probability(fake_logits, real_logits).mean();
  return loss;
}

void Trainer::add_to_sums(const Update& d, const Update& g) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> norms(kStepFigures, zero_);
  norms[kNormD] = d.norm;
  sums_.add_(d.figures);
  if (g.figures.defined()) sums_.add_(g.figures), norms[kNormG] = g.norm;
  sums_.add_(at::stack(norms));
}

}  // namespace dcgan
