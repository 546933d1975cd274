// The real side of evaluations: which pictures, their features and all that is computed from them alone. Made once and
// kept where decoded pixels are kept.
#pragma once

#include <string>
#include <vector>

#include "dataset/cache.hpp"
#include "eval/comparison.hpp"
#include "eval/features.hpp"

namespace dcgan {

/// Pictures set apart that are enough for a KID worth comparing; with fewer all pictures are compared with.
inline constexpr int64_t kEnoughHeldOut = 500;

struct RealOptions {
  int64_t most = 50'000;  // pictures used; more are left out by a keyed choice
  uint64_t seed = 0;      // of that choice
  int64_t threads = 1;    // that decode
};

/// Figures of real pictures against real ones: what a perfect generator would get from as many images.
struct Floor {
  int64_t count = 0;  // of each half; 0: too few pictures for a floor
  double kid = 0, kid_error = 0, fid = 0;
  double precision = 0, recall = 0, density = 0, coverage = 0, memorised = 0, diversity = 0;
  template <class Visit>
  void each(Visit&& visit) {
    visit("kid", kid), visit("kid_error", kid_error), visit("fid", fid), visit("precision", precision);
    visit("recall", recall), visit("density", density), visit("coverage", coverage), visit("memorised", memorised);
    visit("diversity", diversity);
  }
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

/// Computes it. Throws Error for a set of fewer than two pictures.
RealSide make_real_side(const Pixels& pixels, FeatureNetwork& network, const RealOptions& options,
                        const EvaluationProgress& progress);

/// Finds it in the cache of `data`, or computes and keeps it. `data`: the options that `pixels` were opened with. What
/// could not be read or kept is a remark.
RealSide open_real_side(const Pixels& pixels, const DataOptions& data, FeatureNetwork& network,
                        const RealOptions& options, const EvaluationProgress& progress,
                        std::vector<std::string>& remarks);

}  // namespace dcgan
