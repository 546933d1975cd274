#include "step/adam.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

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

Adam::Adam(NamedTensors parameters, const AdamSettings& settings) : settings_(settings) {
  for (auto& [name, parameter] : parameters) {
    names_.push_back(name);
    parameters_.push_back(parameter);
    exp_avg_.push_back(at::zeros_like(parameter.detach()));
    exp_avg_sq_.push_back(at::zeros_like(parameter.detach()));
  }
  step_ = at::zeros({}, parameters_.front().options().dtype(at::kFloat).requires_grad(false));
  rate_ = at::full({}, settings_.learning_rate, step_.options().dtype(step_.is_cpu() ? at::kDouble : at::kFloat));
}

void Adam::step(std::vector<at::Tensor> gradients) {
  constexpr double kWeightDecay = 0, kEpsilon = 1e-8;
  const at::NoGradGuard no_grad;
  // The kernel walks memory: a gradient laid out otherwise than its parameter must be brought in line.
  for (size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].strides() != parameters_[i].strides())
      gradients[i] = at::empty_like(parameters_[i]).copy_(gradients[i]);
  step_.add_(1);
  const std::vector<at::Tensor> steps(parameters_.size(), step_);
  at::_fused_adam_(in_memory(parameters_), in_memory(gradients), in_memory(exp_avg_), in_memory(exp_avg_sq_), {}, steps,
                   rate_, settings_.beta1, settings_.beta2, kWeightDecay, kEpsilon, /*amsgrad=*/false,
                   /*maximize=*/false);
}

NamedTensors Adam::state() const {
  NamedTensors state;
  for (size_t i = 0; i < names_.size(); ++i) {
    state.emplace_back("exp_avg." + names_[i], exp_avg_[i]);
    state.emplace_back("exp_avg_sq." + names_[i], exp_avg_sq_[i]);
  }
  state.emplace_back("step", step_);
  return state;
}

}  // namespace dcgan
