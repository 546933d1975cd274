#include "nn/kernels/norm_activation.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "nn/kernels/batch_moments.hpp"
#include "nn/kernels/cpu_tensors.hpp"
#include "nn/kernels/norm_kernels.hpp"
#include "nn/sync_norm.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kLayout = at::MemoryFormat::ChannelsLast;

/// scale and shift of y = x scale + shift.
struct Affine {
  at::Tensor scale, shift;
  Affine(const Moments& moments, const at::Tensor& weight, const at::Tensor& bias)
      : scale(weight * moments.inverse_deviation), shift(bias - moments.mean * scale) {}
};

void normalise_batch(const at::Tensor& x, const at::Tensor& y, const Affine& affine, double slope) {
  const Rows r(x);
  const NormForward how{floats(affine.scale), floats(affine.shift), static_cast<float>(slope)};
  by_type(x, [&](auto type) {
    using T = decltype(type);
    in_parts(r.rows, [&](int64_t, int64_t first, int64_t count) {
      normalise(memory<T>(x) + first * r.channels, memory<T>(y) + first * r.channels, count, r.channels, how);
    });
  });
}

struct Gradients {
  at::Tensor weight, bias;  // float, [C]; added to
};

/// Fills dx, adds to the parameters' gradients.
void batch_gradients(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& dx, const Moments& moments,
                     const at::Tensor& weight, const at::Tensor& bias, double slope, const Gradients& gradients) {
  const Affine affine(moments, weight, bias);
  const Rows r(x);
  NormBackward how{floats(affine.scale),     floats(affine.shift), floats(moments.mean), nullptr, nullptr, nullptr,
                   static_cast<float>(slope)};
  std::vector<double> sums;
  by_type(x, [&](auto type) {
    using T = decltype(type);
    sums = summed(r, [&](int64_t first, int64_t count, double* sum, double* products) {
      add_gradient_moments(memory<T>(x) + first * r.channels, memory<T>(dy) + first * r.channels, count, r.channels,
                           how, sum, products);
    });
  });
  // dx = weight s (g - mean(g) - xn mean(g xn)), xn = (x - mean) s, s the inverse deviation.
  const auto n = static_cast<double>(r.rows);
  std::vector<float> of_gradient, of_input, constant;
  for (int64_t c = 0; c < r.channels; ++c) {
    const double s = floats(moments.inverse_deviation)[c], scaled = floats(weight)[c] * s;
    const double slope_of_x = -scaled * s * s * sums[r.channels + c] / n;
    of_gradient.push_back(static_cast<float>(scaled));
    of_input.push_back(static_cast<float>(slope_of_x));
    constant.push_back(static_cast<float>(-scaled * sums[c] / n - slope_of_x * floats(moments.mean)[c]));
    floats(gradients.weight)[c] += static_cast<float>(sums[r.channels + c] * s);
    floats(gradients.bias)[c] += static_cast<float>(sums[c]);
  }
  how.of_gradient = of_gradient.data(), how.of_input = of_input.data(), how.constant = constant.data();
  by_type(x, [&](auto type) {
    using T = decltype(type);
    in_parts(r.rows, [&](int64_t, int64_t first, int64_t count) {
      const int64_t at = first * r.channels;
      input_gradient(memory<T>(x) + at, memory<T>(dy) + at, memory<T>(dx) + at, count, r.channels, how);
    });
  });
}

/// The gradients written as differentiable operations, for a backward pass through which one goes back again.
variable_list differentiable_gradients(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight,
                                       const at::Tensor& bias, double slope, double eps) {
  const std::vector<int64_t> all = {0, 2, 3};
  const auto wide = [](const at::Tensor& t) { return t.view({1, -1, 1, 1}); };
  const auto whole = x.to(at::kFloat);
  const auto centred = whole - whole.mean(all, true);
  const auto inverse = at::rsqrt(centred.square().mean(all, true) + eps);
  const auto normalised = centred * inverse;
  const auto positive = (normalised * wide(weight) + wide(bias)).detach() > 0;
  const auto g = at::where(positive, dy.to(at::kFloat), dy.to(at::kFloat) * slope);
  const auto dx = wide(weight) * inverse * (g - g.mean(all, true) - normalised * (g * normalised).mean(all, true));
  return {dx.to(x.scalar_type()), (g * normalised).sum(all), g.sum(all)};
}

variable_list differentiable_gradients(const variable_list& saved, const at::Tensor& dy, double slope, double eps,
                                       int64_t batches) {
  variable_list all = {at::Tensor(), at::Tensor(), at::Tensor()};
  std::vector<at::Tensor> dx;
  for (int64_t i = 0; i < batches; ++i) {
    const auto one = differentiable_gradients(batch_of(saved[0], i, batches), batch_of(dy, i, batches), saved[1],
                                              saved[2], slope, eps);
    dx.push_back(one[0]);
    for (size_t j = 1; j < 3; ++j) all[j] = i == 0 ? one[j] : all[j] + one[j];
  }
  all[0] = at::cat(dx);
  return all;
}

class NormActivation : public torch::autograd::Function<NormActivation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, torch::nn::BatchNorm2dImpl* norm, double slope, int64_t batches) {
    const at::NoGradGuard no_grad;
    const at::Tensor y = at::empty_like(x);
    variable_list saved = {x, weight, bias};
    for (int64_t i = 0; i < batches; ++i) {
      const Moments moments = batch_moments(*norm, batch_of(x, i, batches));
      normalise_batch(batch_of(x, i, batches), batch_of(y, i, batches), {moments, weight, bias}, slope);
      saved.push_back(moments.mean), saved.push_back(moments.inverse_deviation);
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["slope"] = slope, context->saved_data["eps"] = norm->options.eps();
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
    const auto batches = static_cast<int64_t>(saved.size() - 3) / 2;
    const double slope = context->saved_data["slope"].toDouble();
    if (at::GradMode::is_enabled()) {
      auto out = differentiable_gradients(saved, gradients[0], slope, context->saved_data["eps"].toDouble(), batches);
      out.resize(6);
      return out;
    }
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous(kLayout), dx = at::empty_like(x);
    const Gradients of{at::zeros_like(weight), at::zeros_like(bias)};
    for (int64_t i = 0; i < batches; ++i) {
      const auto at = static_cast<size_t>(3 + 2 * i);
      batch_gradients(batch_of(x, i, batches), batch_of(dy, i, batches), batch_of(dx, i, batches),
                      {saved[at], saved[at + 1]}, weight, bias, slope, of);
    }
    return {dx, of.weight, of.bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor norm_activation(torch::nn::BatchNorm2d& norm, const at::Tensor& x, double slope, int64_t batches) {
  const auto wide = [](const at::Tensor& t) { return t.view({1, -1, 1, 1}); };
  Group* const group = norm->is_training() ? NormScope::current() : nullptr;
  if (norm->is_training() && !group && has_kernels(x))
    return NormActivation::apply(x.contiguous(kLayout), norm->weight, norm->bias, norm.get(), slope, batches);
  std::vector<at::Tensor> normalised;
  for (int64_t i = 0; i < batches; ++i) {
    const auto batch = batch_of(x, i, batches);
    normalised.push_back(
        group ? (normalised_over(*group, *norm, batch) * wide(norm->weight) + wide(norm->bias)).to(x.scalar_type())
              : norm(batch));
  }
  const auto all = batches == 1 ? normalised.front() : at::cat(normalised);
  return slope == 0 ? at::relu(all) : at::leaky_relu(all, slope);
}

}  // namespace dcgan
