// Images by name. An image's name is `i` or `seed:i`: seed and index alone
// decide it, alone, in a batch, in a sheet and from an exported file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "exchange/generator.hpp"
#include "image/image.hpp"

namespace dcgan {

struct ImageName {
  uint64_t seed = 0;
  int64_t index = 0;
  bool operator==(const ImageName&) const = default;
  /// "seed:index".
  std::string text() const { return std::to_string(seed) + ":" + std::to_string(index); }
};

/// Names in an order, kept as ranges: memory does not grow with their count.
class ImageNames {
 public:
  /// Images first .. last of one seed come next; 0 <= first <= last.
  void add(uint64_t seed, int64_t first, int64_t last);
  int64_t size() const { return size_; }
  /// Name number i, 0 <= i < size().
  ImageName operator[](int64_t i) const;

 private:
  struct Range {
    int64_t place;  // of its first name in the list
    ImageName first;
  };
  std::vector<Range> ranges_;
  int64_t size_ = 0;
};

/// "3,17,40-49,7:3" to names; those without a seed get `seed`. Throws UsageError, also for more than 100 million.
ImageNames parse_image_names(const std::string& text, uint64_t seed);

/// Images are made in blocks of this many with aligned indices, because kernels may differ with the batch.
inline constexpr int64_t kImageBlock = 16;

/// Calls `take(position in names, image)` for every name, in order. Memory: one block, whatever the count.
void generate(Generator& generator, const ImageNames& names, const std::function<void(int64_t, const Image&)>& take);

}  // namespace dcgan
