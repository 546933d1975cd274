// Images by number for an evaluation, made or read when they are asked for: never all of them in memory.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "dataset/pixels.hpp"
#include "exchange/generator.hpp"
#include "latent/images.hpp"

namespace dcgan {

class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual int64_t count() const = 0;
  /// Images first .. first + count - 1, uint8 [count, H, W, C]. The same however they are asked for.
  virtual at::Tensor read(int64_t first, int64_t count) = 0;
};

/// Pictures `which` of a set, in that order. `pixels` must outlive it.
class SetImages : public ImageSource {
 public:
  SetImages(const Pixels& pixels, std::vector<int64_t> which, int64_t threads);
  int64_t count() const override { return static_cast<int64_t>(which_.size()); }
  at::Tensor read(int64_t first, int64_t count) override;

 private:
  const Pixels& pixels_;
  std::vector<int64_t> which_;
  int64_t threads_;
};

/// A run of another source's images, which must outlive it.
class PartOfImages : public ImageSource {
 public:
  PartOfImages(ImageSource& whole, int64_t first, int64_t count) : whole_(whole), first_(first), count_(count) {}
  int64_t count() const override { return count_; }
  at::Tensor read(int64_t first, int64_t count) override { return whole_.read(first_ + first, count); }

 private:
  ImageSource& whole_;
  int64_t first_, count_;
};

/// Images of a generator from latents that nothing else uses: image i is keyed by (seed, kEvaluationLatent, i). Made in
/// aligned blocks, because kernels may differ with the batch. `generator` must outlive it.
class GeneratedImages : public ImageSource {
 public:
  GeneratedImages(Generator& generator, int64_t count, uint64_t seed)
      : generator_(generator), count_(count), seed_(seed) {}
  int64_t count() const override { return count_; }
  at::Tensor read(int64_t first, int64_t count) override;

 private:
  Generator& generator_;
  int64_t count_;
  uint64_t seed_;
};

}  // namespace dcgan
