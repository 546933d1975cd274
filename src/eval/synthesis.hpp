// Labelled images of a conditional generator that are fit to learn from: neither copies of real pictures nor unlike
// their class.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eval/classifier.hpp"
#include "eval/comparison.hpp"
#include "eval/features.hpp"
#include "exchange/generator.hpp"
#include "nn/latents.hpp"

namespace dcgan {

/// What candidates are held against.
struct Screening {
  const Classifier* classifier = nullptr;
  double confidence = 0.5;  // the least probability of the class that was asked for
  FeatureNetwork* network = nullptr;
  const Reference* real = nullptr;  // of the real pictures, by that network
};

/// One image that was kept.
struct Synthesised {
  int64_t label = 0;
  int64_t index = 0;      // with --class it is image seed:index
  double confidence = 0;  // probability of its class
  double closeness = 0;   // to the nearest real picture: below 0.5 would be a copy (eval/memorised)
};

/// How it went, of one class.
struct SynthesisCount {
  int64_t wanted = 0, kept = 0, candidates = 0, unsure = 0, copies = 0;
};

/// Makes `wanted[c]` images of each class c, from candidates 0, 1, 2... of `options`' seed, and calls `take` for those
/// that pass. Gives a class up after twenty candidates for every image that is wanted, and a hundred more. The same
/// images whatever the other classes want. Memory: one block.
std::vector<SynthesisCount> synthesise(Generator& generator, const std::vector<int64_t>& wanted,
                                       const LatentOptions& options, const Screening& screening,
                                       const std::function<void(const Synthesised&, const Image&)>& take);

}  // namespace dcgan
