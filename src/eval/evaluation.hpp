// An evaluation: generated images against real ones, as figures with names. Not for which figures there are
// (eval/figures) and not for the console (cli/verbs/eval).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eval/picture_judgement.hpp"
#include "eval/real_side.hpp"

namespace dcgan {

/// One number and what it is known by. Its name is the measure's and the feature network's family, "kid_random_a".
/// Names of other programs (eval/peers) are given only to what those programs compute.
struct Figure {
  std::string name;
  double value = 0;
  std::optional<double> standard_error, low, high;  // of a 95 % interval
  std::optional<double> floor, floor_error;         // the same of real images against real ones
  std::map<std::string, double> failures = {};      // and of known failures (eval/failures)
  std::string better;                               // "lower", "higher", or "near 1"
};

/// A generated image that is closest to a real one.
struct Pair {
  int64_t generated = 0;  // number of the image in its source
  int64_t real = 0;       // number of the picture in its set
  double ratio = 0;       // see memorised.hpp
};

struct Evaluation {
  FeatureInfo network;
  int64_t generated = 0, real = 0, real_of = 0, floor_images = 0;
  uint64_t seed = 0;
  std::string identity;  // of the real pictures
  std::vector<Figure> figures;
  std::vector<Pair> pairs;    // closest first
  PictureJudgement pictures;  // what the figures say, in words
  std::string too_few;        // figures that are left out, and how many images they need; empty for none

  /// Every figure with counts, the network with its SHA-256 and resize, the seed.
  Json json() const;
  /// nullptr when there is none of that name.
  const Figure* find(const std::string& name) const;
};

struct EvaluationOptions {
  uint64_t seed = 0;   // of subsets
  int64_t pairs = 16;  // that are kept
  /// For a conditional model: classes of the real pictures in the order of the real side's rows. Image i is asked for
  /// in class i mod `classes`.
  std::vector<int64_t> real_classes = {};
  int64_t classes = 0;
  /// The pictures that the model was trained on, where `real` holds others: what may be memorised. Pairs are of these.
  const RealSide* trained = nullptr;
};

/// `network` must be the one of `real`. Memory: features of both sides, a few images. Throws Error for fewer than two
/// generated images.
Evaluation evaluate(ImageSource& generated, FeatureNetwork& network, const RealSide& real,
                    const EvaluationOptions& options, const EvaluationProgress& progress);

/// Two columns of pairs, generated left and real right, with the ratio under both. `real` is the set of the real side,
/// or of the trained one.
Image pairs_sheet(const std::vector<Pair>& pairs, ImageSource& generated, const Pixels& real);

}  // namespace dcgan
