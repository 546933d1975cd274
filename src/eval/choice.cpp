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

}  // namespace dcgan
