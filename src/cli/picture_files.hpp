// Where a verb's pictures go: what a path's ending asks for, and files that say of themselves that they were generated.
#pragma once

#include <string>
#include <vector>

#include "core/platform/io/file.hpp"
#include "exchange/generator.hpp"
#include "image/sheet.hpp"

namespace dcgan {

/// .png: one sheet; .gif, .mp4: an animation; .npy: an array; anything else: a folder of separate files.
enum class PicturesOut { kSheet, kAnimation, kArray, kFolder };

/// What --out asks for. Throws UsageError for "", for an ending of another picture or video format, and for one that is
/// not `allowed`; when there is no folder to put a file into, or something in the way of a folder.
PicturesOut pictures_out(const std::string& out, const std::vector<PicturesOut>& allowed);

/// Throws UsageError when there is no folder to put the file `out` of `option` into, when it is a folder, and when a
/// file is there whose ending is that of a picture, an animation or an array and whose content is none. "" is fine.
void check_place(const std::string& out, const std::string& option = "--out");

/// A sheet for `layout`. Throws UsageError for more than 64 megapixels, with the hint to name a folder.
Sheet make_sheet(const Sheet::Layout& layout, const std::string& out);

/// A folder of PNG files that must be new or empty (UsageError). A file is complete or absent.
class PictureFolder {
 public:
  explicit PictureFolder(const std::string& out);
  /// `name` without its ending.
  void put(const std::string& name, const Image& image, const TextPairs& text);

 private:
  fs::path folder_;
};

/// One latent [L] as a .npy file, float32 [1, L].
void write_latent(const fs::path& path, const at::Tensor& latent);

/// A .npy file of uint8 [N, H, W, C], written as the images come; absent until finish().
class ImageArray {
 public:
  ImageArray(const std::string& out, int64_t count, const GeneratorInfo& info);
  void put(const Image& image) { file_.append(image.pixels.data(), image.pixels.size()); }
  void finish() { file_.commit(); }

 private:
  AtomicFile file_;
};

}  // namespace dcgan
