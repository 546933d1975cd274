// What a step reads beside the state of the run: pictures, and every random number that it needs, drawn on the CPU by
// name. A GPU gets them as tensors that never move.
#pragma once

#include <ATen/core/Tensor.h>

#include "dataset/loader.hpp"
#include "nn/network.hpp"
#include "train/options.hpp"

namespace dcgan {

/// Tensors that a step has no use for are undefined.
struct StepInputs {
  at::Tensor pixels;   // uint8 [N, H, W, C]
  at::Tensor latents;  // float [N, latent]
  at::Tensor mix;      // float [N] in [0, 1): where between real and generated images a gradient is taken
  at::Tensor noise;    // float [3, N, C, H, W] ~ N(0, 1): on real images, on generated ones for D, and for G

  /// Calls visit for each tensor, in a fixed order.
  template <class Visit>
  void each(const Visit& visit) {
    visit(pixels), visit(latents), visit(mix), visit(noise);
  }
};

/// Which of three times an image passes D in a step; part of the names of draws.
enum class Pass : uint64_t { kReal = 0, kFakeForD = 1, kFakeForG = 2 };
inline constexpr uint64_t kPasses = 3;

/// The inputs of the step that sees `batch`, on the CPU. `pixels` shares the batch's memory.
StepInputs host_inputs(const Batch& batch, const NetworkPlan& plan, const TrainOptions& options, bool mixes,
                       bool has_noise);

}  // namespace dcgan
