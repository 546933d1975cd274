// A trained generator as a plain list of operations: the one description that its evaluation, and every exported file,
// is made from, so that an image is the same from all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace dcgan {

/// One operation. Values are numbered: 0 is z as [N, latent, 1, 1], operation i of the list makes value i + 1.
struct Layer {
  enum class Kind {
    kConvTranspose,   // tensor weight [Cin, Cout, k, k]; stride, padding; no bias
    kConv,            // tensor weight [Cout, Cin, k, k]; stride 1, padding; no bias
    kBatchNorm,       // tensors weight, bias, running_mean, running_var [C]; eps
    kClassBatchNorm,  // tensors class_gain, class_bias [classes, C], running_mean, running_var [C]; eps
    kRelu,
    kUpsample,  // nearest neighbours, to twice the sides
    kAdd,       // of `from` and `other`
    kTanh,
  };
  Kind kind;
  int64_t from = 0;       // the value that it takes
  int64_t other = 0;      // kAdd: the second one
  std::string name = {};  // of its tensors: NAME.PART; empty where there are none
  std::vector<std::pair<std::string, at::Tensor>> tensors = {};  // by part, in the order above
  int64_t stride = 1, padding = 0;
  double eps = 0;

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

/// Runs the list; the result is the last value. z [N, latent, 1, 1]; y int64 [N], where a layer has classes.
at::Tensor run_layers(const Layers& layers, const at::Tensor& z, const at::Tensor& y);

}  // namespace dcgan
