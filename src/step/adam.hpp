// Adam (Kingma and Ba 2014, algorithm 1) over one network, by LibTorch's fused kernel, with weight decay beside its
// steps (Loshchilov and Hutter 2019, algorithm 2). Its whole state is explicit: moments and a step count, so that a
// checkpoint can hold it.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "nn/named_tensors.hpp"

namespace dcgan {

struct AdamSettings {
  double learning_rate, beta1, beta2;
  double weight_decay = 0;  // of kernels, [A, B, k, k]: each step takes this share times the step size of them away
};

class Adam {
 public:
  /// `parameters`: names and live tensors. `last_stage`: of each, the last stage that uses it (all of them, where it
  /// is empty), see use_stage().
  Adam(NamedTensors parameters, const AdamSettings& settings, std::vector<size_t> last_stage = {});

  /// Only parameters of this stage learn from now on: those whose last one it is, or that later ones use too. At first
  /// it is stage 0, which uses all.
  void use_stage(size_t stage);

  /// One step with these gradients, in the order of the parameters in use.
  void step(std::vector<at::Tensor> gradients);

  /// The step size from the next step on.
  void set_rate(double learning_rate) { rate_.fill_(learning_rate); }

  /// Those in use.
  const std::vector<at::Tensor>& parameters() const { return in_use_; }
  /// Names and tensors of those in use.
  NamedTensors named() const;
  /// "exp_avg.NAME" and "exp_avg_sq.NAME" for every parameter; "step", the steps that those of all stages have taken,
  /// and "step.N", of those whose last stage is N.
  NamedTensors state() const;

 private:
  /// One step of those at these places among those in use.
  void step_some(const std::vector<size_t>& places, const std::vector<at::Tensor>& gradients, double weight_decay);

  AdamSettings settings_;
  std::vector<std::string> names_;
  std::vector<size_t> last_stage_;
  std::vector<at::Tensor> parameters_, exp_avg_, exp_avg_sq_;
  std::vector<size_t> used_;  // numbers of those in use
  std::vector<at::Tensor> in_use_;
  // A number each, on the device, as a recorded step and the fused kernels want them.
  std::vector<at::Tensor> steps_;  // float32, one for each last stage: which later ones join later has taken fewer
  at::Tensor rate_;                // the step size: float32 on a GPU, float64 on a CPU
};

}  // namespace dcgan
