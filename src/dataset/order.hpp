// The order in which pictures are seen: a new permutation each epoch, or every class equally often. Computed for any
// image of the run at once, never stored.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"

namespace dcgan {

/// A permutation of [0, count) drawn by `draw`; of the pictures in an epoch by (seed, epoch). A Feistel network over
/// the next even power of two, walked until it lands inside (Black and Rogaway 2002, "Ciphers with arbitrary finite
/// domains"), so any place is found at once in constant memory. count: 1 to 2^40.
class Permutation {
 public:
  Permutation(int64_t count, const Draw& draw);
  Permutation(int64_t count, uint64_t seed, int64_t epoch);
  int64_t operator()(int64_t place) const;

 private:
  uint64_t shuffle(uint64_t value) const;
  Draw draw_;
  uint64_t count_;
  int half_bits_;
};

/// Every class once a round, in an order of its own each round; of each class its pictures one by one, in an order of
/// its own each time all of them were seen. So any two classes are seen equally often to within one, and any two
/// pictures of one class too, however uneven classes are. Shen et al. 2016, "Relay backpropagation" (class-aware
/// sampling), with permutations in place of shuffled lists.
class BalancedOrder {
 public:
  /// Classes of the pictures; those with -1 are never shown. At least one has a class.
  explicit BalancedOrder(std::span<const int32_t> labels);
  /// Number of the picture that image `image` of the run is.
  int64_t operator()(int64_t image, uint64_t seed) const;

 private:
  std::vector<uint32_t> pictures_;  // by class, then rising
  std::vector<int64_t> starts_;     // of each class in `pictures_`, and the end
};

}  // namespace dcgan
