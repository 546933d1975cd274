// A small trainer, ready to step.
#pragma once

#include "support/networks.hpp"
#include "train/trainer.hpp"

namespace dcgan::test {

inline TrainOptions small_training(double lr = 1e-3) {
  TrainOptions options;
  options.batch = 8;
  options.adam.learning_rate = {lr, lr / 2};
  options.seed = 7;
  return options;
}

inline Trainer small_trainer() { return Trainer(small_plan(), small_training(), at::kCPU); }

}  // namespace dcgan::test
