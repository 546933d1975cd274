// Batch normalisation whose gains and biases belong to a class: how a generator learns what it is asked for.
// Dumoulin et al. 2017, "A Learned Representation for Artistic Style"; de Vries et al. 2017, "Modulating early visual
// processing by language"; in GANs: Miyato and Koyama 2018, "cGANs with Projection Discriminator", section 4.
#pragma once

#include <torch/nn/modules/batchnorm.h>

#include <string>
#include <utility>
#include <vector>

namespace dcgan {

/// BatchNorm2d without weight and bias of its own; statistics are those of the whole batch, whatever its classes.
class ClassNormImpl : public torch::nn::BatchNorm2dImpl {
 public:
  ClassNormImpl(int64_t channels, int64_t classes);

  at::Tensor class_gain, class_bias;  // [classes, C], at first 1 and 0: every class begins as the same network
};

/// A norm over `channels`: BatchNorm2d, or with classes a ClassNorm.
torch::nn::BatchNorm2d make_norm(int64_t channels, int64_t classes);

/// norm_activation() of either. `y`, int64 [N], the images' classes; not looked at by a plain norm. A ClassNorm's, of
/// one batch, is max(t, 0) + slope min(t, 0) of t = gain[y] (x - mean) / deviation + bias[y]. Differentiable once.
/// `modulation` [N, 2C], of one batch and either norm: t is then modulated() by it (nn/layers).
at::Tensor class_norm_activation(torch::nn::BatchNorm2d& norm, const at::Tensor& x, const at::Tensor& y, double slope,
                                 int64_t batches = 1, const at::Tensor& modulation = {});

/// Tensors of either by part, as a layer of evaluation has them: gains, biases and statistics.
std::vector<std::pair<std::string, at::Tensor>> norm_tensors(const torch::nn::BatchNorm2dImpl& norm);

}  // namespace dcgan
