#include "dataset/order.hpp"

#include <algorithm>
#include <bit>

namespace dcgan {

Permutation::Permutation(int64_t count, uint64_t seed, int64_t epoch)
    : Permutation(count, Draw(seed, Purpose::kImageOrder, static_cast<uint64_t>(epoch))) {}

Permutation::Permutation(int64_t count, const Draw& draw)
    : draw_(draw),
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

BalancedOrder::BalancedOrder(std::span<const int32_t> labels) {
  std::vector<int64_t> counts;
  for (const int32_t label : labels)
    if (label >= 0) {
      counts.resize(std::max(counts.size(), static_cast<size_t>(label) + 1));
      ++counts[static_cast<size_t>(label)];
    }
  std::vector<int64_t> next;  // place of the next picture of each class
  starts_.push_back(0);
  for (const int64_t count : counts) {
    next.push_back(starts_.back());
    if (count > 0) starts_.push_back(starts_.back() + count);  // a class without pictures is none
  }
  pictures_.resize(static_cast<size_t>(starts_.back()));
  for (size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= 0)
      pictures_[static_cast<size_t>(next[static_cast<size_t>(labels[i])]++)] = static_cast<uint32_t>(i);
}

int64_t BalancedOrder::operator()(int64_t image, uint64_t seed) const {
  constexpr int kEpochBits = 40;
  const auto classes = static_cast<int64_t>(starts_.size()) - 1;
  // A round has every class once: so each was seen as often as there were rounds before.
  const int64_t round = image / classes;
  const int64_t chosen =
      Permutation(classes, Draw(seed, Purpose::kBalancedOrder, static_cast<uint64_t>(round)))(image % classes);
  const int64_t start = starts_[static_cast<size_t>(chosen)];
  const int64_t count = starts_[static_cast<size_t>(chosen) + 1] - start;
  const auto key = static_cast<uint64_t>(chosen + 1) << kEpochBits | static_cast<uint64_t>(round / count);
  const int64_t place = Permutation(count, Draw(seed, Purpose::kBalancedOrder, key))(round % count);
  return pictures_[static_cast<size_t>(start + place)];
}

}  // namespace dcgan
