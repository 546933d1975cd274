// What follows from the images seen alone. No torch.
#pragma once

#include <algorithm>
#include <cmath>

#include "step/options.hpp"

namespace dcgan {

/// What a step size is multiplied with after `images`: 1 until `lr_hold`, then halved every `lr_half_life`,
/// down to `lr_floor`.
inline double rate_factor(const ScheduleOptions& schedule, int64_t images) {
  const int64_t falling = images - schedule.lr_hold;
  if (schedule.lr_half_life == 0 || falling <= 0) return 1;
  return std::max(schedule.lr_floor,
                  std::exp2(-static_cast<double>(falling) / static_cast<double>(schedule.lr_half_life)));
}

/// How many sizes below the networks' own they learn at first, if they do. `most`: how often the shorter side `side`
/// can be halved.
inline int64_t smaller_sizes(const ScheduleOptions& schedule, int64_t side, int64_t most) {
  int64_t sizes = 0;
  while (sizes < most && side >> (sizes + 1) >= schedule.grow_from) ++sizes;
  return sizes;
}
inline int64_t smaller_sizes(const NetworkPlan& network, const ScheduleOptions& schedule) {
  const Size size = network.shape.size();
  return smaller_sizes(schedule, std::min(size.width, size.height), network.generator().halvings());
}

/// How often the sides of the images are halved at which the networks learn after `images`: a stage of the schedule.
/// The networks' whole size has the shorter side `side` and can be halved `most` times.
inline int64_t halvings_at(const ScheduleOptions& schedule, int64_t side, int64_t most, int64_t images) {
  const int64_t each = schedule.grow_images.value_or(0);
  if (each == 0) return 0;
  return std::max<int64_t>(0, smaller_sizes(schedule, side, most) - images / each);
}

/// What the weights of R1 and R2 are multiplied with after `images`, at images whose sides are halved so often. A D
/// that takes means of 2 x 2 pixels has a quarter of the squared gradient by these pixels that it has by their means:
/// the penalty is the same of one D at every size.
inline double penalty_factor(const ObjectiveOptions& objective, int64_t images, int64_t halvings = 0) {
  const double of_size = std::exp2(-2 * static_cast<double>(halvings));
  if (objective.penalty_fall == 0) return of_size;
  const double way = std::min(1.0, static_cast<double>(images) / static_cast<double>(objective.penalty_fall));
  const double fallen = (1 + std::cos(std::acos(-1.0) * way)) / 2;
  return of_size * (objective.penalty_floor + (1 - objective.penalty_floor) * fallen);
}

/// Deviation of the instance noise after `images`.
inline double noise_level(const ObjectiveOptions& objective, int64_t images) {
  const double faded = static_cast<double>(images) / static_cast<double>(objective.instance_noise_images);
  return objective.instance_noise * std::max(0.0, 1 - faded);
}

}  // namespace dcgan
