// How often a run measures itself, and with how many images, where nobody said. From shapes and images seen alone: a
// clock would make two runs of the same options differ. No torch.
#pragma once

#include <cstdint>
#include <string>

#include "nn/network.hpp"
#include "nn/precision.hpp"

namespace dcgan {

/// What an evaluation costs, in training images that take as long: by image of either side.
struct EvaluationCost {
  double drawn = 0;  // to draw it, and its features
  double real = 0;   // its features
};
/// `features`: the name of the feature network. `precision` of training: features are fp32 always.
EvaluationCost evaluation_cost(const NetworkPlan& network, const std::string& features, Precision precision,
                               bool on_cpu);

/// Images between two evaluations of `samples` images each, so that those of half an hour or more, with what is
/// computed once of the real pictures, take a twentieth of the time at most.
int64_t usual_eval_every(const EvaluationCost& cost, int64_t samples, bool on_cpu);

/// Real pictures of an evaluation of so many samples at the end of a run: as many, but enough for every figure.
int64_t real_at_end(int64_t samples);

/// Of a run's only evaluation, of so many samples, in training images: with all that is computed of real pictures
/// first, which are those held out, those trained on, and the failures made of them. Of none: 0.
double cost_at_end(const EvaluationCost& cost, int64_t samples);

/// Samples of an evaluation at the end of a run: as many as take a twentieth of the time since the last one, but enough
/// for every figure and `most` at most; 0 where that would take half as long as the training. `images`: seen since
/// then.
int64_t samples_that_fit(const EvaluationCost& cost, int64_t images, int64_t most);

}  // namespace dcgan
