#include "eval/images.hpp"

#include <ATen/Functions.h>

#include "core/parallel.hpp"
#include "nn/latents.hpp"

namespace dcgan {

SetImages::SetImages(const Pixels& pixels, std::vector<int64_t> which, int64_t threads)
    : pixels_(pixels), which_(std::move(which)), threads_(threads) {}

at::Tensor SetImages::read(int64_t first, int64_t count) {
  const auto& info = pixels_.info();
  auto out = at::empty({count, info.size.height, info.size.width, info.channels}, at::kByte);
  uint8_t* bytes = out.mutable_data_ptr<uint8_t>();
  parallel_for(count, pixels_.decodes() ? threads_ : 1, [&](int64_t i) {
    pixels_.copy(which_[static_cast<size_t>(first + i)], bytes + i * info.image_bytes());
  });
  return out;
}

at::Tensor GeneratedImages::read(int64_t first, int64_t count) {
  constexpr int64_t kBlock = 64;
  std::vector<at::Tensor> parts;
  for (int64_t at = first / kBlock * kBlock; at < first + count; at += kBlock) {
    const auto& info = generator_.info();
    const auto z = latents(seed_, Purpose::kEvaluationLatent, at, kBlock, info.latent_space());
    // Classes in turn, as images by name take them.
    const auto y = info.classes > 0 ? at::arange(at, at + kBlock, at::kLong).remainder(info.classes) : at::Tensor();
    const auto block = to_bytes(generator_(z, y));
    const int64_t from = std::max<int64_t>(first - at, 0), to = std::min(first + count - at, kBlock);
    parts.push_back(block.slice(0, from, to));
  }
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

}  // namespace dcgan
