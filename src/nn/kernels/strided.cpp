#include "nn/kernels/strided.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/platform/machine.hpp"
#include "nn/kernels/column_kernels.hpp"
#include "nn/kernels/cpu_tensors.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kPadding[] = {1, 1}, kDilation[] = {1, 1}, kNoOutputPadding[] = {0, 0};

/// A map by its step: 2 joins a small and a large map by 4 x 4, 1 joins maps of one size by 3 x 3.
at::IntArrayRef stride_of(int64_t step) {
  static constexpr int64_t kSteps[][2] = {{1, 1}, {2, 2}};
  return kSteps[step - 1];
}

StrideGeometry geometry_of(const at::Tensor& large) { return {large.size(2) / 2, large.size(3) / 2, large.size(1)}; }

/// A channels-last map or weight as a matrix, without a copy: a row a pixel, or a row a first channel.
at::Tensor pixels_of(const at::Tensor& map) { return map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}); }
at::Tensor filters_of(const at::Tensor& weight) { return weight.permute({0, 2, 3, 1}).reshape({weight.size(0), -1}); }

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, bool goes_up, int64_t step) {
  return at::convolution(x, weight, {}, stride_of(step), kPadding, kDilation, goes_up, kNoOutputPadding, 1);
}

/// With few channels (an image's) oneDNN's transposed convolution reaches a sixth of a product's speed: its blocks of
/// 16 channels are mostly empty.
at::Tensor up(const at::Tensor& small, const at::Tensor& weight, int64_t step) {
  constexpr int64_t kFew = 4;
  if (weight.size(1) > kFew || step == 1) return convolution(small, weight, true, step);
  const at::Tensor columns = at::mm(pixels_of(small), filters_of(weight));
  const auto large =
      at::empty({small.size(0), weight.size(1), 2 * small.size(2), 2 * small.size(3)}, small.options(), kChannelsLast);
  by_type(small, [&](auto type) {
    using T = decltype(type);
    in_parts(large.size(0) * large.size(2), [&](int64_t, int64_t first, int64_t count) {
      scatter_columns(memory<const T>(columns), memory<T>(large), first, count, geometry_of(large));
    });
  });
  return large;
}

/// oneDNN 3.12 takes its older kernels for the weights' gradient in bf16 without AMX, which cut a batch into parts of
/// which each adds up all weights: with many weights they are half as fast as a matrix product.
bool product_is_faster(const at::Tensor& large) {
  constexpr int64_t kManyChannels = 128;
  static const bool has_older_kernels = bf16_units() == "AVX512-BF16";
  return large.scalar_type() == at::kBFloat16 && has_older_kernels && large.size(1) >= kManyChannels;
}

at::Tensor weight_gradient(const at::Tensor& small, const at::Tensor& large, const at::Tensor& weight, int64_t step) {
  if (step == 1 || !product_is_faster(large))
    return std::get<1>(at::convolution_backward(small, large, weight, {}, stride_of(step), kPadding, kDilation, false,
                                                kNoOutputPadding, 1, {false, true, false}));
  const StrideGeometry geometry = geometry_of(large);
  const at::Tensor rows = pixels_of(small);
  const auto columns = at::empty({rows.size(0), geometry.row_entries()}, large.options());
  by_type(large, [&](auto type) {
    using T = decltype(type);
    in_parts(large.size(0) * geometry.height, [&](int64_t, int64_t first, int64_t count) {
      gather_columns(memory<const T>(large), memory<T>(columns), first, count, geometry);
    });
  });
  return at::mm(rows.t(), columns).view({small.size(1), 4, 4, large.size(1)}).permute({0, 3, 1, 2});
}

// The number T(small, large, weight) = sum of small * down(large, weight) is linear in each of the three, and each map
// here is its gradient by one of them. So their gradients are these maps again, without end.
at::Tensor strided_map(const at::Tensor& x, const at::Tensor& weight, bool goes_up, int64_t step);
at::Tensor weight_map(const at::Tensor& small, const at::Tensor& large, const at::Tensor& weight, int64_t step);

at::Tensor like(const at::Tensor& gradient, const at::Tensor& x) {
  return gradient.to(x.scalar_type()).contiguous(kChannelsLast);
}

/// By `small` (down) or by `large` (up).
class StridedMap : public torch::autograd::Function<StridedMap> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, bool goes_up,
                            int64_t step) {
    context->save_for_backward({x, weight});
    context->saved_data["goes_up"] = goes_up, context->saved_data["step"] = step;
    return goes_up ? up(x, weight, step) : convolution(x, weight, false, step);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const bool goes_up = context->saved_data["goes_up"].toBool();
    const int64_t step = context->saved_data["step"].toInt();
    const at::Tensor dy = like(gradients[0], x);
    at::Tensor dx, d_weight;
    if (context->needs_input_grad(0)) dx = strided_map(dy, weight, !goes_up, step);
    if (context->needs_input_grad(1))
      d_weight = goes_up ? weight_map(x, dy, weight, step) : weight_map(dy, x, weight, step);
    return {dx, d_weight, at::Tensor(), at::Tensor()};
  }
};

/// By `weight`, of which it takes the shape alone.
class WeightMap : public torch::autograd::Function<WeightMap> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& small, const at::Tensor& large,
                            const at::Tensor& weight, int64_t step) {
    context->save_for_backward({small, large});
    context->saved_data["step"] = step;
    return weight_gradient(small, large, weight, step);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &small = saved[0], &large = saved[1];
    const int64_t step = context->saved_data["step"].toInt();
    const at::Tensor g = like(gradients[0], small);
    at::Tensor d_small, d_large;
    if (context->needs_input_grad(0)) d_small = strided_map(large, g, false, step);
    if (context->needs_input_grad(1)) d_large = strided_map(small, g, true, step);
    return {d_small, d_large, at::Tensor(), at::Tensor()};
  }
};

at::Tensor strided_map(const at::Tensor& x, const at::Tensor& weight, bool goes_up, int64_t step) {
  return StridedMap::apply(x, weight, goes_up, step);
}
at::Tensor weight_map(const at::Tensor& small, const at::Tensor& large, const at::Tensor& weight, int64_t step) {
  return WeightMap::apply(small, large, weight.detach(), step);
}

at::Tensor strided(const at::Tensor& x, const at::Tensor& weight, bool goes_up, int64_t step) {
  if (!has_kernels(x)) return convolution(x, weight, goes_up, step);
  const bool casts = at::autocast::is_autocast_enabled(at::kCPU);
  const auto type = casts ? at::autocast::get_autocast_dtype(at::kCPU) : x.scalar_type();
  return strided_map(x.to(type).contiguous(kChannelsLast), weight.to(type).contiguous(kChannelsLast), goes_up, step);
}

}  // namespace

at::Tensor stride_down(const at::Tensor& large, const at::Tensor& weight) { return strided(large, weight, false, 2); }
at::Tensor stride_up(const at::Tensor& small, const at::Tensor& weight) { return strided(small, weight, true, 2); }
at::Tensor convolve3(const at::Tensor& x, const at::Tensor& weight) { return strided(x, weight, false, 1); }

at::Tensor convolve1(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto pixels = x.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
  const auto filters = weight.view({weight.size(0), -1}).t();
  return (bias.defined() ? at::addmm(bias, pixels, filters) : at::mm(pixels, filters))
      .view({x.size(0), x.size(2), x.size(3), -1})
      .permute({0, 3, 1, 2});
}

at::Tensor widened(const at::Tensor& weight) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  // A row of 3 taps to one of 4: tap t of the wide row is taps t and t - 1 of the narrow one. Made on the device, so
  // that a recorded step holds nothing from outside.
  const auto options = weight.options().requires_grad(false);
  const auto row = at::eye(4, 3, options) + at::constant_pad_nd(at::eye(3, 3, options), {0, 0, 1, 0});
  const auto box = at::kron(row, row);  // [16, 9]
  const int64_t a = weight.size(0), b = weight.size(1);
  const auto taps = weight.permute({0, 2, 3, 1}).reshape({a, 9, b});
  return at::bmm(box.expand({a, 16, 9}), taps).view({a, 4, 4, b}).permute({0, 3, 1, 2});
}

at::Tensor narrowed(const at::Tensor& kernel) {
  // A row of 4 taps to one of 3: the least squares' answer to widened()'s equations, whose numbers are exact.
  const auto row = at::tensor({3.0, 1.0, -1.0, 1.0, -2.0, 2.0, 2.0, -2.0, 1.0, -1.0, 1.0, 3.0}, at::kDouble) / 4;
  const int64_t a = kernel.size(0), b = kernel.size(1);
  const auto taps = kernel.detach().to(at::kCPU, at::kDouble).permute({0, 2, 3, 1}).reshape({a, 16, b});
  const auto box = at::kron(row.view({3, 4}), row.view({3, 4}));
  return at::matmul(box, taps).view({a, 3, 3, b}).permute({0, 3, 1, 2}).to(at::kFloat);
}

}  // namespace dcgan
