// A small trainer, ready to step.
#pragma once

#include <functional>
#include <string>

#include "step/trainer.hpp"
#include "support/networks.hpp"

namespace dcgan::test {

inline TrainOptions small_training(double lr = 1e-3) {
  TrainOptions options;
  options.batch = 8;
  options.adam.learning_rate = {lr, lr / 2};
  options.seed = 7;
  return options;
}

/// Training that differs from small_training() in one thing each, by name.
inline std::vector<std::pair<std::string, TrainOptions>> kinds_of_training() {
  std::vector<std::pair<std::string, TrainOptions>> kinds = {{"plain", small_training()}};
  const auto add = [&](const std::string& name, const std::function<void(TrainOptions&)>& change) {
    kinds.emplace_back(name, small_training());
    change(kinds.back().second);
  };
  for (const auto& loss : loss_names())
    if (loss != "bce" && loss != "wgan-gp") add(loss, [&](auto& o) { o.objective.loss = loss; });
  add("instance noise", [](auto& o) { o.objective.instance_noise = 0.3, o.objective.instance_noise_images = 40; });
  add("critic steps", [](auto& o) { o.schedule.critic_steps = 3; });
  add("parts of a batch", [](auto& o) { o.schedule.accumulate = 2; });
  add("falling step sizes", [](auto& o) { o.schedule.lr_hold = 8, o.schedule.lr_half_life = 20; });
  add("augmentation", [](auto& o) { o.augment.augment = "all", o.augment.augment_p = "0.7"; });
  add("adaptive augmentation", [](auto& o) {
    o.augment.augment = "color,translation", o.augment.augment_p = "adaptive", o.augment.ada_speed = 200;
    o.augment.ada_target = -0.9;
  });
  add("lazy R1 and R2", [](auto& o) { o.objective.r1 = 1, o.objective.r2 = 0.5, o.objective.penalty_every = 2; });
  add("relativistic R1 and R2", [](auto& o) {
    o.objective.loss = "relativistic", o.objective.r1 = 1, o.objective.r2 = 1, o.objective.penalty_every = 1;
  });
  add("wgan-gp", [](auto& o) { o.objective.loss = "wgan-gp", o.schedule.critic_steps = 2; });
  add("rising augmentation", [](auto& o) { o.augment.augment = "all", o.augment.augment_rise = 100; });
  add("falling penalties", [](auto& o) {
    o.objective.loss = "relativistic", o.objective.r1 = o.objective.r2 = 1, o.objective.penalty_every = 1;
    o.objective.penalty_fall = 48;
  });
  // A larger size begins before a state of 32 images, and after it.
  for (const int64_t images : {16, 48})
    add("growing after " + std::to_string(images), [=](auto& o) {
      o.objective.loss = "relativistic", o.objective.r1 = 1, o.objective.penalty_every = 2;
      o.schedule.grow_images = images, o.schedule.grow_from = 8;
    });
  add("frozen blocks", [](auto& o) { o.freeze_d = 1; });
  return kinds;
}

/// A plan whose D goes with the options: without BatchNorm where its gradient is penalised.
inline NetworkPlan small_plan_for(const TrainOptions& options) {
  auto plan = small_plan();
  if (has_penalty(resolve_objective(options.objective))) plan.options.norm_d = "none";
  if (options.schedule.grow_images != 0) plan.options.arch = "multiscale";
  return plan;
}

inline Trainer small_trainer() { return Trainer(small_plan(), small_training(), at::kCPU); }

}  // namespace dcgan::test
