#include "eval/synthesis.hpp"

#include <ATen/ATen.h>

#include "core/platform/signals.hpp"
#include "eval/memorised.hpp"
#include "latent/images.hpp"

namespace dcgan {
namespace {

/// Images first .. first + kFeatureBatch - 1 of a class, uint8 [kFeatureBatch, H, W, C].
at::Tensor candidates_of(Generator& generator, int64_t label, int64_t first, const LatentOptions& options) {
  ImageNames names;
  names.add(static_cast<uint64_t>(options.seed), first, first + kFeatureBatch - 1);
  const auto& info = generator.info();
  auto out = at::empty({kFeatureBatch, info.height, info.width, info.channels}, at::kByte);
  generate(
      generator, names, ImageClasses(info.classes, {label}),
      [&](int64_t i, const Image& image) {
        std::memcpy(out[i].mutable_data_ptr<uint8_t>(), image.pixels.data(), image.pixels.size());
      },
      options.most());
  return out;
}

SynthesisCount of_class(Generator& generator, int64_t label, int64_t wanted, const LatentOptions& options,
                        const Screening& screening, const std::function<void(const Synthesised&, const Image&)>& take) {
  constexpr int64_t kPatience = 20, kMore = 100;
  SynthesisCount count;
  count.wanted = wanted;
  for (int64_t first = 0; count.kept < wanted && count.candidates < kPatience * wanted + kMore;
       first += kFeatureBatch) {
    throw_if_stopped("not all images were made");
    const auto images = candidates_of(generator, label, first, options);
    const auto confidence = screening.classifier->probabilities(images).select(1, label).to(at::kDouble).contiguous();
    const auto ratio =
        closeness(screening.network->columns(images), *screening.real).ratio.to(at::kDouble).contiguous();
    for (int64_t i = 0; i < kFeatureBatch && count.kept < wanted; ++i) {
      const Synthesised one{label, first + i, confidence.const_data_ptr<double>()[i],
                            ratio.const_data_ptr<double>()[i]};
      ++count.candidates;
      const bool is_unsure = one.confidence < screening.confidence, is_copy = one.closeness < kMemorisedRatio;
      count.unsure += is_unsure, count.copies += is_copy;
      if (is_unsure || is_copy) continue;
      ++count.kept;
      take(one, image_of(images, i));
    }
  }
  return count;
}

}  // namespace

std::vector<SynthesisCount> synthesise(Generator& generator, const std::vector<int64_t>& wanted,
                                       const LatentOptions& options, const Screening& screening,
                                       const std::function<void(const Synthesised&, const Image&)>& take) {
  std::vector<SynthesisCount> counts;
  for (size_t label = 0; label < wanted.size(); ++label)
    counts.push_back(of_class(generator, static_cast<int64_t>(label), wanted[label], options, screening, take));
  return counts;
}

}  // namespace dcgan
