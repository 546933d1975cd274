#include "nn/class_norm.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <stdexcept>

#include "nn/kernels/batch_moments.hpp"
#include "nn/kernels/cpu_tensors.hpp"
#include "nn/kernels/norm_activation.hpp"
#include "nn/kernels/norm_kernels.hpp"
#include "nn/layers.hpp"
#include "nn/sync_norm.hpp"

namespace dcgan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The memory of image `i` of a channels-last tensor.
template <class T>
T* image_memory(const at::Tensor& x, int64_t i) {
  return memory<T>(x) + i * (x.numel() / x.size(0));
}

/// Calls body(i) for every image, a share of them in each thread.
template <class Body>
void each_image(const at::Tensor& x, const Body& body) {
  in_parts(x.size(0), [&](int64_t, int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; ++i) body(i);
  });
}

/// scale and shift of every image, [N, C]: t = x scale + shift.
struct ImageAffine {
  at::Tensor scale, shift;
  ImageAffine(const Moments& moments, const at::Tensor& gain, const at::Tensor& bias)
      : scale(gain * moments.inverse_deviation), shift(bias - moments.mean * scale) {}
};

/// What the loops of an image need, and what the gradient by its numbers is made of.
NormBackward image_backward(const ImageAffine& affine, const Moments& moments, int64_t i, double slope) {
  const int64_t channels = affine.scale.size(1);
  return {floats(affine.scale) + i * channels,
          floats(affine.shift) + i * channels,
          floats(moments.mean),
          nullptr,
          nullptr,
          nullptr,
          static_cast<float>(slope)};
}

/// Sums of g and of g (x - mean) over each image's pixels: double [N, 2, C]. An image is one thread's.
at::Tensor image_sums(const at::Tensor& x, const at::Tensor& dy, const ImageAffine& affine, const Moments& moments,
                      double slope) {
  const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
  const auto sums = at::zeros({x.size(0), 2, channels}, at::kDouble);
  by_type(x, [&](auto type) {
    using T = decltype(type);
    each_image(x, [&](int64_t i) {
      double* own = sums.data_ptr<double>() + 2 * i * channels;
      add_gradient_moments(image_memory<T>(x, i), image_memory<T>(dy, i), pixels, channels,
                           image_backward(affine, moments, i, slope), own, own + channels);
    });
  });
  return sums;
}

/// dx = of_gradient g + of_input x + constant, [N, C], [C] and [C].
void fill_input_gradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& dx, const ImageAffine& affine,
                         const Moments& moments, double slope, const at::Tensor& of_input, const at::Tensor& constant) {
  const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
  by_type(x, [&](auto type) {
    using T = decltype(type);
    each_image(x, [&](int64_t i) {
      NormBackward how = image_backward(affine, moments, i, slope);
      how.of_gradient = how.scale, how.of_input = floats(of_input), how.constant = floats(constant);
      input_gradient(image_memory<T>(x, i), image_memory<T>(dy, i), image_memory<T>(dx, i), pixels, channels, how);
    });
  });
}

/// As NormActivation, with a gain and a bias an image, [N, C].
class ImageNormActivation : public torch::autograd::Function<ImageNormActivation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& gain,
                            const at::Tensor& bias, torch::nn::BatchNorm2dImpl* norm, double slope) {
    const at::NoGradGuard no_grad;
    const at::Tensor out = at::empty_like(x);
    const Moments moments = batch_moments(*norm, x);
    const ImageAffine affine(moments, gain, bias);
    const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
    by_type(x, [&](auto type) {
      using T = decltype(type);
      each_image(x, [&](int64_t i) {
        const NormForward how{floats(affine.scale) + i * channels, floats(affine.shift) + i * channels,
                              static_cast<float>(slope)};
        normalise(image_memory<T>(x, i), image_memory<T>(out, i), pixels, channels, how);
      });
    });
    context->save_for_backward({x, gain, bias, moments.mean, moments.inverse_deviation});
    context->saved_data["slope"] = slope;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "a class's BatchNorm is differentiable once");
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &gain = saved[1], &bias = saved[2];
    const Moments moments{saved[3], saved[4]};
    const double slope = context->saved_data["slope"].toDouble();
    const auto dy = gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    const ImageAffine affine(moments, gain, bias);
    const auto sums = image_sums(x, dy, affine, moments, slope);
    const auto of_bias = sums.select(1, 0), products = sums.select(1, 1);  // double, [N, C]
    // dx = s (gain g - mean(gain g) - xn mean(gain g xn)), xn = (x - mean) s, s the inverse deviation.
    const auto n = static_cast<double>(x.numel() / x.size(1));
    const auto s = moments.inverse_deviation.to(at::kDouble), wide_gain = gain.to(at::kDouble);
    const auto of_input = -(s * s * s) * (wide_gain * products).sum(0) / n;
    const auto constant = -s * (wide_gain * of_bias).sum(0) / n - of_input * moments.mean.to(at::kDouble);
    const auto dx = at::empty_like(x);
    fill_input_gradient(x, dy, dx, affine, moments, slope, of_input.to(at::kFloat), constant.to(at::kFloat));
    return {dx, (products * s).to(at::kFloat), of_bias.to(at::kFloat), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

ClassNormImpl::ClassNormImpl(int64_t channels, int64_t classes)
    : torch::nn::BatchNorm2dImpl(torch::nn::BatchNorm2dOptions(channels).affine(false)) {
  class_gain = register_parameter("class_gain", at::ones({classes, channels}));
  class_bias = register_parameter("class_bias", at::zeros({classes, channels}));
}

torch::nn::BatchNorm2d make_norm(int64_t channels, int64_t classes) {
  if (classes == 0) return torch::nn::BatchNorm2d(channels);
  return torch::nn::BatchNorm2d(
      std::shared_ptr<torch::nn::BatchNorm2dImpl>(std::make_shared<ClassNormImpl>(channels, classes)));
}

at::Tensor class_norm_activation(torch::nn::BatchNorm2d& norm, const at::Tensor& x, const at::Tensor& y, double slope,
                                 int64_t batches, const at::Tensor& modulation) {
  const auto* own = dynamic_cast<const ClassNormImpl*>(norm.get());
  if (!own && !modulation.defined()) return norm_activation(norm, x, slope, batches);
  if (batches != 1) throw std::logic_error("a BatchNorm whose gains are the images' own takes one batch");
  auto gain = own ? own->class_gain.index_select(0, y) : norm->weight.expand({x.size(0), -1});
  auto bias = own ? own->class_bias.index_select(0, y) : norm->bias.expand({x.size(0), -1});
  if (modulation.defined()) {
    const auto halves = modulation.to(gain.scalar_type()).chunk(2, 1);
    gain = gain * (1 + halves[0]), bias = bias * (1 + halves[0]) + halves[1];
  }
  Group* const group = norm->is_training() ? NormScope::current() : nullptr;
  if (norm->is_training() && !group && has_kernels(x))
    return ImageNormActivation::apply(x.contiguous(at::MemoryFormat::ChannelsLast), gain, bias, norm.get(), slope);
  const auto wide = [](const at::Tensor& t) { return t.reshape({t.size(0), t.size(1), 1, 1}); };
  const auto own_gains = [&](const at::Tensor& normalised) { return normalised * wide(gain) + wide(bias); };
  const auto t = (group ? own_gains(normalised_over(*group, *norm, x))
                  : own ? own_gains(norm(x))
                        : modulated(norm(x), modulation))
                     .to(x.scalar_type());
  return slope == 0 ? at::relu(t) : at::leaky_relu(t, slope);
}

std::vector<std::pair<std::string, at::Tensor>> norm_tensors(const torch::nn::BatchNorm2dImpl& norm) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  if (const auto* own = dynamic_cast<const ClassNormImpl*>(&norm))
    tensors = {{"class_gain", own->class_gain}, {"class_bias", own->class_bias}};
  else
    tensors = {{"weight", norm.weight}, {"bias", norm.bias}};
  tensors.emplace_back("running_mean", norm.running_mean);
  tensors.emplace_back("running_var", norm.running_var);
  return tensors;
}

}  // namespace dcgan
