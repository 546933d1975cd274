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

/// Of a convolution. Biases, gains and classes' tables do not decay.
bool is_kernel(const at::Tensor& weight) { return weight.dim() == 4; }

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
  const at::NoGradGuard no_grad;
  std::vector<bool> counts(steps_.size());
  std::vector<size_t> kept, decaying;  // places among those in use
  for (size_t i = 0; i < used_.size(); ++i) {
    // The kernel walks memory: a gradient laid out otherwise than its parameter must be brought in line.
    if (gradients[i].strides() != in_use_[i].strides()) gradients[i] = at::empty_like(in_use_[i]).copy_(gradients[i]);
    const size_t last = last_stage_[used_[i]];
    if (!counts[last]) steps_[last].add_(1);
    counts[last] = true;
    (settings_.weight_decay > 0 && is_kernel(in_use_[i]) ? decaying : kept).push_back(i);
  }
  step_some(kept, gradients, 0);
  step_some(decaying, gradients, settings_.weight_decay);
}

void Adam::step_some(const std::vector<size_t>& places, const std::vector<at::Tensor>& gradients, double weight_decay) {
  constexpr double kEpsilon = 1e-8;
  if (places.empty()) return;
  std::vector<at::Tensor> weights, gradient, exp_avg, exp_avg_sq, steps;
  for (const size_t i : places) {
    const size_t n = used_[i];
    weights.push_back(parameters_[n]), gradient.push_back(gradients[i]);
    exp_avg.push_back(exp_avg_[n]), exp_avg_sq.push_back(exp_avg_sq_[n]);
    steps.push_back(steps_[last_stage_[n]]);
  }
  at::_fused_adamw_(in_memory(weights), in_memory(gradient), in_memory(exp_avg), in_memory(exp_avg_sq), {}, steps,
                    rate_, settings_.beta1, settings_.beta2, weight_decay, kEpsilon, /*amsgrad=*/false,
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
