// Two sets of features are compared block by block: memory does not grow with their product.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

struct Range {
  int64_t first, end;
};

/// Rows a block has: 8 MB for a square of doubles.
inline constexpr int64_t kFeatureBlock = 1024;

inline std::vector<Range> blocks_of(int64_t count) {
  std::vector<Range> ranges;
  for (int64_t at = 0; at < count; at += kFeatureBlock) ranges.push_back({at, std::min(count, at + kFeatureBlock)});
  return ranges;
}

/// Those rows in double precision.
inline at::Tensor block(const at::Tensor& features, Range rows) {
  return features.slice(0, rows.first, rows.end).to(at::kDouble);
}

/// Throws Error for fewer than two images on a side and for features that do not belong together.
inline void check_features(const at::Tensor& x, const at::Tensor& y) {
  if (x.dim() != 2 || y.dim() != 2 || x.size(1) != y.size(1))
    throw Error("features of two networks cannot be compared", "compute both sides with one --features");
  if (const int64_t fewest = std::min(x.size(0), y.size(0)); fewest < 2)
    throw Error("an evaluation needs two images on each side, and one side has " + counted(fewest, "image"),
                "raise --samples, or use more pictures");
}

}  // namespace dcgan
