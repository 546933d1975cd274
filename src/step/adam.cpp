#include "step/adam.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace dcgan {
namespace {

/// The tensors as rows of numbers, in the order of their memory. The CPU's fused kernel turns a channels-last gradient
/// into another layout first, which takes longer than the step itself.
std::vector<at::Tensor> in_memory(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> rows;
  for (const auto& tensor : tensors) rows.push_back(tensor.detach().as_strided({tensor.numel()}, {1}));
  return rows;
}

}  // namespace

Adam::Adam(NamedTensors parameters, const AdamSettings& settings, std::vector<size_t> last_stage)
    : settings_(settings), last_stage_(std::move(last_stage)) {
  last_stage_.resize(parameters.size());
  for (auto& [name, parameter] : parameters) {
    names_.push_back(name);
    parameters_.push_back(parameter);
    exp_avg_.push_back(at::zeros_like(parameter.detach()));
    exp_avg_sq_.push_back(at::zeros_like(parameter.detach()));
  }
  const auto options = parameters_.front().options().dtype(at::kFloat).requires_grad(false);
  for (size_t i = 0; i <= *std::max_element(last_stage_.begin(), last_stage_.end()); ++i)
    steps_.push_back(at::zeros({}, options));
  rate_ = at::full({}, settings_.learning_rate, options.dtype(options.device().is_cpu() ? at::kDouble : at::kFloat));
  use_stage(0);
}

void Adam::use_stage(size_t stage) {
  used_.clear(), in_use_.clear();
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (last_stage_[i] >= stage) used_.push_back(i), in_use_.push_back(parameters_[i]);
}

void Adam::step(std::vector<at::Tensor> gradients) {
  constexpr double kWeightDecay = 0, kEpsilon = 1e-8;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> exp_avg, exp_avg_sq, steps;
  std::vector<bool> counts(steps_.size());
  for (size_t i = 0; i < used_.size(); ++i) {
    const size_t n = used_[i];
    // The kernel walks memory: a gradient laid out otherwise than its parameter must be brought in line.
    if (gradients[i].strides() != parameters_[n].strides())
      gradients[i] = at::empty_like(parameters_[n]).copy_(gradients[i]);
    exp_avg.push_back(exp_avg_[n]), exp_avg_sq.push_back(exp_avg_sq_[n]);
    steps.push_back(steps_[last_stage_[n]]);
    if (!counts[last_stage_[n]]) steps.back().add_(1);
    counts[last_stage_[n]] = true;
  }
  at::_fused_adam_(in_memory(in_use_), in_memory(gradients), in_memory(exp_avg), in_memory(exp_avg_sq), {}, steps,
                   rate_, settings_.beta1, settings_.beta2, kWeightDecay, kEpsilon, /*amsgrad=*/false,
                   /*maximize=*/false);
}

NamedTensors Adam::named() const {
  NamedTensors all;
  for (const size_t n : used_) all.emplace_back(names_[n], parameters_[n]);
  return all;
}

NamedTensors Adam::state() const {
  NamedTensors state;
  for (size_t i = 0; i < names_.size(); ++i) {
    state.emplace_back("exp_avg." + names_[i], exp_avg_[i]);
    state.emplace_back("exp_avg_sq." + names_[i], exp_avg_sq_[i]);
  }
  for (size_t i = 0; i + 1 < steps_.size(); ++i) state.emplace_back("step." + std::to_string(i), steps_[i]);
  state.emplace_back("step", steps_.back());
  return state;
}

}  // namespace dcgan
