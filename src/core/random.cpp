#include "core/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dcgan {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;  // the golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

Draw::Draw(uint64_t seed, Purpose purpose, uint64_t index, uint16_t branch)
    : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
      counter_{0, static_cast<uint32_t>(purpose) | static_cast<uint32_t>(branch) << 16, static_cast<uint32_t>(index),
               static_cast<uint32_t>(index >> 32)} {}

std::array<uint32_t, 4> Draw::block(uint32_t number) const {
  auto counter = counter_;
  counter[0] = number;
  return philox4x32(counter, key_);
}

uint32_t Draw::word(uint32_t position) const { return block(position / 4)[position % 4]; }

void Draw::uniform(std::span<float> out) const {
  for (size_t at = 0; at < out.size(); at += 4) {
    const auto words = block(static_cast<uint32_t>(at / 4));
    for (size_t i = at; i < std::min(at + 4, out.size()); ++i)
      out[i] = static_cast<float>(words[i - at] >> 8) * 0x1p-23f - 1.0f;
  }
}

void Draw::normal(std::span<float> out) const {
  // Each block of four words gives two pairs; (word + 0.5) / 2^32 is never 0, so the logarithm is finite.
  const auto unit = [](uint32_t word) { return (word + 0.5) * 0x1p-32; };
  for (size_t at = 0; at < out.size(); at += 4) {
    const auto words = block(static_cast<uint32_t>(at / 4));
    for (size_t pair = 0; pair < 2; ++pair) {
      const double radius = std::sqrt(-2.0 * std::log(unit(words[2 * pair])));
      const double angle = 2.0 * std::numbers::pi * unit(words[2 * pair + 1]);
      if (const size_t i = at + 2 * pair; i < out.size()) out[i] = static_cast<float>(radius * std::cos(angle));
      if (const size_t i = at + 2 * pair + 1; i < out.size()) out[i] = static_cast<float>(radius * std::sin(angle));
    }
  }
}

}  // namespace dcgan
