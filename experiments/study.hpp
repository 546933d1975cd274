// Whether generated images help a classifier of real ones. experiments/study_main.cpp is the program.
#pragma once

#include <string>
#include <vector>

#include "eval/classifier.hpp"
#include "eval/mean_of.hpp"

namespace dcgan {

struct StudyOptions {
  int64_t draws = 5;  // classifiers with and without; each pair of one seed, and of one choice of real pictures
  int64_t few = 0;    // real pictures of each class to learn from; 0: all
  ClassifierOptions lessons;
};

/// Accuracies on pictures that were held out.
struct Study {
  int64_t draws = 0;
  MeanOf alone, with, gain;  // gain: of the differences, pair by pair
  /// "they helped", "they did harm" or "no difference shown".
  std::string verdict() const;
};

/// Trains `draws` classifiers on real pictures, as many on real and made ones, with equally many lessons, and measures
/// them on `held_out`. Labels of `made` are by its own class names, which must all be among `class_names`, those of
/// `real` and `held_out`. `progress`: classifiers trained, of all.
Study study_of(const Pixels& real, const Pixels& made, const std::vector<std::string>& class_names,
               const Pixels& held_out, const StudyOptions& options,
               const std::function<void(int64_t, int64_t)>& progress);

}  // namespace dcgan
