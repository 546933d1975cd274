#include "step/trainer.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/thread.hpp"
#include "nn/sync_norm.hpp"
#include "nn/weights.hpp"
#include "step/average.hpp"
#include "step/figures.hpp"
#include "step/schedule.hpp"

namespace dcgan {
namespace {

/// A network ready to train: initial weights, channels-last, on its device.
template <class Net>
Net prepared(Net net, uint64_t seed, NetworkRole role, at::Device device, Precision precision) {
  initialise(*net, seed, role);
  to_channels_last(*net);
  move_to(*net, device, storage_type(precision));
  net->train();
  return net;
}

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

/// uint8 [N, H, W, C] to [N, C, H, W] in [-1, 1], channels-last without a copy of its own.
at::Tensor to_images(const at::Tensor& pixels, at::ScalarType type) {
  return pixels.permute({0, 3, 1, 2}).to(type).div_(127.5).sub_(1.0);
}

/// Classes for a batch that holds all images twice over.
at::Tensor twice(const at::Tensor& classes) { return classes.defined() ? at::cat({classes, classes}) : classes; }

/// The discriminator's parameters without those of its first blocks, which keep their weights.
NamedTensors unfrozen(const DiscriminatorNetImpl& net, int64_t blocks) {
  std::set<std::string> frozen;
  for (const auto& layer : net.description().layers)
    for (const auto& weight : layer.weights())
      if (layer.block < blocks) frozen.insert(weight.name);
  NamedTensors out;
  for (const auto& named : tensors_of(net, false))
    if (!frozen.contains(named.first)) out.push_back(named);
  if (out.empty())
    throw UsageError("--freeze-d " + std::to_string(blocks) + " leaves nothing of the discriminator to train",
                     "freeze fewer blocks");
  return out;
}

}  // namespace

constexpr int64_t kStopRequests = 4;

void settle_process(int64_t threads) {
  static int64_t checked = 0;  // LibTorch keeps its threads, and ends the process where it gets fewer than it asks for
  // It has two pools of them.
  if (threads > checked) check_threads(2 * (threads - checked), "the training"), checked = threads;
  at::set_num_threads(static_cast<int>(threads));
  keep_freed_memory();
}

Trainer::Trainer(const NetworkPlan& plan, const TrainOptions& options, at::Device device, const GpuOptions& gpu,
                 std::shared_ptr<Group> group)
    : options_(options),
      precision_(precision_from(options.precision)),
      device_(device),
      group_(std::move(group)),
      // Collectives are not recorded.
      gpu_(device.is_cuda() ? make_gpu_pipeline(device, {gpu.deterministic, gpu.no_graph || group_->size() > 1},
                                                precision_ == Precision::kTf32)
                            : nullptr),
      generator_(prepared(GeneratorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kGenerator, device,
                          precision_)),
      discriminator_(prepared(DiscriminatorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kDiscriminator,
                              device, precision_)),
      adam_g_(tensors_of(*generator_, false),
              {options.adam.learning_rate.generator, options.adam.beta1.generator, options.adam.beta2.generator}),
      adam_d_(unfrozen(*discriminator_, options.freeze_d),
              {options.adam.learning_rate.discriminator, options.adam.beta1.discriminator,
               options.adam.beta2.discriminator}),
      mean_g_(std::make_unique<GradientMean>(*group_, adam_g_.parameters(), kFigures)),
      mean_d_(std::make_unique<GradientMean>(*group_, adam_d_.parameters(), kFigures + kStopRequests)),
      objective_(options.objective),
      augment_kinds_(options.augment.kinds()),
      augment_p_(options.augment, device) {
  for (const auto& [name, parameter] : tensors_of(*discriminator_, false)) at::Tensor(parameter).requires_grad_(false);
  for (const auto& parameter : adam_d_.parameters()) at::Tensor(parameter).requires_grad_(true);
  for (const auto& parameter : generator_->parameters()) average_.push_back(parameter.detach().clone());
  average_weight_ = at::zeros({}, average_.front().options());
  noise_level_ = at::zeros({}, average_.front().options());
  moves_augment_p_ = at::zeros({}, noise_level_.options().dtype(at::kFloat));
  stop_requests_ = at::zeros({kStopRequests}, at::TensorOptions(at::kDouble).device(device));
  sums_ = at::zeros({kFigures}, at::TensorOptions(at::kDouble).device(device));
}

void Trainer::use_own_stream() const {
  if (gpu_) gpu_->use_own_stream();
}

Trainer::StepKind Trainer::next_kind() const {
  return {(steps_ + 1) % options_.schedule.critic_steps == 0, objective_.is_lazy_turn(steps_)};
}

StopRequests Trainer::step(const Batch& batch, const StopRequests& requests) {
  use_own_stream();
  const auto share = static_cast<int64_t>(batch.labels.size()), n = share * group_->size();
  const int64_t first_image = batch.first_image - group_->rank() * share;  // of all ranks' shares
  const StepKind kind = next_kind();
  const double noise = noise_level(options_.objective, first_image);
  StepInputs inputs = host_inputs(batch, generator_->plan(), options_, objective_.mixes(), noise > 0);
  images_ = first_image + n;
  ++steps_, ++steps_in_record_;
  g_steps_in_record_ += kind.updates_g;
  const auto& schedule = options_.schedule;
  average_weight_.fill_(1 - average_decay(n * schedule.critic_steps, images_, schedule.ema_images, schedule.ema_ramp));
  noise_level_.fill_(noise);
  moves_augment_p_.fill_(steps_ % AdaptiveProbability::kStepsAMove == 0);
  const double factor = std::exp2(-rollbacks_) * rate_factor(schedule, first_image);
  adam_g_.set_rate(factor * options_.adam.learning_rate.generator);
  adam_d_.set_rate(factor * options_.adam.learning_rate.discriminator);
  if (gpu_) inputs = gpu_->deliver(inputs);
  const auto work = [&] { alternate(inputs, kind); };
  const auto run = [&] { gpu_ ? gpu_->run(kind.number(), work) : work(); };
  if (group_->size() == 1) {
    run();
    return requests;
  }
  stop_requests_.copy_(at::tensor(std::vector<double>{1.0 * requests.interrupt, 1.0 * requests.terminate,
                                                      1.0 * requests.time_is_up, 1.0 * requests.fails}));
  run();
  const auto all = mean_d_->beside().narrow(0, kFigures, kStopRequests).to(at::kCPU, at::kDouble);
  group_->check();
  const double* request = all.const_data_ptr<double>();
  return {request[0] > 0, request[1] > 0, request[2] > 0, request[3] > 0};
}

std::vector<Trainer::Part> Trainer::parts_of(const StepInputs& inputs, int64_t count) const {
  const auto type = storage_type(precision_);
  const int64_t n = inputs.pixels.size(0);
  std::vector<Part> parts;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first = i * n / count, size = (i + 1) * n / count - first;
    const auto cut = [&](const at::Tensor& t, int64_t dim) { return t.defined() ? t.narrow(dim, first, size) : t; };
    Part part;
    part.real = to_images(cut(inputs.pixels, 0), type), part.z = cut(inputs.latents, 0).to(type);
    part.classes = cut(inputs.classes, 0);
    part.mix = cut(inputs.mix, 0);
    if (part.mix.defined()) part.mix = part.mix.to(type);
    part.noise = cut(inputs.noise, 1);
    part.augment = cut(inputs.augment, 1);
    parts.push_back(std::move(part));
  }
  return parts;
}

at::Tensor Trainer::generate(const Part& part) {
  const PrecisionScope scope(precision_, device_.type());
  return generator_(part.z, part.classes);
}

at::Tensor Trainer::shown(const at::Tensor& images, const Part& part, Pass pass) const {
  const auto at = static_cast<int64_t>(pass);
  at::Tensor out = images;
  // Generated images may come in bf16; colours are computed in the numbers of the weights.
  if (part.augment.defined())
    out = augment(out.to(storage_type(precision_)), part.augment[at], augment_p_.p(), augment_kinds_);
  if (part.noise.defined()) out = out + noise_level_ * part.noise[at].to(out.scalar_type());
  return out;
}

at::Tensor Trainer::loss_d(Part& part, StepKind kind, std::vector<at::Tensor>& figures) {
  const auto real = shown(part.real, part, Pass::kReal);
  const auto fake = shown(part.fake.detach(), part, Pass::kGeneratedForD);
  at::Tensor real_logits, fake_logits;
  {
    const PrecisionScope scope(precision_, device_.type());
    // Real and fake go through D in one call, batch by batch for its BatchNorm: larger products, weights prepared once.
    const auto logits = discriminator_(at::cat({real, fake}), 2, twice(part.classes)).chunk(2);
    real_logits = logits[0], fake_logits = logits[1];
  }
  const DiscriminatorLoss loss = objective_.discriminator(real_logits, fake_logits);
  at::Tensor penalty;
  if (kind.is_lazy_turn || objective_.mixes())
    penalty = objective_.penalty([&](const at::Tensor& x) { return discriminator_(x, 1, part.classes); }, real,
                                 fake.to(real.scalar_type()), part.mix, kind.is_lazy_turn);
  auto total = loss.real + loss.fake;
  if (penalty.defined()) total = total + penalty;
  const at::NoGradGuard no_grad;
  const auto right = objective_.right(real_logits, fake_logits);
  figures[kLossReal] = loss.real, figures[kLossFake] = loss.fake;
  if (penalty.defined()) figures[kPenalty] = penalty;
  figures[kDReal] = objective_.loss().probability(real_logits, fake_logits).mean();
  figures[kDFakeBefore] = objective_.loss().probability(fake_logits, real_logits).mean();
  figures[kRealRight] = right.real, figures[kFakeRight] = right.fake;
  return total;
}

at::Tensor Trainer::loss_g(Part& part, std::vector<at::Tensor>& figures) {
  const auto fake = shown(part.fake, part, Pass::kGeneratedForG);
  at::Tensor real_logits, fake_logits;
  {
    const PrecisionScope scope(precision_, device_.type());
    if (objective_.loss().generator_sees_real) {
      // No gradient of the generator's passes through these.
      const at::NoGradGuard no_grad;
      real_logits = discriminator_(shown(part.real, part, Pass::kReal), 1, part.classes);
    }
    fake_logits = discriminator_(fake, 1, part.classes);
  }
  const auto loss = objective_.generator(real_logits, fake_logits);
  const at::NoGradGuard no_grad;
  figures[kLossG] = loss, figures[kDFakeAfter] = objective_.loss().probability(fake_logits, real_logits).mean();
  return loss;
}

void Trainer::alternate(const StepInputs& inputs, StepKind kind) {
  auto parts = parts_of(inputs, std::min(options_.schedule.accumulate, inputs.pixels.size(0)));
  const auto count = static_cast<int64_t>(parts.size());
  const NormScope over_all(options_.sync_batchnorm ? group_.get() : nullptr);
  const auto zero = at::zeros({}, sums_.options());
  /// Adds a part's loss to the mean; figures of the parts so far go along with the last.
  const auto add = [&](GradientMean& mean, const at::Tensor& loss, const std::vector<at::Tensor>& figures,
                       at::Tensor& sum, bool is_last, const at::Tensor& requests) {
    at::Tensor beside;
    {
      const at::NoGradGuard no_grad;
      const auto own = at::stack(figures).div(static_cast<double>(count));
      sum = sum.defined() ? sum + own : own;
      beside = requests.defined() ? at::cat({sum, requests}) : sum;
    }
    mean.add(loss, is_last, beside);
  };
  at::Tensor sum_d, sum_g;
  for (Part& part : parts) {
    // One pass serves both updates, because G does not change in between; but several parts are not held at once.
    const bool keeps = kind.updates_g && count == 1;
    const at::AutoGradMode mode(keeps);
    part.fake = generate(part);
    const at::AutoGradMode grad(true);
    std::vector<at::Tensor> figures(kFigures, zero);
    const auto loss = loss_d(part, kind, figures);
    add(*mean_d_, loss, figures, sum_d, &part == &parts.back(), stop_requests_);
    if (!keeps) part.fake.reset();
  }
  const auto gradients_d = mean_d_->take(count);
  const auto figures_d = mean_d_->beside().narrow(0, 0, kFigures).to(at::kDouble);
  std::vector<at::Tensor> norms(kFigures, zero);
  norms[kNormD] = norm_of(gradients_d);
  adam_d_.step(gradients_d);
  if (options_.augment.adaptive()) {  // the mean sign of logits, from the share on the right side
    const at::NoGradGuard no_grad;
    augment_p_.update(moves_augment_p_, 2 * figures_d[kRealRight] - 1, inputs.pixels.size(0) * group_->size());
  }

  at::Tensor figures_g = at::zeros_like(figures_d);
  if (kind.updates_g) {
    const Frozen frozen(adam_d_.parameters());
    for (Part& part : parts) {
      if (!part.fake.defined()) part.fake = generate(part);
      std::vector<at::Tensor> figures(kFigures, zero);
      const auto loss = loss_g(part, figures);
      add(*mean_g_, loss, figures, sum_g, &part == &parts.back(), {});
      part.fake.reset();
    }
    const auto gradients_g = mean_g_->take(count);
    figures_g = mean_g_->beside().to(at::kDouble);
    norms[kNormG] = norm_of(gradients_g);
    adam_g_.step(gradients_g);
    update_average(average_, adam_g_.parameters(), average_weight_);
  }
  const at::NoGradGuard no_grad;
  sums_.add_(figures_d).add_(figures_g).add_(at::stack(norms));
}

at::Tensor Trainer::shown_to_d(const Batch& batch) const {
  const at::NoGradGuard no_grad;
  const double noise = noise_level(options_.objective, batch.first_image);
  if (!augment_kinds_.any() && noise == 0) return {};
  StepInputs inputs = host_inputs(batch, generator_->plan(), options_, false, noise > 0);
  inputs.each([&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = tensor.to(device_);
  });
  const Part part = parts_of(inputs, 1).front();
  return shown(part.real, part, Pass::kReal).cpu();
}

NamedTensors Trainer::weights_and_gradients() const {
  use_own_stream();
  NamedTensors all;
  const auto add = [&](const std::string& network, const NamedTensors& weights, const NamedTensors& trained,
                       const std::vector<at::Tensor>& gradients) {
    append(all, "weights/" + network, weights);
    for (size_t i = 0; i < trained.size(); ++i)
      all.emplace_back("gradients/" + network + trained[i].first, gradients[i]);
  };
  const auto weights_g = tensors_of(*generator_, false), weights_d = tensors_of(*discriminator_, false);
  add("generator.", weights_g, weights_g, mean_g_->last());
  add("discriminator.", weights_d, unfrozen(*discriminator_, options_.freeze_d), mean_d_->last());
  return all;
}

GeneratorNet Trainer::evaluation_generator() {
  use_own_stream();
  return evaluation_copy(*generator_, average_, static_cast<uint64_t>(options_.seed));
}

}  // namespace dcgan
