// Which images an evaluation uses: keyed choices without state.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "dataset/pixels.hpp"

namespace dcgan {

/// Indices of Purpose::kEvaluationChoice: subsets are 0.., other choices lie behind them.
inline constexpr uint64_t kChoiceOfReal = uint64_t{1} << 32;   // real pictures of a larger set
inline constexpr uint64_t kChoiceOfMade = kChoiceOfReal + 1;   // pictures of a folder that another program made
inline constexpr uint64_t kChoiceOfKinds = kChoiceOfReal + 2;  // pictures that kinds begin with

/// `count` different numbers below `of` in random order, from the words of `draw` behind `first_word`
/// (Fisher and Yates 1938, the first `count` steps). 0 <= count <= of < 2^32.
std::vector<int64_t> chosen(int64_t count, int64_t of, const Draw& draw, uint32_t first_word = 0);

/// Pictures of a set that have a class, in random order, at most `each` of a class.
std::vector<int64_t> labelled_choice(const Pixels& pixels, int64_t each, const Draw& draw);
/// All of them, in their order.
std::vector<int64_t> all_labelled(const Pixels& pixels);

}  // namespace dcgan
