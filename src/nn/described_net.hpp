// The module of a described network: its weights by their names, and the pass that trains them, with the kernels of
// nn/kernels where a layer has one. Evaluation and exports take the same description as plain operations (nn/layers).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/pimpl.h>

#include <unordered_map>

#include "nn/description.hpp"
#include "nn/layers.hpp"

namespace dcgan {

/// Weights of one layer, as the description has them; of a convolution, say, weight and bias.
class LayerWeightsImpl : public torch::nn::Module {
 public:
  /// Tensors are there, their numbers are not (nn/weights).
  explicit LayerWeightsImpl(const PlannedLayer& layer);
  at::Tensor weight, bias;  // bias undefined where there is none
};
TORCH_MODULE(LayerWeights);

class DescribedNetImpl : public torch::nn::Module {
 public:
  /// One list, or one a stage of a schedule: stages may share weights by name, and all there are exist from the
  /// beginning. The first stage is in use. Throws std::logic_error where two stages want other shapes of one name.
  explicit DescribedNetImpl(std::vector<NetworkDescription> stages);

  const NetworkDescription& description() const { return stages_[stage_]; }
  void use_stage(size_t stage);
  size_t stages() const { return stages_.size(); }
  /// The last stage, counted from the first, that has this weight.
  size_t last_stage_of(const std::string& weight) const;
  /// What is trained: the weights of all stages, in the order of the state dict.
  std::vector<PlannedWeight> planned_weights() const;

  /// What the pass of evaluation mode does with the weights and statistics as they are now: all operations, or the
  /// first `count`. Of spectrally normalised weights the quotients; the mode is evaluation, else they would move.
  Layers layers(size_t count = SIZE_MAX) const;

  /// Weights of the convolutions in use, in the order in which they are passed.
  const std::vector<LayerWeights>& convolutions() const { return convolutions_; }
  /// The same of BatchNorms.
  const std::vector<torch::nn::BatchNorm2d>& norms() const { return norms_in_use_; }

 protected:
  /// The last value of inputs [N, C, H, W]. `batches`: one after another in the inputs;
  /// BatchNorm and the minibatch deviation treat each by itself. y int64 [N] where a layer has classes.
  at::Tensor run(std::vector<at::Tensor> values, const at::Tensor& y, int64_t batches);

 private:
  void add_weights(const PlannedLayer& layer);
  torch::nn::Module& folder_of(const std::string& name);
  const LayerWeights& weights_of(const PlannedLayer& layer) const { return weights_.at(layer.name); }
  /// The weight that counts: as it is, or spectrally normalised; as the kernel that works.
  at::Tensor weight_of(const PlannedLayer& layer) const;
  at::Tensor kernel_of(const PlannedLayer& layer) const;
  at::Tensor convolved(const PlannedLayer& layer, const at::Tensor& x) const;
  /// Gains and biases of kModulate, [N, 2C].
  at::Tensor numbers_of(const PlannedLayer& layer, const at::Tensor& by) const;
  at::Tensor passed(const PlannedLayer& layer, at::Tensor x, const at::Tensor& other, const at::Tensor& y,
                    int64_t batches, bool in_place) const;

  std::vector<NetworkDescription> stages_;
  size_t stage_ = 0;
  std::unordered_map<std::string, LayerWeights> weights_;
  mutable std::unordered_map<std::string, torch::nn::BatchNorm2d> norms_;
  std::unordered_map<std::string, std::shared_ptr<torch::nn::Module>> folders_;
  std::vector<LayerWeights> convolutions_;  // of the stage in use
  std::vector<torch::nn::BatchNorm2d> norms_in_use_;
};

}  // namespace dcgan
