// A trained network as a plain list of operations: the one description that a generator's evaluation, a discriminator's
// feature maps, and every exported file are made from, so that an image is the same from all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace dcgan {

/// One operation. Values are numbered: 0 is what goes in, a generator's z as [N, latent, 1, 1] or a discriminator's
/// images; operation i of the list makes value i + 1.
struct Layer {
  enum class Kind {
    kConvTranspose,   // tensor weight [Cin, Cout, k, k]; stride, padding; no bias
    kConv,            // tensor weight [Cout, Cin, k, k] and, if there is one, bias [Cout]; stride, padding
    kBatchNorm,       // tensors weight, bias, running_mean, running_var [C]; eps
    kClassBatchNorm,  // tensors class_gain, class_bias [classes, C], running_mean, running_var [C]; eps
    kRelu,
    kLeakyRelu,     // slope
    kUpsample,      // nearest neighbours, to twice the sides
    kMeans,         // of 2 x 2 pixels, to half the sides
    kSum,           // over the pixels: [N, C, 1, 1]
    kMinibatchStd,  // a map more: how much the images of the batch differ (nn/minibatch_std)
    kClassDot,      // of [N, C, 1, 1] with the row of the image's class in tensor weight [classes, C]: [N, 1, 1, 1]
    kAdd,           // of `from` and `other`
    kTanh,
  };
  Kind kind;
  int64_t from = 0;       // the value that it takes
  int64_t other = 0;      // kAdd: the second one
  std::string name = {};  // of its tensors: NAME.PART; empty where there are none
  std::vector<std::pair<std::string, at::Tensor>> tensors = {};  // by part, in the order above
  int64_t stride = 1, padding = 0;
  double eps = 0, slope = 0;

  /// Undefined where there is none.
  at::Tensor find(const std::string& part) const;
  const at::Tensor& tensor(const std::string& part) const;
  /// The name of a tensor of it where names may have no dots: "norm0.weight" as "norm0_weight".
  std::string flat_name(const std::string& part) const;
  /// A statistic, not trained: running_mean and running_var.
  static bool is_statistic(const std::string& part) { return part.starts_with("running_"); }
};

using Layers = std::vector<Layer>;

/// The number of the last value.
inline int64_t last_value(const Layers& layers) { return static_cast<int64_t>(layers.size()); }
/// Adds an operation that takes the last value.
void append(Layers& layers, Layer layer);
/// A kConv; `bias` may be undefined.
Layer convolution(const std::string& name, const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                  int64_t padding);

/// Runs the list from value 0, `input`; gives the values of these numbers. y int64 [N], where a layer has classes.
std::vector<at::Tensor> run_layers(const Layers& layers, const at::Tensor& input, const at::Tensor& y,
                                   const std::vector<int64_t>& wanted);
/// The last value.
at::Tensor run_layers(const Layers& layers, const at::Tensor& input, const at::Tensor& y);

}  // namespace dcgan
