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

/// Trainable tensors by name, as the networks register them.
NamedTensors named(const torch::nn::Module& module, bool with_buffers) {
  NamedTensors out;
  for (const auto& one : module.named_parameters()) out.emplace_back(one.key(), one.value());
  if (with_buffers)
    for (const auto& one : module.named_buffers()) out.emplace_back(one.key(), one.value());
  return out;
}

void append(NamedTensors& all, const std::string& prefix, const NamedTensors& part) {
  for (const auto& [name, tensor] : part) all.emplace_back(prefix + name, tensor);
}

/// A network ready to train: initial weights, channels-last, on its device.
template <class Net>
Net prepared(Net net, uint64_t seed, NetworkRole role, at::Device device) {
  initialise(*net, seed, role);
  to_channels_last(*net);
  net->to(device);
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

/// uint8 N x H x W x C to float [N, C, H, W] in [-1, 1], channels-last without a copy of its own.
at::Tensor to_images(const Batch& batch, const NetworkPlan& plan, at::Device device) {
  const Size size = plan.shape.size();
  const auto n = static_cast<int64_t>(batch.labels.size());
  auto bytes = at::from_blob(const_cast<uint8_t*>(batch.pixels.data()),
                             {n, size.height, size.width, plan.image_channels}, at::kByte);
  return bytes.to(device).permute({0, 3, 1, 2}).to(at::kFloat).div_(127.5).sub_(1.0);
}

}  // namespace

void settle_process(int64_t threads) {
  at::set_num_threads(static_cast<int>(threads));
  keep_freed_memory();
}

Trainer::Trainer(const NetworkPlan& plan, const TrainOptions& options, at::Device device)
    : options_(options),
      precision_(precision_from(options.precision)),
      device_(device),
      generator_(prepared(GeneratorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kGenerator, device)),
      discriminator_(
          prepared(DiscriminatorNet(plan), static_cast<uint64_t>(options.seed), NetworkRole::kDiscriminator, device)),
      adam_g_(named(*generator_, false),
              {options.adam.learning_rate.generator, options.adam.beta1.generator, options.adam.beta2.generator}),
      adam_d_(named(*discriminator_, false), {options.adam.learning_rate.discriminator,
                                              options.adam.beta1.discriminator, options.adam.beta2.discriminator}) {
  for (const auto& parameter : generator_->parameters()) average_.push_back(parameter.detach().clone());
  sums_ = at::zeros({8}, at::TensorOptions(at::kDouble).device(device));
}

void Trainer::step(const Batch& batch) {
  const auto real = to_images(batch, generator_->plan(), device_);
  const int64_t n = real.size(0);
  const auto z = latents(static_cast<uint64_t>(options_.seed), Purpose::kTrainingLatent, batch.first_image, n,
                         generator_->plan().options.latent)
                     .to(device_);

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

  images_ = batch.first_image + n;
  ++steps_, ++steps_in_record_;
  update_average(average_, adam_g_.parameters(), average_decay(n, images_, options_.ema_images));
  const at::NoGradGuard no_grad;
  sums_.add_(at::stack({loss_real, loss_fake, loss_g, at::sigmoid(real_logits).mean(), at::sigmoid(fake_logits).mean(),
                        at::sigmoid(after_logits).mean(), norm_d, norm_g}));
}

void Trainer::take_record(Record& record) {
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
  return evaluation_copy(*generator_, average_, static_cast<uint64_t>(options_.seed));
}

NamedTensors Trainer::average_state() const {
  NamedTensors state;
  const auto names = named(*generator_, false);
  for (size_t i = 0; i < names.size(); ++i) state.emplace_back(names[i].first, average_[i]);
  return state;
}

NamedTensors Trainer::live_state() const {
  NamedTensors all;
  append(all, "generator.", named(*generator_, true));
  append(all, "discriminator.", named(*discriminator_, true));
  append(all, "adam_g.", adam_g_.state());
  append(all, "adam_d.", adam_d_.state());
  all.emplace_back("record.sums", sums_);
  return all;
}

NamedTensors Trainer::state(const GeneratorNetImpl& evaluation) const {
  NamedTensors all = live_state();
  append(all, "ema.", named(evaluation, true));
  return all;
}

void Trainer::load(const ArchiveReader& archive) {
  const std::string origin = "the checkpoint '" + shown(archive.path()) + "'";
  NamedTensors stored = archive.read_all("");
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
