// The order in which pictures are seen: a new permutation each epoch, computed, never stored.
#pragma once

#include <cstdint>

#include "core/random.hpp"

namespace dcgan {

/// A permutation of [0, count) drawn by (seed, epoch). A Feistel network over the next even power of two,
/// walked until it lands inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains"), so any
/// place is found at once in constant memory. count: 1 to 2^40.
class Permutation {
 public:
  Permutation(int64_t count, uint64_t seed, int64_t epoch);
  int64_t operator()(int64_t place) const;

 private:
  uint64_t shuffle(uint64_t value) const;
  Draw draw_;
  uint64_t count_;
  int half_bits_;
};

}  // namespace dcgan
