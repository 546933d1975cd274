// Adam (Kingma and Ba 2014, algorithm 1) over one network, by LibTorch's fused kernel. Its whole state is
// explicit: moments and a step count, so that a checkpoint can hold it.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "nn/named_tensors.hpp"

namespace dcgan {

struct AdamSettings {
  double learning_rate, beta1, beta2;
};

class Adam {
 public:
  /// `parameters`: names and live tensors.
  Adam(NamedTensors parameters, const AdamSettings& settings);

  /// One step with these gradients, in the order of the parameters.
  void step(std::vector<at::Tensor> gradients);

  /// The step size from the next step on.
  void set_rate(double learning_rate) { rate_.fill_(learning_rate); }

  const std::vector<at::Tensor>& parameters() const { return parameters_; }
  /// "exp_avg.NAME" and "exp_avg_sq.NAME" for every parameter, and "step".
  NamedTensors state() const;

 private:
  AdamSettings settings_;
  std::vector<std::string> names_;
  std::vector<at::Tensor> parameters_, exp_avg_, exp_avg_sq_;
  // A number each, on the device, as a recorded step and the fused kernels want them.
  at::Tensor step_;  // float32
  at::Tensor rate_;  // the step size: float32 on a GPU, float64 on a CPU
};

}  // namespace dcgan
