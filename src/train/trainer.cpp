#include "train/trainer.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "latent/latents.hpp"
#include "nn/weights.hpp"
#include "train/average.hpp"
#include "train/losses.hpp"

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

/// A batch's own memory as a tensor, uint8 [N, H, W, C].
at::Tensor pixels_of(const Batch& batch, const NetworkPlan& plan) {
  const Size size = plan.shape.size();
  return at::from_blob(const_cast<uint8_t*>(batch.pixels.data()),
                       {static_cast<int64_t>(batch.labels.size()), size.height, size.width, plan.image_channels},
                       at::kByte);
}

/// uint8 [N, H, W, C] to [N, C, H, W] in [-1, 1], channels-last without a copy of its own.
at::Tensor to_images(const at::Tensor& pixels, at::ScalarType type) {
  return pixels.permute({0, 3, 1, 2}).to(type).div_(127.5).sub_(1.0);
}

}  // namespace

void settle_process(int64_t threads) {
  at::set_num_threads(static_cast<int>(threads));
  keep_freed_memory();
}

Trainer::Trainer(const NetworkPlan& plan, const TrainOptions& options, at::Device device, const GpuOptions& gpu)
    : options_(options),
      precision_(precision_from(options.precision)),
      device_(device),
      gpu_(device.is_cuda() ? make_gpu_pipeline(device, gpu, precision_ == Precision::kTf32) : nullptr),
      generator_(prepared(GeneratorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kGenerator, device,
                          precision_)),
      discriminator_(prepared(DiscriminatorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kDiscriminator,
                              device, precision_)),
      adam_g_(tensors_of(*generator_, false),
              {options.adam.learning_rate.generator, options.adam.beta1.generator, options.adam.beta2.generator}),
      adam_d_(tensors_of(*discriminator_, false),
              {options.adam.learning_rate.discriminator, options.adam.beta1.discriminator,
               options.adam.beta2.discriminator}) {
  for (const auto& parameter : generator_->parameters()) average_.push_back(parameter.detach().clone());
  average_weight_ = at::zeros({}, average_.front().options());
  sums_ = at::zeros({8}, at::TensorOptions(at::kDouble).device(device));
}

void Trainer::take_turn() const {
  if (gpu_) gpu_->take_turn();
}

void Trainer::step(const Batch& batch) {
  take_turn();
  const auto n = static_cast<int64_t>(batch.labels.size());
  StepInputs inputs = {pixels_of(batch, generator_->plan()),
                       latents(static_cast<uint64_t>(options_.seed), Purpose::kTrainingLatent, batch.first_image, n,
                               generator_->plan().options.latent)};
  images_ = batch.first_image + n;
  ++steps_, ++steps_in_record_;
  average_weight_.fill_(1 - average_decay(n, images_, options_.ema_images));
  if (!gpu_) return alternate(inputs);
  inputs = gpu_->deliver(inputs);
  gpu_->run([&] { alternate(inputs); });
}

void Trainer::alternate(const StepInputs& inputs) {
  const auto type = storage_type(precision_);
  const auto real = to_images(inputs.pixels, type), z = inputs.latents.to(type);
  at::Tensor fake, real_logits, fake_logits;
  {
    const PrecisionScope scope(precision_, device_.type());
    fake = generator_(z);  // one pass serves both updates: G does not change in between
    // Real and fake go through D in one call, batch by batch for its BatchNorm: larger products, weights prepared once.
    const auto logits = discriminator_(at::cat({real, fake.detach()}), 2).chunk(2);
    real_logits = logits[0], fake_logits = logits[1];
  }
  const auto loss_real = real_bce(real_logits, options_.label_smoothing), loss_fake = fake_bce(fake_logits);
  const auto gradients_d = torch::autograd::grad({loss_real + loss_fake}, adam_d_.parameters());
  const auto norm_d = norm_of(gradients_d);
  adam_d_.step(gradients_d);

  at::Tensor after_logits, loss_g;
  std::vector<at::Tensor> gradients_g;
  {
    const Frozen frozen(adam_d_.parameters());
    {
      const PrecisionScope scope(precision_, device_.type());
      after_logits = discriminator_(fake);
    }
    loss_g = generator_bce(after_logits);
    gradients_g = torch::autograd::grad({loss_g}, adam_g_.parameters());
  }
  const auto norm_g = norm_of(gradients_g);
  adam_g_.step(gradients_g);

  update_average(average_, adam_g_.parameters(), average_weight_);
  const at::NoGradGuard no_grad;
  sums_.add_(at::stack({loss_real, loss_fake, loss_g, at::sigmoid(real_logits).mean(), at::sigmoid(fake_logits).mean(),
                        at::sigmoid(after_logits).mean(), norm_d, norm_g}));
}

void Trainer::take_record(Record& record) {
  take_turn();
  const auto sums = sums_.cpu();
  const double* sum = sums.const_data_ptr<double>();
  double* figures[] = {&record.loss_d_real,   &record.loss_d_fake,  &record.loss_g,      &record.d_real,
                       &record.d_fake_before, &record.d_fake_after, &record.grad_norm_d, &record.grad_norm_g};
  for (int i = 0; i < 8; ++i) *figures[i] = sum[i] / static_cast<double>(std::max<int64_t>(1, steps_in_record_));
  record.images = images_;
  record.steps = steps_in_record_;
  sums_.zero_();
  steps_in_record_ = 0;
}

GeneratorNet Trainer::evaluation_generator() {
  take_turn();
  return evaluation_copy(*generator_, average_, static_cast<uint64_t>(options_.seed));
}

NamedTensors Trainer::average_state() const {
  NamedTensors state;
  const auto names = tensors_of(*generator_, false);
  for (size_t i = 0; i < names.size(); ++i) state.emplace_back(names[i].first, average_[i]);
  return state;
}

NamedTensors Trainer::live_state() const {
  NamedTensors all;
  append(all, "generator.", tensors_of(*generator_, true));
  append(all, "discriminator.", tensors_of(*discriminator_, true));
  append(all, "adam_g.", adam_g_.state());
  append(all, "adam_d.", adam_d_.state());
  all.emplace_back("record.sums", sums_);
  return all;
}

NamedTensors Trainer::state(const GeneratorNetImpl& evaluation) const {
  take_turn();
  NamedTensors all = live_state();
  append(all, "ema.", tensors_of(evaluation, true));
  return all;
}

void Trainer::load(NamedTensors stored, const std::string& origin) {
  take_turn();
  NamedTensors average;
  std::erase_if(stored, [&](const auto& one) {
    if (!one.first.starts_with("ema.")) return false;
    // Its BatchNorm statistics are computed anew from the weights whenever they are needed.
    const std::string name = one.first.substr(4);
    if (generator_->named_parameters().contains(name)) average.emplace_back(name, one.second);
    return true;
  });
  load_into(live_state(), stored, origin);
  load_into(average_state(), average, origin);
  if (gpu_) gpu_->forget();
}

Json Trainer::position() const {
  return {{"images", images_}, {"steps", steps_}, {"steps_in_record", steps_in_record_}};
}

void Trainer::set_position(const Json& meta, const std::string& origin) {
  images_ = required<int64_t>(meta, "images", origin);
  steps_ = required<int64_t>(meta, "steps", origin);
  steps_in_record_ = required<int64_t>(meta, "steps_in_record", origin);
}

}  // namespace dcgan
