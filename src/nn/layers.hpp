// A trained network as a plain list of operations: the one description that a generator's evaluation, a discriminator's
// feature maps, and every exported file are made from, so that an image is the same from all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "nn/description.hpp"

namespace dcgan {

/// One operation of those that LayerKind names, with the tensors of its kind. Values are numbered: what goes in first
/// (0 is a generator's z as [N, latent, 1, 1], or a discriminator's images), then what each operation makes.
struct Layer {
  using Kind = LayerKind;
  Kind kind;
  int64_t from = 0;       // the value that it takes
  int64_t other = 0;      // kAdd, kConcat: the second one
  std::string name = {};  // of its tensors: NAME.PART; empty where there are none
  std::vector<std::pair<std::string, at::Tensor>> tensors = {};  // by part, in the order of LayerKind
  int64_t stride = 1, padding = 0, padding_after = 0, groups = 1;
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

/// The number of the last value, of a list that takes one input.
inline int64_t last_value(const Layers& layers) { return static_cast<int64_t>(layers.size()); }
/// Adds an operation that takes the last value.
void append(Layers& layers, Layer layer);

/// kUpsample, kResizeUp and kMeans: maps of other sides.
at::Tensor resized(LayerKind kind, const at::Tensor& x);

/// kModulate: x [N, C, H, W] by gains and biases of each image, `numbers` [N, 2C].
at::Tensor modulated(const at::Tensor& x, const at::Tensor& numbers);

/// kPad: [N, C, H, W] with zeros around it.
at::Tensor padded(const at::Tensor& x, int64_t before, int64_t after);

/// Runs the list from its inputs; gives the values of these numbers. y int64 [N], where a layer has classes.
std::vector<at::Tensor> run_layers(const Layers& layers, std::vector<at::Tensor> inputs, const at::Tensor& y,
                                   const std::vector<int64_t>& wanted);
inline std::vector<at::Tensor> run_layers(const Layers& layers, const at::Tensor& input, const at::Tensor& y,
                                          const std::vector<int64_t>& wanted) {
  return run_layers(layers, std::vector<at::Tensor>{input}, y, wanted);
}
/// The last value.
at::Tensor run_layers(const Layers& layers, const at::Tensor& input, const at::Tensor& y);

}  // namespace dcgan
