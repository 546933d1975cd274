#include "nn/norm_activation.hpp"

#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "nn/cpu_tensors.hpp"
#include "nn/norm_kernels.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kLayout = at::MemoryFormat::ChannelsLast;

/// The tensor's memory as rows of channels.
struct Rows {
  int64_t rows, channels;
  explicit Rows(const at::Tensor& x) : rows(x.numel() / x.size(1)), channels(x.size(1)) {}
};

float* floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

/// Two sums a channel, each part's added up in the order of the parts.
template <class Add>
std::vector<double> summed(const Rows& r, const Add& add) {
  const auto width = static_cast<size_t>(2 * r.channels);
  std::vector<double> all(static_cast<size_t>(at::get_num_threads()) * width);
  in_parts(r.rows, [&](int64_t part, int64_t first, int64_t count) {
    double* sums = all.data() + static_cast<size_t>(part) * width;
    add(first, count, sums, sums + r.channels);
  });
  for (size_t i = width; i < all.size(); ++i) all[i % width] += all[i];
  all.resize(width);
  return all;
}

struct Moments {
  at::Tensor mean, inverse_deviation;  // float, [C]
};

/// Of the batch; moves the running statistics.
Moments batch_moments(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x) {
  const Rows r(x);
  // Sums of x - offset: close to the mean, so that squares do not cancel. The running mean serves.
  const at::Tensor offset = norm.running_mean.clone();
  std::vector<double> sums;
  by_type(x, [&](auto type) {
    const auto* from = memory<decltype(type)>(x);
    sums = summed(r, [&](int64_t first, int64_t count, double* sum, double* squares) {
      add_moments(from + first * r.channels, count, r.channels, floats(offset), sum, squares);
    });
  });
  norm.num_batches_tracked.add_(1);
  const double momentum =
      norm.options.momentum() ? *norm.options.momentum() : 1.0 / norm.num_batches_tracked.item<double>();
  const auto n = static_cast<double>(r.rows);
  Moments out{at::empty_like(norm.running_mean), at::empty_like(norm.running_mean)};
  float *mean = floats(out.mean), *inverse = floats(out.inverse_deviation);
  float *running_mean = floats(norm.running_mean), *running_var = floats(norm.running_var);
  for (int64_t c = 0; c < r.channels; ++c) {
    const double shifted = sums[c] / n, variance = std::max(0.0, sums[r.channels + c] / n - shifted * shifted);
    const double true_mean = shifted + floats(offset)[c];
    mean[c] = static_cast<float>(true_mean);
    inverse[c] = static_cast<float>(1 / std::sqrt(variance + norm.options.eps()));
    const double unbiased = variance * (n / std::max(1.0, n - 1));
    running_mean[c] = static_cast<float>((1 - momentum) * running_mean[c] + momentum * true_mean);
    running_var[c] = static_cast<float>((1 - momentum) * running_var[c] + momentum * unbiased);
  }
  return out;
}

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

/// Batch number `i` of `batches` that follow one another in memory.
at::Tensor batch_of(const at::Tensor& all, int64_t i, int64_t batches) {
  const int64_t n = all.size(0) / batches;
  return all.narrow(0, i * n, n);
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
    context->saved_data["slope"] = slope;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
    const auto batches = static_cast<int64_t>(saved.size() - 3) / 2;
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous(kLayout), dx = at::empty_like(x);
    const Gradients of{at::zeros_like(weight), at::zeros_like(bias)};
    const double slope = context->saved_data["slope"].toDouble();
    for (int64_t i = 0; i < batches; ++i) {
      const auto at = static_cast<size_t>(3 + 2 * i);
      batch_gradients(batch_of(x, i, batches), batch_of(dy, i, batches), batch_of(dx, i, batches),
                      {saved[at], saved[at + 1]}, weight, bias, slope, of);
    }
    return {dx, of.weight, of.bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

torch::Tensor norm_activation(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, double slope, int64_t batches) {
  if (norm->is_training() && has_kernels(x))
    return NormActivation::apply(x.contiguous(kLayout), norm->weight, norm->bias, norm.get(), slope, batches);
  std::vector<at::Tensor> normalised;
  for (int64_t i = 0; i < batches; ++i) normalised.push_back(norm(batch_of(x, i, batches)));
  const auto all = batches == 1 ? normalised.front() : at::cat(normalised);
  return slope == 0 ? at::relu(all) : at::leaky_relu(all, slope);
}

}  // namespace dcgan
