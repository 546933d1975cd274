// What a step reads beside the state of the run: pictures, and every random number that it needs, drawn on the CPU by
// name. A GPU gets them as tensors that never move.
#pragma once

#include <ATen/core/Tensor.h>

#include "dataset/loader.hpp"
#include "nn/network.hpp"
#include "step/discriminator_pass.hpp"
#include "step/options.hpp"

namespace dcgan {

/// Tensors that a step has no use for are undefined.
struct StepInputs {
  at::Tensor pixels;   // uint8 [N, H, W, C]
  at::Tensor latents;  // float [N, latent]
  at::Tensor classes;  // int64 [N]: of the pictures, and asked of the images that are generated beside them
  at::Tensor mix;      // float [N] in [0, 1): where between real and generated images a gradient is taken
  at::Tensor augment;  // float [3, N, kAugmentDraws], one for each DiscriminatorPass
  at::Tensor noise;    // float [3, N, C, H, W] ~ N(0, 1), the same

  /// Calls visit for each tensor, in a fixed order.
  template <class Visit>
  void each(const Visit& visit) {
    visit(pixels), visit(latents), visit(classes), visit(mix), visit(augment), visit(noise);
  }
};

/// The inputs of the step that sees `batch`, on the CPU. `pixels` shares the batch's memory; noise is that of images
/// whose sides are halved so often.
StepInputs host_inputs(const Batch& batch, const NetworkPlan& plan, const TrainOptions& options, bool mixes,
                       bool has_noise, int64_t halvings = 0);

}  // namespace dcgan
