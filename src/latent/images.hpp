// Images by name. An image's name is `i` or `seed:i`: seed and index alone decide it, alone, in a batch, in a sheet and
// from an exported file. Of a generator with classes they decide the class too, unless classes are asked for.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
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
  /// Images first .. last of one seed come next; 0 <= first <= last. Ranges that go on are one.
  void add(uint64_t seed, int64_t first, int64_t last);
  int64_t size() const { return size_; }
  /// "0:0-63, 7:3"; of many ranges the first, and "...".
  std::string text() const;
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

/// What a PNG says of the image or sheet that it holds: that it was generated, the program and its version, the model's
/// checksum (Generator::checksum), and the images' names.
TextPairs generated_text(const std::string& model_checksum, const std::string& names);

/// "3,17,40-49,7:3" to names; those without a seed get `seed`. Throws UsageError naming `option`, also for more than
/// 100 million.
ImageNames parse_image_names(const std::string& text, uint64_t seed, const std::string& option = "--images");

/// Images are made in blocks of this many with aligned indices, because kernels may differ with the batch.
inline constexpr int64_t kImageBlock = 16;

/// Classes that images take in turn: image i is of class asked[i mod their count], and without `asked` of i mod all.
class ImageClasses {
 public:
  explicit ImageClasses(int64_t all, std::vector<int64_t> asked = {}) : all_(all), asked_(std::move(asked)) {}
  /// How many take turns; 0 for a generator that has none.
  int64_t count() const { return asked_.empty() ? all_ : static_cast<int64_t>(asked_.size()); }
  /// Of image number `index`; count() must not be 0.
  int64_t operator[](int64_t index) const {
    return asked_.empty() ? index % all_ : asked_[static_cast<size_t>(index) % asked_.size()];
  }

 private:
  int64_t all_;
  std::vector<int64_t> asked_;
};

/// "shoe,bag" or "7,8", by name or by number, to classes. Throws UsageError naming those that exist for one that does
/// not, and for a generator without.
ImageClasses parse_classes(const std::string& text, const GeneratorInfo& info);

/// The one class that `text` names as parse_classes reads it, `otherwise` if it is "". Throws UsageError for several.
int64_t single_class(const std::string& text, int64_t otherwise, const GeneratorInfo& info);

/// A sheet with one row a class, the first kMostRows of them; columns are images 0, 1, 2... of each.
struct ClassRows {
  static constexpr int64_t kMostRows = 20;
  int64_t classes, rows, columns;

  /// About `images` images of as many rows as there are classes; at least one column.
  ClassRows(int64_t classes, int64_t images);
  int64_t count() const { return rows * columns; }
  /// All on the sheet, or the first `most`, column by column: neighbours in a block are made together.
  ImageNames names(uint64_t seed, int64_t most = INT64_MAX) const;
  /// Where name number `position` of names() stands, row by row.
  int64_t place(int64_t position) const { return position % rows * columns + position / rows; }
};

/// Throws Stopped, saying how many images were made, when a signal has asked for it (core/platform/signals).
void throw_if_stopped_at(int64_t made, int64_t of);

/// Calls `take(position in names, image)` for every name, in order. Memory: one block, whatever the count.
void generate(Generator& generator, const ImageNames& names, const std::function<void(int64_t, const Image&)>& take);
/// The same with classes as asked for, and latents truncated to -most .. most (nn/latents).
void generate(Generator& generator, const ImageNames& names, const ImageClasses& classes,
              const std::function<void(int64_t, const Image&)>& take,
              double most = std::numeric_limits<double>::infinity());

/// Row `i` of uint8 [N, H, W, C] as a picture.
Image image_of(const at::Tensor& images, int64_t i);

}  // namespace dcgan
