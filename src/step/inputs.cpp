#include "step/inputs.hpp"

#include <ATen/Functions.h>

#include <algorithm>

#include "core/random.hpp"
#include "nn/kernels/cpu_tensors.hpp"
#include "nn/latents.hpp"
#include "step/augment.hpp"

namespace dcgan {
namespace {

at::Tensor drawn_mix(uint64_t seed, int64_t first, int64_t count) {
  auto mix = at::empty({count}, at::kFloat);
  for (int64_t i = 0; i < count; ++i)
    mix.mutable_data_ptr<float>()[i] =
        static_cast<float>(Draw(seed, Purpose::kPenaltyMix, static_cast<uint64_t>(first + i)).word(0) >> 8) * 0x1p-24f;
  return mix;
}

at::Tensor drawn_noise(uint64_t seed, int64_t first, int64_t count, const NetworkPlan& plan, int64_t halvings) {
  const Size whole = plan.shape.size(), size{whole.width >> halvings, whole.height >> halvings};
  auto noise =
      at::empty({static_cast<int64_t>(kPasses), count, plan.image_channels, size.height, size.width}, at::kFloat);
  const int64_t numbers = plan.image_channels * size.height * size.width;
  auto* out = noise.mutable_data_ptr<float>();
  in_parts(static_cast<int64_t>(kPasses) * count, [&](int64_t, int64_t from, int64_t rows) {
    for (int64_t row = from; row < from + rows; ++row) {
      const auto pass = static_cast<uint64_t>(row / count), image = static_cast<uint64_t>(first + row % count);
      Draw(seed, Purpose::kInstanceNoise, kPasses * image + pass)
          .normal({out + row * numbers, static_cast<size_t>(numbers)});
    }
  });
  return noise;
}

}  // namespace

StepInputs host_inputs(const Batch& batch, const NetworkPlan& plan, const TrainOptions& options, bool mixes,
                       bool has_noise, int64_t halvings) {
  const Size size = plan.shape.size();
  const auto n = static_cast<int64_t>(batch.labels.size());
  const auto seed = static_cast<uint64_t>(options.seed);
  StepInputs inputs;
  inputs.pixels = at::from_blob(const_cast<uint8_t*>(batch.pixels.data()),
                                {n, size.height, size.width, plan.image_channels}, at::kByte);
  inputs.latents = latents(seed, Purpose::kTrainingLatent, batch.first_image, n, plan.options.latent_space());
  if (plan.classes > 0) {
    inputs.classes = at::empty({n}, at::kLong);
    std::copy(batch.labels.begin(), batch.labels.end(), inputs.classes.mutable_data_ptr<int64_t>());
  }
  if (mixes) inputs.mix = drawn_mix(seed, batch.first_image, n);
  if (options.augment.kinds().any()) {
    std::vector<at::Tensor> draws;
    for (const DiscriminatorPass pass :
         {DiscriminatorPass::kReal, DiscriminatorPass::kGeneratedForD, DiscriminatorPass::kGeneratedForG})
      draws.push_back(augment_draws(seed, batch.first_image, n, pass));
    inputs.augment = at::stack(draws);
  }
  if (has_noise) inputs.noise = drawn_noise(seed, batch.first_image, n, plan, halvings);
  return inputs;
}

}  // namespace dcgan
