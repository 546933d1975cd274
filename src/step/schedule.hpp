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

/// Deviation of the instance noise after `images`.
inline double noise_level(const ObjectiveOptions& objective, int64_t images) {
  const double faded = static_cast<double>(images) / static_cast<double>(objective.instance_noise_images);
  return objective.instance_noise * std::max(0.0, 1 - faded);
}

}  // namespace dcgan
