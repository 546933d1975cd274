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

/// Of each of these parameters of `net`, the last stage that has it.
std::vector<size_t> last_stages(const NamedTensors& parameters, const DescribedNetImpl& net) {
  std::vector<size_t> all;
  for (const auto& [name, parameter] : parameters) all.push_back(net.last_stage_of(name));
  return all;
}

/// Those of one network.
AdamSettings settings_of(const AdamOptions& adam, double PerNetwork<double>::*network) {
  return {adam.learning_rate.*network, adam.beta1.*network, adam.beta2.*network, adam.weight_decay.*network};
}

Adam adam_of(const NamedTensors& parameters, const DescribedNetImpl& net, const AdamSettings& settings) {
  return {parameters, settings, last_stages(parameters, net)};
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
      adam_g_(adam_of(tensors_of(*generator_, false), *generator_,
                      settings_of(options.adam, &PerNetwork<double>::generator))),
      adam_d_(adam_of(unfrozen(*discriminator_, options.freeze_d), *discriminator_,
                      settings_of(options.adam, &PerNetwork<double>::discriminator))),
      mean_g_(std::make_unique<GradientMean>(*group_, adam_g_.parameters(), kStepFigures)),
      mean_d_(std::make_unique<GradientMean>(*group_, adam_d_.parameters(), kStepFigures + kStopRequests)),
      objective_(options.objective),
      augment_kinds_(options.augment.kinds()),
      augment_p_(options.augment, device) {
  for (const auto& [name, parameter] : tensors_of(*discriminator_, false)) at::Tensor(parameter).requires_grad_(false);
  for (const auto& parameter : adam_d_.parameters()) at::Tensor(parameter).requires_grad_(true);
  for (const auto& parameter : generator_->parameters()) average_.push_back(parameter.detach().clone());
  average_weight_ = at::zeros({}, average_.front().options());
  noise_level_ = at::zeros({}, average_.front().options());
  penalty_level_ = at::ones({}, average_.front().options());
  moves_augment_p_ = at::zeros({}, noise_level_.options().dtype(at::kFloat));
  stop_requests_ = at::zeros({kStopRequests}, at::TensorOptions(at::kDouble).device(device));
  sums_ = at::zeros({kStepFigures}, at::TensorOptions(at::kDouble).device(device));
  zero_ = at::zeros({}, sums_.options());
}

void Trainer::use_own_stream() const {
  if (gpu_) gpu_->use_own_stream();
}

Trainer::StepKind Trainer::next_kind() const {
  return {(steps_ + 1) % options_.schedule.critic_steps == 0, objective_.is_lazy_turn(steps_)};
}

int64_t Trainer::halvings_from(int64_t first_image) const {
  const Size size = generator_->plan().shape.size();
  return halvings_at(options_.schedule, std::min(size.width, size.height),
                     static_cast<int64_t>(generator_->stages()) - 1, first_image);
}

Size Trainer::size_from(int64_t first_image) const {
  const Size whole = generator_->plan().shape.size();
  const int64_t halvings = halvings_from(first_image);
  return {whole.width >> halvings, whole.height >> halvings};
}

void Trainer::use_stage(int64_t halvings) {
  if (halvings == halvings_) return;
  halvings_ = halvings;
  const auto stage = static_cast<size_t>(halvings);
  generator_->use_stage(stage), discriminator_->use_stage(stage);
  adam_g_.use_stage(stage), adam_d_.use_stage(stage);
  mean_g_.reset(), mean_d_.reset();
  mean_g_ = std::make_unique<GradientMean>(*group_, adam_g_.parameters(), kStepFigures);
  mean_d_ = std::make_unique<GradientMean>(*group_, adam_d_.parameters(), kStepFigures + kStopRequests);
  if (gpu_) gpu_->forget();
}

StopRequests Trainer::step(const Batch& batch, const StopRequests& requests) {
  use_own_stream();
  const auto share = static_cast<int64_t>(batch.labels.size()), n = share * group_->size();
  const int64_t first_image = batch.first_image - group_->rank() * share;  // of all ranks' shares
  const StepKind kind = next_kind();
  const double noise = noise_level(options_.objective, first_image);
  use_stage(halvings_from(first_image));
  penalty_level_.fill_(penalty_factor(options_.objective, first_image, halvings_));
  StepInputs inputs = host_inputs(batch, generator_->plan(), options_, objective_.mixes(), noise > 0, halvings_);
  images_ = first_image + n;
  ++steps_, ++steps_in_record_;
  g_steps_in_record_ += kind.updates_g;
  const auto& schedule = options_.schedule;
  average_weight_.fill_(1 - average_decay(n * schedule.critic_steps, images_, schedule.ema_images, schedule.ema_ramp));
  noise_level_.fill_(noise);
  augment_p_.rise(first_image);
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
  const auto all = mean_d_->beside().narrow(0, kStepFigures, kStopRequests).to(at::kCPU, at::kDouble);
  group_->check();
  const double* request = all.const_data_ptr<double>();
  return {request[0] > 0, request[1] > 0, request[2] > 0, request[3] > 0};
}

at::Tensor Trainer::real_as_d_sees(const Batch& batch) const {
  const at::NoGradGuard no_grad;
  const double noise = noise_level(options_.objective, batch.first_image);
  if (!augment_kinds_.any() && noise == 0) return {};
  const int64_t halvings = halvings_from(batch.first_image);
  StepInputs inputs = host_inputs(batch, generator_->plan(), options_, false, noise > 0, halvings);
  inputs.each([&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = tensor.to(device_);
  });
  const MicroBatch part = micro_batches_of(inputs, 1, halvings).front();
  return as_d_sees(part.real, part, DiscriminatorPass::kReal).cpu();
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
  add("generator.", tensors_of(*generator_, false), adam_g_.named(), mean_g_->last());
  add("discriminator.", tensors_of(*discriminator_, false), adam_d_.named(), mean_d_->last());
  return all;
}

GeneratorNet Trainer::evaluation_generator() {
  use_own_stream();
  return evaluation_copy(*generator_, average_, static_cast<uint64_t>(options_.seed));
}

}  // namespace dcgan
