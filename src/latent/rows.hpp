// Latents that are no image's own: rows of a file, points of a curve, found by search. And the images of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>

#include "core/platform/io/mapped_file.hpp"
#include "formats/npy.hpp"
#include "latent/images.hpp"
#include "nn/latents.hpp"

namespace dcgan {

/// Latents by place, made or read when they are asked for.
struct LatentRows {
  int64_t count = 0;
  std::function<at::Tensor(int64_t place)> latent;        // [L], float32
  std::function<int64_t(int64_t place)> label = nullptr;  // its class; for a generator that has some
};

/// Calls `take(place, image)` for every place, in order. Memory: one block of kImageBlock, whatever the count. An image
/// does not depend on how many there are, but its last bits may on its place in its block.
void generate(Generator& generator, const LatentRows& rows, const std::function<void(int64_t, const Image&)>& take);

/// Latents of a .npy file: [N, L], [L] (one) or [N, L, 1, 1]; float16, float32 or float64, all of them finite.
class LatentFile {
 public:
  /// Throws UsageError where there is no such file. Throws Error naming the file when it holds anything else, or other
  /// than `length` numbers a latent, and its row for a number that is not finite.
  LatentFile(const fs::path& path, int64_t length);
  int64_t count() const { return count_; }
  /// [length], float32.
  at::Tensor row(int64_t place) const;

 private:
  fs::path path_;
  MappedFile file_;
  NpyArray array_;
  int64_t length_, count_ = 0;
};

/// "FILE.npy#ROW" or "FILE.npy", taken apart; nothing is opened.
struct NamedRow {
  fs::path file;
  std::optional<std::string> row;
};
NamedRow row_named(const std::string& text);

/// A latent that a user names.
struct LatentPoint {
  at::Tensor z;       // [L]
  std::string name;   // "seed:index", or FILE.npy#ROW
  int64_t label = 0;  // the class of the image of that name; 0 for a row
};
/// "3", "7:3" or "FILE.npy#ROW" (without #ROW of a file of one). Images get `options`' seed if they name none, and its
/// truncation; rows are taken as they are. Throws UsageError naming `option`.
LatentPoint parse_point(const std::string& text, const std::string& option, const LatentOptions& options,
                        const GeneratorInfo& info);
/// Of an image by name.
LatentPoint point_of(const ImageName& name, const LatentOptions& options, const GeneratorInfo& info);

}  // namespace dcgan
