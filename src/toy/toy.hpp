// A GAN in the plane: the losses and penalties of a training (step/objective) on a mixture of normal distributions,
// small enough that p_data, p_model and D(x) can be drawn, and seconds long. Nothing here is used by a training.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/options.hpp"
#include "step/options.hpp"

namespace dcgan {

struct ToyOptions {
  std::string mixture = "ring";
  int64_t modes = 8;
  double spread = 0.05;
  int64_t steps = 2000;
  int64_t batch = 256;
  ObjectiveOptions objective;
  PerNetwork<double> learning_rate{1e-3, 1e-3};
  double beta1 = 0.5;
  int64_t critic_steps = 1;
  int64_t hidden = 64;
  int64_t seed = 0;

  ToyOptions() { objective.label_smoothing = 0; }  // with which D's optimum is a half

  template <class Visit>
  void fields(Visit&& visit) {
    visit("mixture", mixture, "where the modes of the data lie", one_of({"ring", "grid", "line"}));
    visit("modes", modes, "normal distributions in the data; of a grid a square number", within(1, 100));
    visit("spread", spread, "their standard deviation; all modes lie within -1 .. 1", above(0, 1));
    visit("steps", steps, "updates of G", within(1, 1'000'000, "steps"));
    visit("batch", batch, "points a step", within(2, 65536));
    objective.fields(Retold([&](const char* name, auto& value, const char* help, Limit limit, const char* source) {
      if (std::string_view(name).starts_with("instance-noise")) return;  // the data have noise of their own
      visit(name, value, help, std::move(limit), source);                // nor is there a BatchNorm to do without
    }));
    visit("lr", learning_rate, "step size of Adam", within(0, 1));
    visit("beta1", beta1, "decay of the first moment", within(0, 0.999));
    visit("critic-steps", critic_steps, "updates of D for one of G", within(1, 1000, "steps"),
          "Goodfellow et al. 2014, algorithm 1: k");
    visit("hidden", hidden, "width of the three hidden layers of both networks", within(1, 4096));
    visit("seed", seed, "of weights, latents and data", within(0, 9e18));
  }
};

/// How it stands after some steps.
struct ToyState {
  int64_t step = 0;
  double d_real = 0, d_fake = 0;  // means of D(x) and D(G(z)) over a batch
  double grad_norm_g = 0;         // L2 norm of G's gradient: where it is nothing, G learns nothing
  int64_t modes = 0;              // that at least one in `5 x modes` of the generated points lies at
  double at_modes = 0;            // share of generated points within four spreads of a mode
  at::Tensor generated;           // [N, 2]
  at::Tensor d_map;               // [side, side], D over -1.5 .. 1.5, rows from above
};

/// Centres of the modes, [modes, 2]. Throws UsageError for a grid of a number that is no square.
at::Tensor toy_centres(const ToyOptions& options);
/// Points `first`, `first` + 1... of the data, [count, 2].
at::Tensor toy_data(const ToyOptions& options, int64_t first, int64_t count);

/// Trains, and looks after 0 steps and then `looks` times, evenly, but never twice after a step; `side`: of the map of
/// D. One thread.
std::vector<ToyState> train_toy(const ToyOptions& options, int64_t looks, int64_t side);

}  // namespace dcgan
