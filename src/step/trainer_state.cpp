// What a Trainer says of itself: records, checkpoints, positions.
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>

#include "nn/weights.hpp"
#include "step/figures.hpp"
#include "step/trainer.hpp"

namespace dcgan {
namespace {

/// Those whose names begin with `prefix`, without it.
NamedTensors behind(const NamedTensors& all, const std::string& prefix) {
  NamedTensors out;
  for (const auto& [name, tensor] : all)
    if (name.starts_with(prefix)) out.emplace_back(name.substr(prefix.size()), tensor);
  return out;
}

}  // namespace

void Trainer::take_record(Record& record) {
  use_own_stream();
  const auto sums = sums_.cpu();
  const double* sum = sums.const_data_ptr<double>();
  for (int i = 0; i < kStepFigures; ++i) {
    const auto& [field, of_g] = kStepFigureFields[i];
    const int64_t steps = of_g ? g_steps_in_record_ : std::max<int64_t>(1, steps_in_record_);
    record.*field = steps > 0 ? sum[i] / static_cast<double>(steps) : std::numeric_limits<double>::quiet_NaN();
  }
  record.augment_p = augment_kinds_.any() ? augment_p_.p().item<double>() : 0;
  record.images = images_;
  record.steps = steps_in_record_, record.g_steps = g_steps_in_record_;
  sums_.zero_();
  steps_in_record_ = g_steps_in_record_ = 0;
}

NamedTensors Trainer::average_state() const {
  NamedTensors state;
  const auto names = tensors_of(*generator_, false);
  for (size_t i = 0; i < names.size(); ++i) state.emplace_back(names[i].first, average_[i]);
  return state;
}

NamedTensors Trainer::average_in(const NamedTensors& stored) const {
  NamedTensors average = behind(stored, "ema.");
  // BatchNorm statistics are computed anew from the weights whenever they are needed.
  const auto parameters = generator_->named_parameters();
  std::erase_if(average, [&](const auto& one) { return !parameters.contains(one.first); });
  return average;
}

NamedTensors Trainer::live_state() const {
  NamedTensors all;
  append(all, "generator.", tensors_of(*generator_, true));
  append(all, "discriminator.", tensors_of(*discriminator_, true));
  append(all, "adam_g.", adam_g_.state());
  append(all, "adam_d.", adam_d_.state());
  if (options_.augment.adaptive()) append(all, "augment.", augment_p_.state());
  all.emplace_back("record.sums", sums_);
  return all;
}

NamedTensors Trainer::state(const GeneratorNetImpl& evaluation) const {
  use_own_stream();
  NamedTensors all = live_state();
  append(all, "ema.", tensors_of(evaluation, true));
  return all;
}

void Trainer::load(NamedTensors stored, const std::string& origin) {
  use_own_stream();
  const NamedTensors average = average_in(stored);
  std::erase_if(stored, [](const auto& one) { return one.first.starts_with("ema."); });
  for (auto& [name, tensor] : stored)  // older checkpoints know fewer figures
    if (name == "record.sums" && tensor.dim() == 1 && tensor.size(0) < kStepFigures)
      tensor = at::constant_pad_nd(tensor, {0, kStepFigures - tensor.size(0)});
  load_into(live_state(), stored, origin);
  load_into(average_state(), average, origin);
  if (gpu_) gpu_->forget();
}

void Trainer::take_weights(const NamedTensors& stored, const std::string& origin) {
  use_own_stream();
  load_into(tensors_of(*generator_, true), behind(stored, "generator."), origin);
  if (const NamedTensors other = behind(stored, "discriminator."); !other.empty())
    load_into(tensors_of(*discriminator_, true), other, origin);
  load_into(average_state(), average_in(stored), origin);
  to_channels_last(*generator_), to_channels_last(*discriminator_);  // whatever the strides that a file keeps
  for (auto& average : average_)
    if (average.dim() == 4) average.set_data(average.contiguous(at::MemoryFormat::ChannelsLast));
  if (gpu_) gpu_->forget();
}

void Trainer::count_rollback() {
  sums_.zero_();
  steps_in_record_ = g_steps_in_record_ = 0;
  ++rollbacks_;
}

void Trainer::share_state() {
  if (group_->size() == 1) return;
  NamedTensors all = live_state();
  append(all, "ema.", average_state());
  for (const auto& [name, tensor] : all) {
    const auto dense = tensor.detach().contiguous();
    group_->share(dense);
    tensor.detach().copy_(dense);
  }
}

void Trainer::average_statistics() {
  if (group_->size() == 1) return;
  const auto average = [&](const auto& network) {
    for (const auto& [name, tensor] : tensors_of(*network, true)) {
      if (name.find("running_") == std::string::npos) continue;
      const auto sum = tensor.to(at::kDouble, false, /*copy=*/true);
      group_->sum(sum);
      tensor.copy_(sum / static_cast<double>(group_->size()));
    }
  };
  average(generator_), average(discriminator_);
}

Json Trainer::position() const {
  return {{"images", images_},
          {"steps", steps_},
          {"steps_in_record", steps_in_record_},
          {"g_steps_in_record", g_steps_in_record_},
          {"rollbacks", rollbacks_}};
}

void Trainer::set_position(const Json& meta, const std::string& origin) {
  images_ = required<int64_t>(meta, "images", origin);
  steps_ = required<int64_t>(meta, "steps", origin);
  steps_in_record_ = required<int64_t>(meta, "steps_in_record", origin);
  g_steps_in_record_ =
      meta.contains("g_steps_in_record") ? required<int64_t>(meta, "g_steps_in_record", origin) : steps_in_record_;
  rollbacks_ = meta.contains("rollbacks") ? required<int64_t>(meta, "rollbacks", origin) : 0;
}

}  // namespace dcgan
