// One pass over a source: every picture is decoded and fitted once, and kept when there is a pack to put it into. Not
// for where packs lie and when they serve (dataset/prepare).
#pragma once

#include "dataset/pack_set.hpp"
#include "image/transform.hpp"

namespace dcgan {

/// Makes pictures of a source what the network sees. `source` must outlive it.
struct Fitter {
  const Source& source;
  Size size;
  int64_t channels;
  Fit fit;
  CropAt crop_at;
  int64_t max_megapixels;

  /// Throws Error with the reason alone when the picture cannot be used.
  Image operator()(int64_t index, std::string* digest) const;
  int64_t image_bytes() const { return size.width * size.height * channels; }
};

/// 1, 3 or 4 for "gray", "rgb", "rgba".
int64_t channel_count(const std::string& name);

/// Channels "auto" are decided here, by the headers of all pictures.
Fitter fitter_for(const Source& source, const DataOptions& options, int64_t threads);

/// What of a source can be used.
struct Usable {
  PixelsInfo info;
  std::vector<uint32_t> valid;  // slots, rising
  std::vector<int32_t> labels;  // of those
  std::vector<uint64_t> contents;  // of those: where the SHA-256 of what they are stored as begins
  std::string not_kept;         // why pixels could not be put into the pack, or empty
};

/// Decodes every picture, puts its pixels into `writer` when there is one; what an interrupted writer kept is not
/// decoded again. Whether pixels can be kept has no say in which pictures are used. When it is stopped, `writer` keeps
/// what is done. Throws Error when nothing can be used, and with `strict` for the first picture that cannot; `path` is
/// DATA.
Usable decode_all(const Fitter& fitter, PackSetWriter* writer, const fs::path& path, bool strict, int64_t threads,
                  const DecodeProgress& progress);

/// The slow way: decodes at every visit. For sets whose pixels could not be kept. A picture that is another one than at
/// the first visit is an Error, as is one that has gone.
class DecodedPixels : public Pixels {
 public:
  DecodedPixels(std::unique_ptr<Source> source, const Fitter& fitter, Usable usable);
  void copy(int64_t index, uint8_t* out) const override;
  int32_t label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  bool decodes() const override { return true; }

 private:
  std::unique_ptr<Source> source_;
  Fitter fitter_;
  std::vector<uint32_t> valid_;
  std::vector<int32_t> labels_;
  std::vector<uint64_t> contents_;
};

/// Throws the Error of a set without any usable picture.
[[noreturn]] void no_image(const fs::path& path, const std::vector<Skipped>& skipped);

}  // namespace dcgan
