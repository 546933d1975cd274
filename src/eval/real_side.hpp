// The real side of evaluations: which pictures, their features and all that is computed from them alone. Made once and
// kept where decoded pixels are kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataset/cache.hpp"
#include "eval/comparison.hpp"
#include "eval/features.hpp"
#include "eval/figures.hpp"

namespace dcgan {

struct RealOptions {
  int64_t most = 50'000;  // pictures used; more are left out by a keyed choice
  uint64_t seed = 0;      // of that choice
  int64_t threads = 1;    // that decode
  bool failures = false;  // what they get is wanted, too
};

/// Figures by name.
using FigureValues = std::map<std::string, Measured>;

/// What figures stand between: those of real pictures against real ones, which a perfect generator would get from as
/// many images, and those of known failures (eval/failures) against as many real ones.
struct Floor {
  int64_t count = 0;                             // of each half; 0: too few pictures for a floor
  FigureValues figures;                          // all of figure_rows(), or none
  std::map<std::string, FigureValues> failures;  // by the failure's name; empty where nobody asked for them
};

struct RealSide {
  FeatureInfo network;
  std::string identity;        // of the whole set
  int64_t of = 0;              // pictures in the set
  uint64_t seed = 0;           // of the choice among them
  std::vector<int64_t> which;  // picture of each row, in a random order
  Reference reference;
  Floor floor;
  int64_t count() const { return reference.count(); }
  bool is_whole() const { return count() == of; }
};

/// Figures that stand beside what real pictures and known failures get, and are not measured yet. Where one that looks
/// at the pictures trained on has `trained` to look at, its floor is what the real side gets beside those.
std::vector<FoundFigure> expected_figures(const std::vector<const FigureRow*>& rows, const RealSide& real,
                                          const RealSide* trained);

/// Computes it. Throws Error for a set of fewer than two pictures.
RealSide make_real_side(const Pixels& pixels, FeatureNetwork& network, const RealOptions& options,
                        const EvaluationProgress& progress);

/// Finds it in the cache of `data`, or computes and keeps it. `data`: the options that `pixels` were opened with. What
/// could not be read or kept is a remark.
RealSide open_real_side(const Pixels& pixels, const DataOptions& data, FeatureNetwork& network,
                        const RealOptions& options, const EvaluationProgress& progress,
                        std::vector<std::string>& remarks);

}  // namespace dcgan
