// Small networks, pictures and exact comparisons for tests.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstring>

#include "core/random.hpp"
#include "dataset/loader.hpp"
#include "nn/discriminator.hpp"
#include "nn/generator.hpp"
#include "nn/weights.hpp"

namespace dcgan::test {

/// Small tensors gain nothing from threads, and lose much on a busy machine.
inline const bool one_thread = (at::set_num_threads(1), true);

/// The paper's networks: 64 px, latent 100, 64 base channels.
inline NetworkPlan paper_plan() { return {{}, shape_plan({64, 64})}; }

inline NetworkPlan small_plan(Size size = {16, 16}, int64_t image_channels = 3) {
  NetworkPlan plan;
  plan.options.latent = 8;
  plan.options.base_channels = {4, 4};
  plan.shape = shape_plan(size);
  plan.image_channels = image_channels;
  return plan;
}

/// Equal in type, shape and every bit of every value; strides may differ. (at::equal takes -0 for 0.)
inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
  const auto x = a.detach().contiguous(), y = b.detach().contiguous();
  return std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

/// Numbers ~ N(0, 1) that are the same everywhere.
inline at::Tensor noise(at::IntArrayRef shape, uint64_t index = 0) {
  auto out = at::empty(shape, at::kFloat);
  Draw(99, Purpose::kInitialWeights, index).normal({out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}

/// A generator whose weights, BatchNorm statistics and images are no trivial ones.
inline GeneratorNet used_generator(const NetworkPlan& plan, uint64_t seed = 1) {
  GeneratorNet net(plan);
  initialise(*net, seed, NetworkRole::kGenerator);
  to_channels_last(*net);
  const at::NoGradGuard no_grad;
  net->train();
  const auto y = plan.classes > 0 ? at::arange(16, at::kLong).remainder(plan.classes) : at::Tensor();
  for (uint64_t i = 0; i < 4; ++i) net(noise({16, plan.options.latent}, 1000 + i) * 1.5 + 0.2, y);
  net->last_weight().mul_(20);               // images that fill the range, as those of a trained one do
  for (auto& one : net->named_parameters())  // not the initial zeros
    if (one.key().ends_with("bias") || one.value().count_nonzero().item<int64_t>() == 0)
      one.value().copy_(0.1 * noise(one.value().sizes(), 2000));
  net->eval();
  return net;
}

/// The same of a discriminator: statistics and spectral norms have moved.
inline DiscriminatorNet used_discriminator(const NetworkPlan& plan, uint64_t seed = 1) {
  DiscriminatorNet net(plan);
  initialise(*net, seed, NetworkRole::kDiscriminator);
  to_channels_last(*net);
  const at::NoGradGuard no_grad;
  net->train();
  const Size size = plan.shape.size();
  const auto y = plan.classes > 0 ? at::arange(16, at::kLong).remainder(plan.classes) : at::Tensor();
  for (uint64_t i = 0; i < 4; ++i)
    net(noise({16, plan.image_channels, size.height, size.width}, 1000 + i) * 0.5 + 0.2, 1, y);
  for (auto& one : net->named_parameters()) {
    if (one.key().ends_with("bias")) one.value().copy_(0.1 * noise(one.value().sizes(), 2000));
    if (one.key().ends_with("weight") && one.value().dim() > 1) one.value().mul_(3);  // logits that differ
  }
  net->eval();
  return net;
}

/// Pictures first .. first + count - 1 of an endless set of coloured noise.
inline Batch noise_batch(const NetworkPlan& plan, int64_t first, int64_t count) {
  const Size size = plan.shape.size();
  Batch batch;
  batch.first_image = first;
  batch.labels.assign(static_cast<size_t>(count), -1);
  for (int64_t i = 0; i < count; ++i) {
    const Draw draw(5, Purpose::kFlip, static_cast<uint64_t>(first + i));
    for (int64_t j = 0; j < size.width * size.height * plan.image_channels; ++j)
      batch.pixels.push_back(static_cast<uint8_t>(draw.word(static_cast<uint32_t>(j)) >> 24));
  }
  return batch;
}

}  // namespace dcgan::test
