#include "toy/toy.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/random.hpp"
#include "nn/latents.hpp"
#include "step/adam.hpp"
#include "step/objective.hpp"

namespace dcgan {
namespace {

constexpr int64_t kLatent = 4, kLayers = 4, kShown = 1024;
constexpr double kReach = 1.5;  // the part of the plane that is drawn

/// Linear layers with leaky rectifiers between them.
class Mlp {
 public:
  /// `role` tells the networks of one seed apart. Weights as He et al. 2015, section 2.2.
  Mlp(uint64_t seed, uint64_t role, int64_t in, int64_t hidden, int64_t out) {
    for (int64_t i = 0; i < kLayers; ++i) {
      const int64_t from = i == 0 ? in : hidden, to = i + 1 == kLayers ? out : hidden;
      auto weight = at::empty({to, from}, at::kFloat);
      Draw(seed, Purpose::kInitialWeights, role << 8 | static_cast<uint64_t>(i))
          .normal({weight.mutable_data_ptr<float>(), static_cast<size_t>(weight.numel())});
      weight.mul_(std::sqrt(2.0 / static_cast<double>(from)));
      weights_.emplace_back("weight" + std::to_string(i), weight.requires_grad_(true));
      weights_.emplace_back("bias" + std::to_string(i), at::zeros({to}).requires_grad_(true));
    }
  }
  at::Tensor operator()(at::Tensor x) const {
    for (int64_t i = 0; i < kLayers; ++i) {
      x = at::linear(x, weights_[2 * i].second, weights_[2 * i + 1].second);
      if (i + 1 < kLayers) x = at::leaky_relu(x, 0.2);
    }
    return x;
  }
  const NamedTensors& weights() const { return weights_; }

 private:
  NamedTensors weights_;
};

at::Tensor toy_latents(const ToyOptions& options, int64_t first, int64_t count) {
  return latents(static_cast<uint64_t>(options.seed), Purpose::kTrainingLatent, first, count, LatentSpace(kLatent));
}

double norm_over(const std::vector<at::Tensor>& gradients) {
  double sum = 0;
  for (const auto& gradient : gradients) sum += gradient.square().sum().item<double>();
  return std::sqrt(sum);
}

class Toy {
 public:
  explicit Toy(const ToyOptions& options)
      : options_(options),
        objective_(options.objective),
        centres_(toy_centres(options)),
        generator_(static_cast<uint64_t>(options.seed), 0, kLatent, options.hidden, 2),
        discriminator_(static_cast<uint64_t>(options.seed), 1, 2, options.hidden, 1),
        adam_g_(generator_.weights(), {options.learning_rate.generator, options.beta1, 0.999}),
        adam_d_(discriminator_.weights(), {options.learning_rate.discriminator, options.beta1, 0.999}) {}

  /// Goodfellow et al. 2014, algorithm 1.
  void step() {
    for (int64_t k = 0; k < options_.critic_steps; ++k) update_d();
    update_g();
  }

  ToyState look(int64_t step, int64_t side) {
    ToyState state;
    state.step = step;
    const auto z = toy_latents(options_, 0, kShown);
    take_gradient(z, state);
    const at::NoGradGuard no_grad;
    state.generated = generator_(z);
    const auto fake = logits(state.generated), real = logits(toy_data(options_, 0, kShown));
    const Loss& loss = objective_.loss();
    state.d_real = loss.probability(real, fake).mean().item<double>();
    state.d_fake = loss.probability(fake, real).mean().item<double>();
    const auto line = at::linspace(-kReach, kReach, side);
    const auto x = line.view({1, side}).expand({side, side}), y = line.flip(0).view({side, 1}).expand({side, side});
    const auto map = logits(at::stack({x.flatten(), y.flatten()}, 1));
    state.d_map = loss.probability(map, fake.mean().expand_as(map)).view({side, side});
    const auto nearest = at::cdist(state.generated, centres_).min(1);
    const auto is_near = std::get<0>(nearest) < 4 * options_.spread;
    state.at_modes = is_near.to(at::kFloat).mean().item<double>();
    const auto counts = at::bincount(std::get<1>(nearest).masked_select(is_near), {}, options_.modes);
    state.modes = (counts > kShown / (5 * options_.modes)).sum().item<int64_t>();
    return state;
  }

 private:
  at::Tensor logits(const at::Tensor& points) const { return discriminator_(points.flatten(1)).flatten(); }

  void update_d() {
    const int64_t n = options_.batch;
    const auto real = toy_data(options_, points_, n);
    at::Tensor fake;
    {
      const at::NoGradGuard no_grad;
      fake = generator_(toy_latents(options_, points_, n));
    }
    const auto real_logits = logits(real), fake_logits = logits(fake);
    const auto loss = objective_.discriminator(real_logits, fake_logits);
    auto total = loss.real + loss.fake;
    const bool lazy = objective_.is_lazy_turn(d_steps_++);
    if (lazy || objective_.mixes()) {
      auto mix = at::empty({n}, at::kFloat);
      Draw(static_cast<uint64_t>(options_.seed), Purpose::kPenaltyMix, static_cast<uint64_t>(points_))
          .uniform({mix.mutable_data_ptr<float>(), static_cast<size_t>(n)});
      total = total + objective_.penalty([&](const at::Tensor& x) { return logits(x); }, real.view({n, 2, 1, 1}),
                                         fake.view({n, 2, 1, 1}), (mix + 1) / 2, lazy);
    }
    adam_d_.step(torch::autograd::grad({total}, adam_d_.parameters()));
    points_ += n;
  }

  at::Tensor loss_g(const at::Tensor& z, int64_t first) const {
    at::Tensor real_logits;
    if (objective_.loss().generator_sees_real) real_logits = logits(toy_data(options_, first, z.size(0)));
    return objective_.generator(real_logits, logits(generator_(z)));
  }

  void update_g() {
    const auto z = toy_latents(options_, points_, options_.batch);
    adam_g_.step(torch::autograd::grad({loss_g(z, points_)}, adam_g_.parameters()));
  }

  void take_gradient(const at::Tensor& z, ToyState& state) const {
    state.grad_norm_g = norm_over(torch::autograd::grad({loss_g(z, 0)}, adam_g_.parameters()));
  }

  const ToyOptions options_;
  const Objective objective_;
  const at::Tensor centres_;
  Mlp generator_, discriminator_;
  Adam adam_g_, adam_d_;
  int64_t points_ = kShown, d_steps_ = 0;  // the first points are those that are looked at
};

}  // namespace

at::Tensor toy_centres(const ToyOptions& options) {
  const int64_t n = options.modes;
  auto centres = at::empty({n, 2}, at::kFloat);
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(n))));
  if (options.mixture == "grid" && side * side != n)
    throw UsageError("--modes " + std::to_string(n) + " is not a square number, which --mixture grid needs",
                     "use --modes " + std::to_string(side * side));
  const auto place = [](int64_t i, int64_t of) {
    return of == 1 ? 0.0 : -1 + 2 * static_cast<double>(i) / static_cast<double>(of - 1);
  };
  for (int64_t i = 0; i < n; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
    const bool ring = options.mixture == "ring", grid = options.mixture == "grid";
    centres[i][0] = ring ? std::cos(angle) : grid ? place(i % side, side) : place(i, n);
    centres[i][1] = ring ? std::sin(angle) : grid ? place(i / side, side) : 0.0;
  }
  return centres;
}

at::Tensor toy_data(const ToyOptions& options, int64_t first, int64_t count) {
  const auto centres = toy_centres(options);
  auto noise = at::empty({count, 2}, at::kFloat), mode = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<uint64_t>(first + i), seed = static_cast<uint64_t>(options.seed);
    mode.mutable_data_ptr<int64_t>()[i] = Draw(seed, Purpose::kImageOrder, index).word(0) % options.modes;
    Draw(seed, Purpose::kInstanceNoise, index).normal({noise.mutable_data_ptr<float>() + 2 * i, 2});
  }
  return centres.index_select(0, mode) + options.spread * noise;
}

std::vector<ToyState> train_toy(const ToyOptions& options, int64_t looks, int64_t side) {
  Toy toy(options);
  std::vector<ToyState> states = {toy.look(0, side)};
  looks = std::min(looks, options.steps);
  for (int64_t i = 1, done = 0; i <= looks; ++i) {
    const int64_t until = i * options.steps / looks;
    for (; done < until; ++done) toy.step();
    states.push_back(toy.look(done, side));
  }
  return states;
}

}  // namespace dcgan
