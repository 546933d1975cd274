#include "step/augment.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Where a kind's draws begin; the gate is the first of them.
enum FirstDraw : int64_t { kColor = 0, kTranslation = 4, kCutout = 8 };

/// The images as [N, H, W C] in the order of memory, without a copy where they are channels-last.
at::Tensor rows_of(const at::Tensor& images) {
  return images.permute({0, 2, 3, 1}).reshape({images.size(0), images.size(2), images.size(3) * images.size(1)});
}
at::Tensor images_of(const at::Tensor& rows, at::IntArrayRef sizes) {
  return rows.view({sizes[0], sizes[2], sizes[3], sizes[1]}).permute({0, 3, 1, 2});
}

/// y = of_pixel x + of_gray (mean over the pixel's channels) + of_mean (mean over the image) + shift, with [N] of each
/// factor. Its matrix is symmetric: the gradient passes through the same factors without the shift.
class MixColors : public torch::autograd::Function<MixColors> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& of_pixel,
                            const at::Tensor& of_gray, const at::Tensor& of_mean, const at::Tensor& shift) {
    const at::NoGradGuard no_grad;
    context->save_for_backward({of_pixel, of_gray, of_mean});
    const auto rows = rows_of(x);
    const auto same = (of_mean * rows.mean({1, 2}) + shift).view({-1, 1, 1});
    const auto mixed = images_of(rows * of_pixel.view({-1, 1, 1}), x.sizes());
    const int64_t channels = x.size(1);
    if (channels == 1) return mixed.add_(same.unsqueeze(3));
    // Channel by channel: a sum over so short a dimension, or spreading over it, would not use vectors.
    auto gray = x.select(1, 0) + x.select(1, 1);
    for (int64_t c = 2; c < channels; ++c) gray.add_(x.select(1, c));
    gray.mul_((of_gray / static_cast<double>(channels)).view({-1, 1, 1})).add_(same);
    for (int64_t c = 0; c < channels; ++c) mixed.select(1, c).add_(gray);
    return mixed;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {apply(gradients[0], saved[0], saved[1], saved[2], at::zeros_like(saved[2])), {}, {}, {}, {}};
  }
};

/// Numbers 0 ... count - 1 as [1, count].
at::Tensor numbers(int64_t count, const at::Tensor& like) { return at::arange(count, like.options()).unsqueeze(0); }

/// [N, W] as [N, 1, W C]: one for each number of a row of memory.
at::Tensor for_channels(const at::Tensor& columns, int64_t channels) {
  return columns.unsqueeze(2).expand({-1, -1, channels}).reshape({columns.size(0), 1, columns.size(1) * channels});
}

/// y[i, j] = x[i - down, j - right], 0 from outside; `down` and `right` are int64 [N]. Its transpose is the way back.
class Shift : public torch::autograd::Function<Shift> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& down,
                            const at::Tensor& right) {
    const at::NoGradGuard no_grad;
    context->save_for_backward({down, right});
    const int64_t n = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
    const auto line = numbers(height, down) - down.view({-1, 1}), column = numbers(width, down) - right.view({-1, 1});
    const auto image = numbers(n, down).view({-1, 1, 1}) * (height * width);
    const auto from = line.clamp(0, height - 1).mul_(width).unsqueeze(2) + column.clamp(0, width - 1).unsqueeze(1);
    const auto inside = [&](const at::Tensor& at, int64_t size) {
      return at.ge(0).logical_and_(at.lt(size)).to(x.scalar_type());
    };
    const auto moved = rows_of(x).view({n * height * width, channels}).index_select(0, from.add_(image).view({-1}));
    const auto mask = inside(line, height).unsqueeze(2) * for_channels(inside(column, width), channels);
    return images_of(moved.view(mask.sizes()).mul_(mask), x.sizes());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {apply(gradients[0], saved[0].neg(), saved[1].neg()), {}, {}};
  }
};

/// Draws of one kind, and whether it happens to an image.
struct KindDraws {
  at::Tensor happens;  // [N], 0 or 1
  at::Tensor first, second, third;
  KindDraws(const at::Tensor& draws, const at::Tensor& p, FirstDraw kind)
      : happens(draws.select(1, kind).lt(p).to(draws.scalar_type())),
        first(draws.select(1, kind + 1)),
        second(draws.select(1, kind + 2)),
        third(draws.select(1, kind + 3)) {}
};

/// Whole numbers 0 ... choices - 1 from uniform ones; the product may round up to `choices`.
at::Tensor whole_numbers(const at::Tensor& uniform, int64_t choices) {
  return (uniform * static_cast<double>(choices)).to(at::kLong).clamp_max_(choices - 1);
}

at::Tensor color(const at::Tensor& images, const KindDraws& draws) {
  const auto type = images.scalar_type();
  const auto brightness = ((draws.first - 0.5) * draws.happens).to(type);
  const auto saturation = ((draws.second * 2 - 1) * draws.happens + 1).to(type);
  const auto contrast = ((draws.third - 0.5) * draws.happens + 1).to(type);
  const auto mix = [&](const at::Tensor& colors, const at::Tensor& distance) {
    return MixColors::apply(colors, contrast * distance, contrast * (1 - distance), 1 - contrast, brightness);
  };
  if (images.size(1) == 1) return mix(images, at::ones_like(saturation));
  if (images.size(1) == 3) return mix(images, saturation);
  return at::cat({mix(images.narrow(1, 0, 3), saturation), images.narrow(1, 3, 1)}, 1);
}

at::Tensor translation(const at::Tensor& images, const KindDraws& draws) {
  const auto pixels = [&](const at::Tensor& uniform, int64_t size) {
    const auto most = static_cast<int64_t>(std::floor(static_cast<double>(size) / 8 + 0.5));
    return (whole_numbers(uniform, 2 * most + 1) - most) * draws.happens.to(at::kLong);
  };
  return Shift::apply(images, pixels(draws.first, images.size(2)), pixels(draws.second, images.size(3)));
}

at::Tensor cutout(const at::Tensor& images, const KindDraws& draws) {
  const auto within_box = [&](const at::Tensor& uniform, int64_t size) {
    const int64_t box = (size + 1) / 2;
    const auto begin = (whole_numbers(uniform, size + 1 - box % 2) - box / 2).view({-1, 1});
    const auto place = numbers(size, begin);
    return place.ge(begin).logical_and_(place.lt(begin + box)).to(images.scalar_type());
  };
  const auto lines = within_box(draws.first, images.size(2)) * draws.happens.view({-1, 1}).to(images.scalar_type());
  const auto columns = within_box(draws.second, images.size(3));
  const auto kept = 1 - lines.unsqueeze(2) * for_channels(columns, images.size(1));
  return images * images_of(kept, images.sizes());
}

}  // namespace

at::Tensor augment_draws(uint64_t seed, int64_t first_image, int64_t count, DiscriminatorPass pass) {
  auto draws = at::empty({count, kAugmentDraws}, at::kFloat);
  float* to = draws.mutable_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const auto index = 3 * static_cast<uint64_t>(first_image + i) + static_cast<uint64_t>(pass);
    const Draw draw(seed, Purpose::kAugmentation, index);
    for (uint32_t place = 0; place < kAugmentDraws; ++place)
      *to++ = static_cast<float>(draw.word(place) >> 8) * 0x1p-24f;  // 24 bits: exact, and below 1
  }
  return draws;
}

at::Tensor augment(const at::Tensor& images, const at::Tensor& draws, const at::Tensor& p, const AugmentKinds& kinds) {
  at::Tensor out = images;
  if (kinds.color) out = color(out, {draws, p, kColor});
  if (kinds.translation) out = translation(out, {draws, p, kTranslation});
  if (kinds.cutout) out = cutout(out, {draws, p, kCutout});
  return out;
}

AdaptiveProbability::AdaptiveProbability(const AugmentOptions& options, at::Device device)
    : adaptive_(options.adaptive()),
      target_(options.ada_target),
      speed_(static_cast<double>(options.ada_speed)),
      highest_(options.first_probability()),
      rise_(options.adaptive() ? 0 : options.augment_rise.value_or(0)),
      p_(at::full({}, rise_ > 0 ? 0 : highest_, at::TensorOptions(at::kFloat).device(device))),
      signs_(at::zeros_like(p_)),
      images_(at::zeros_like(p_)) {}

void AdaptiveProbability::rise(int64_t images) {
  if (rise_ > 0) p_.fill_(highest_ * std::min(1.0, static_cast<double>(images) / static_cast<double>(rise_)));
}

void AdaptiveProbability::update(const at::Tensor& move, const at::Tensor& sign, int64_t batch) {
  if (!adaptive_) return;
  const at::NoGradGuard no_grad;
  signs_.add_(sign.to(at::kFloat), static_cast<double>(batch));
  images_.add_(static_cast<double>(batch));
  const auto direction = at::sign(signs_ / images_ - target_);
  p_.add_(direction * images_ * move / speed_).clamp_(0, 1);
  const auto kept = 1 - move;
  signs_.mul_(kept), images_.mul_(kept);
}

}  // namespace dcgan
