#include "dataset/order.hpp"

#include <algorithm>
#include <bit>

namespace dcgan {

Permutation::Permutation(int64_t count, uint64_t seed, int64_t epoch)
    : draw_(seed, Purpose::kImageOrder, static_cast<uint64_t>(epoch)),
      count_(static_cast<uint64_t>(count)),
      half_bits_(std::max(1, (static_cast<int>(std::bit_width(count_ - 1)) + 1) / 2)) {}

uint64_t Permutation::shuffle(uint64_t value) const {
  constexpr uint32_t kRounds = 8;
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_, right = value & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const uint64_t next = left ^ (draw_.word(round << 20 | static_cast<uint32_t>(right)) & mask);
    left = right, right = next;
  }
  return left << half_bits_ | right;
}

int64_t Permutation::operator()(int64_t place) const {
  uint64_t value = static_cast<uint64_t>(place);
  do value = shuffle(value);
  while (value >= count_);
  return static_cast<int64_t>(value);
}

}  // namespace dcgan
