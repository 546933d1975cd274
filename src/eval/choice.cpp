#include "eval/choice.hpp"

#include <numeric>
#include <utility>

namespace dcgan {

std::vector<int64_t> chosen(int64_t count, int64_t of, const Draw& draw, uint32_t first_word) {
  std::vector<int64_t> numbers(static_cast<size_t>(of));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t word = draw.word(first_word + static_cast<uint32_t>(i));
    const auto at = static_cast<size_t>(i) + (word * static_cast<uint64_t>(of - i) >> 32);
    std::swap(numbers[static_cast<size_t>(i)], numbers[at]);
  }
  numbers.resize(static_cast<size_t>(count));
  return numbers;
}

std::vector<int64_t> labelled_choice(const Pixels& pixels, int64_t each, const Draw& draw) {
  const int64_t count = pixels.info().count;
  std::vector<int64_t> taken(pixels.info().classes.size()), which;
  for (const int64_t i : chosen(count, count, draw)) {
    const int32_t label = pixels.label(i);
    if (label < 0 || taken[static_cast<size_t>(label)] == each) continue;
    ++taken[static_cast<size_t>(label)];
    which.push_back(i);
  }
  return which;
}

std::vector<int64_t> all_labelled(const Pixels& pixels) {
  std::vector<int64_t> which;
  for (int64_t i = 0; i < pixels.info().count; ++i)
    if (pixels.label(i) >= 0) which.push_back(i);
  return which;
}

}  // namespace dcgan
