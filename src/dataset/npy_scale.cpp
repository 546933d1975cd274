#include "dataset/npy_scale.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace dcgan {
namespace {

struct Range {
  double low = INFINITY, high = -INFINITY;
  int64_t not_finite = 0;
};

Range range_of(const NpyNumbers& numbers, std::string_view data) {
  Range range;
  for (size_t at = 0; at + numbers.bytes <= data.size(); at += numbers.bytes) {
    const double value = npy_number(numbers, data, at);
    if (!std::isfinite(value)) {
      ++range.not_finite;
      continue;
    }
    range.low = std::min(range.low, value), range.high = std::max(range.high, value);
  }
  return range;
}

}  // namespace

NpyScale scale_of(const NpyNumbers& numbers, std::string_view data) {
  if (numbers.kind == 'u' && numbers.bytes == 1) return {"a", "", 0};
  if (numbers.kind == 'b') return {"255 * a", "True becomes 255", 0};
  const auto [low, high, not_finite] = range_of(numbers, data);
  if (low > high) return {"", "", not_finite};
  const std::string from = number_text(low), to = number_text(high);
  const std::string a =
      not_finite == 0 ? "a"
                      : "numpy.nan_to_num(a.astype(\"f8\"), nan=" + from + ", posinf=" + to + ", neginf=" + from + ")";
  constexpr double kAlmost = 1e-3;  // what was made of bytes and back is a little beyond
  if (low < 0 && low >= -1 - kAlmost && high <= 1 + kAlmost)
    return {"127.5 * " + a + " + 127.5", "-1 to 1 become 0 to 255", not_finite};
  if (low < 0 && numbers.kind == 'i' && low >= -128 && high <= 127)
    return {a + " + 128.0", "-128 to 127 become 0 to 255", not_finite};
  if (low < 0 && high > low)
    return {"(" + a + " - (" + from + ")) * (255 / " + number_text(high - low) + ")",
            from + " to " + to + " become 0 to 255", not_finite};
  if (low < 0) return {"0.0 * " + a, "all are the same", not_finite};
  if (high <= 1 + kAlmost) return {"255.0 * " + a, "0 to 1 become 0 to 255", not_finite};
  if (high <= 255) return {a, "0 to 255 are rounded", not_finite};
  if (high <= 65535) return {a + " / 257.0", "0 to 65535 become 0 to 255", not_finite};
  return {a + " * (255 / " + to + ")", "0 to " + to + " become 0 to 255", not_finite};
}

}  // namespace dcgan
