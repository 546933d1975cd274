#include "eval/best_of.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "eval/comparison.hpp"
#include "eval/discriminator_features.hpp"
#include "eval/features.hpp"

namespace dcgan {

BestOf best_of(Generator& generator, DiscriminatorNet& discriminator, uint64_t seed, int64_t count, int64_t of,
               const ImageClasses& classes, double most) {
  constexpr int64_t kMeasured = 2'000;
  const auto& info = generator.info();
  const int64_t in_turn = std::max<int64_t>(1, classes.count());
  auto candidates = at::empty({of, info.height, info.width, info.channels}, at::kByte);
  BestOf result;
  std::vector<at::Tensor> first, kept;
  for (int64_t i = 0; i < count; ++i) {
    ImageNames names;
    for (int64_t k = 0; k < of; ++k) {
      const int64_t index = ((i / in_turn) * of + k) * in_turn + i % in_turn;
      names.add(seed, index, index);
    }
    generate(
        generator, names, classes,
        [&](int64_t k, const Image& image) {
          std::memcpy(candidates[k].mutable_data_ptr<uint8_t>(), image.pixels.data(), image.pixels.size());
        },
        most);
    at::Tensor y;
    if (classes.count() > 0) y = at::full({of}, classes[names[0].index], at::kLong);
    const auto best = discriminator_logits(discriminator, candidates, y).argmax().item<int64_t>();
    result.kept.add(seed, names[best].index, names[best].index);
    if (i >= kMeasured) continue;
    first.push_back(candidates[0].clone()), kept.push_back(candidates[best].clone());
  }
  const auto network = random_features(RandomFeatures::kA, {info.width, info.height});
  const double all = count > 1 ? spread_of((*network)(at::stack(first))) : 0;
  result.diversity = all > 0 ? spread_of((*network)(at::stack(kept))) / all : 1;
  return result;
}

}  // namespace dcgan
