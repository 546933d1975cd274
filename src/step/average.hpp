// The moving average (EMA) of the generator, and the generator that grids, samples and exports use.
#pragma once

#include "nn/generator.hpp"

namespace dcgan {

/// Weight that an average keeps after `batch` more images, when its half-life is `half_life` images but at most `ramp`
/// of the images seen, so that it follows quickly at first (a ramp of 0: no such limit). 0 for a half-life of 0.
/// Karras et al. 2020, "Training GANs with limited data", ramp-up of the average in their code: 0.05.
double average_decay(int64_t batch, int64_t images_seen, int64_t half_life, double ramp);

/// average += weight (live - average), parameter by parameter. `weight` is 1 - decay, a single number on their device
/// and of their type: a recorded step reads it anew each time.
void update_average(const std::vector<at::Tensor>& average, const std::vector<at::Tensor>& live,
                    const at::Tensor& weight);

/// Latents to take BatchNorm's statistics from, [256 or more, length], on the CPU: draws keyed by `seed` whose batches
/// of 64 are then centred, and all of them made uncorrelated, with the space's variance. What is left to chance in
/// plain draws moves every image a little to one side, which had doubled KID; these 256 do as well as 16,000 plain
/// ones.
at::Tensor statistics_latents(const LatentSpace& space, uint64_t seed);

/// A copy of `net` with `weights` in the place of its parameters (same order), in evaluation mode. Averaged
/// weights do not fit copied BatchNorm statistics, so those are computed anew: cumulative means over the batches of
/// statistics_latents(), of all classes in turn. `net` itself is not touched.
GeneratorNet evaluation_copy(GeneratorNetImpl& net, const std::vector<at::Tensor>& weights, uint64_t seed);

}  // namespace dcgan
