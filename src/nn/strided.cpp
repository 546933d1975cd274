#include "nn/strided.hpp"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/platform/machine.hpp"
#include "nn/column_kernels.hpp"
#include "nn/cpu_tensors.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kStride[] = {2, 2}, kPadding[] = {1, 1}, kDilation[] = {1, 1}, kNoOutputPadding[] = {0, 0};

StrideGeometry geometry_of(const at::Tensor& large) { return {large.size(2) / 2, large.size(3) / 2, large.size(1)}; }

/// A channels-last map or weight as a matrix, without a copy: a row a pixel, or a row a first channel.
at::Tensor pixels_of(const at::Tensor& map) { return map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}); }
at::Tensor filters_of(const at::Tensor& weight) { return weight.permute({0, 2, 3, 1}).reshape({weight.size(0), -1}); }

at::Tensor down(const at::Tensor& large, const at::Tensor& weight) {
  return at::convolution(large, weight, {}, kStride, kPadding, kDilation, false, kNoOutputPadding, 1);
}

/// With few channels (an image's) oneDNN's transposed convolution reaches a sixth of a product's speed: its blocks of
/// 16 channels are mostly empty.
at::Tensor up(const at::Tensor& small, const at::Tensor& weight) {
  constexpr int64_t kFew = 4;
  if (weight.size(1) > kFew)
    return at::convolution(small, weight, {}, kStride, kPadding, kDilation, true, kNoOutputPadding, 1);
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

at::Tensor weight_gradient(const at::Tensor& small, const at::Tensor& large, const at::Tensor& weight) {
  if (!product_is_faster(large))
    return std::get<1>(at::convolution_backward(small, large, weight, {}, kStride, kPadding, kDilation, false,
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

/// y = down(x) or up(x); each is the other's gradient by its input.
class Strided : public torch::autograd::Function<Strided> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, bool goes_up) {
    context->save_for_backward({x, weight});
    context->saved_data["goes_up"] = goes_up;
    return goes_up ? up(x, weight) : down(x, weight);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const bool goes_up = context->saved_data["goes_up"].toBool();
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous(kChannelsLast);
    at::Tensor dx, d_weight;
    if (context->needs_input_grad(0)) dx = goes_up ? down(dy, weight) : up(dy, weight);
    if (context->needs_input_grad(1))
      d_weight = goes_up ? weight_gradient(x, dy, weight) : weight_gradient(dy, x, weight);
    return {dx, d_weight, at::Tensor()};
  }
};

at::Tensor strided(const at::Tensor& x, const at::Tensor& weight, bool goes_up) {
  if (!has_kernels(x))
    return at::convolution(x, weight, {}, kStride, kPadding, kDilation, goes_up, kNoOutputPadding, 1);
  const bool casts = at::autocast::is_autocast_enabled(at::kCPU);
  const auto type = casts ? at::autocast::get_autocast_dtype(at::kCPU) : x.scalar_type();
  return Strided::apply(x.to(type).contiguous(kChannelsLast), weight.to(type).contiguous(kChannelsLast), goes_up);
}

}  // namespace

at::Tensor stride_down(const at::Tensor& large, const at::Tensor& weight) { return strided(large, weight, false); }
at::Tensor stride_up(const at::Tensor& small, const at::Tensor& weight) { return strided(small, weight, true); }

}  // namespace dcgan
