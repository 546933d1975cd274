// Features without training. Naeem et al. 2020 ("Reliable fidelity and diversity metrics", the part on random
// embeddings) found that a randomly initialised network ranks generated images sensibly where ImageNet has nothing to
// say. What makes these see what an eye sees:
// - Filters of the first layer are scaled to answer images with natural spectra, amplitude ~ 1 / frequency (Field 1987,
//   "Relations between the statistics of natural images and the response properties of cortical cells"), with unit
//   variance; seven in eight do not see flat colour at all. Without that the colours, in which pictures differ most,
//   drown everything else: on cartoon faces a 3 x 3 blur stood out twice as far from the noise as with half of them
//   blind.
// - Deeper filters are orthonormal (Saxe et al. 2014, section 3), scaled so that leaky rectifiers keep the size of what
//   passes (He et al. 2015, section 2.2).
// - Features are root mean squares of the early layers over the picture (texture, sharpness, colours) and maps of the
// last
//   one in a coarse grid (where what is). Mean values would not do: an edge that is blurred keeps its mean gradient.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

#include "core/io/digest.hpp"
#include "core/random.hpp"
#include "eval/features.hpp"
#include "nn/kernels/settle.hpp"

namespace dcgan {
namespace {

struct RandomLayer {
  int64_t channels, kernel, stride, padding;
};

/// Never change one: figures of different versions would no longer be comparable. Add another.
struct Architecture {
  const char* family;
  const char* name;
  uint64_t seed;
  std::vector<RandomLayer> layers;
  int64_t grid, grid_channels;  // of the last layer; of all others the root mean square over the picture
};

Architecture architecture_of(RandomFeatures which) {
  if (which == RandomFeatures::kA)
    return {"random_a", "random-a", 1, {{32, 4, 2, 1}, {64, 4, 2, 1}, {128, 4, 2, 1}, {128, 3, 2, 1}}, 2, 32};
  return {"random_b", "random-b", 2, {{24, 3, 1, 1}, {48, 3, 2, 1}, {96, 3, 2, 1}, {128, 3, 2, 1}}, 4, 8};
}

constexpr double kSlope = 0.2;      // of the leaky rectifiers
constexpr double kUnitOrder = 3.0;  // brings features near 1, where the kernel of KID weighs all its powers

/// Covariance of two values of a natural image, `dx` and `dy` pixels apart, 1 for one place: the transform of the power
/// spectrum 1 / frequency^2 over a square of 64 pixels.
double natural_covariance(int64_t dx, int64_t dy) {
  constexpr int64_t kSide = 64;
  double sum = 0, power = 0;
  for (int64_t v = -kSide / 2; v < kSide / 2; ++v)
    for (int64_t u = -kSide / 2; u < kSide / 2; ++u) {
      const double p = 1.0 / static_cast<double>(std::max<int64_t>(u * u + v * v, 1));
      power += p;
      sum += p * std::cos(2 * std::numbers::pi * static_cast<double>(u * dx + v * dy) / kSide);
    }
  return sum / power;
}

/// Covariance of the 3 x kernel x kernel values that a filter of the first layer sees; colours correlate by 0.8.
at::Tensor patch_covariance(int64_t kernel) {
  const int64_t area = kernel * kernel;
  auto out = at::empty({3 * area, 3 * area}, at::kDouble);
  auto values = out.accessor<double, 2>();
  for (int64_t a = 0; a < area; ++a)
    for (int64_t b = 0; b < area; ++b) {
      const double c = natural_covariance(a % kernel - b % kernel, a / kernel - b / kernel);
      for (int64_t i = 0; i < 3; ++i)
        for (int64_t j = 0; j < 3; ++j) values[i * area + a][j * area + b] = i == j ? c : 0.8 * c;
    }
  return out;
}

/// [channels, inputs], every number ~ N(0, 1).
at::Tensor drawn_weights(uint64_t seed, uint64_t number, int64_t channels, int64_t inputs) {
  auto out = at::empty({channels, inputs}, at::kFloat);
  Draw(seed, Purpose::kFeatureWeights, number)
      .normal({out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out.to(at::kDouble);
}

at::Tensor first_weights(const Architecture& architecture) {
  const RandomLayer& layer = architecture.layers[0];
  const int64_t area = layer.kernel * layer.kernel;
  auto filters = drawn_weights(architecture.seed, 0, layer.channels, 3 * area).view({layer.channels, 3, area});
  auto blind = filters.slice(0, layer.channels / 8);  // to flat colour
  blind -= blind.mean(2, true);
  filters = filters.view({layer.channels, 3 * area});
  const auto spread = (at::mm(filters, patch_covariance(layer.kernel)) * filters).sum(1, true).sqrt();
  return (filters / spread).view({layer.channels, 3, layer.kernel, layer.kernel});
}

/// Orthonormal rows, by Gram and Schmidt: the same on every machine but for rounding.
at::Tensor deeper_weights(const Architecture& architecture, size_t number) {
  const RandomLayer& layer = architecture.layers[number];
  const int64_t from = architecture.layers[number - 1].channels, inputs = from * layer.kernel * layer.kernel;
  auto rows = drawn_weights(architecture.seed, number, layer.channels, inputs);
  for (int64_t i = 0; i < layer.channels; ++i) {
    auto row = rows[i];
    if (i > 0) {
      const auto before = rows.slice(0, 0, i);
      row -= at::mv(before.t(), at::mv(before, row));
    }
    row /= row.norm();
  }
  return (rows * std::sqrt(2 / (1 + kSlope * kSlope))).view({layer.channels, from, layer.kernel, layer.kernel});
}

class RandomNetwork : public FeatureNetwork {
 public:
  RandomNetwork(Architecture architecture, Size size) : architecture_(std::move(architecture)) {
    const at::NoGradGuard no_grad;
    settle_kernels();
    side_ = std::max(size.width, size.height) <= 32 ? 32 : 64;
    info_.family = architecture_.family, info_.name = architecture_.name;
    info_.resize = resize_text(side_);
    Sha256 digest;
    digest.add(info_.name);
    for (size_t i = 0; i < architecture_.layers.size(); ++i) {
      const bool is_last = i + 1 == architecture_.layers.size();
      const auto weights = (i == 0 ? first_weights(architecture_) : deeper_weights(architecture_, i)).to(at::kFloat);
      digest.add(weights.contiguous().const_data_ptr(), weights.nbytes());
      weights_.push_back(weights.contiguous(at::MemoryFormat::ChannelsLast));
      info_.features += is_last ? architecture_.grid * architecture_.grid * architecture_.grid_channels
                                : architecture_.layers[i].channels;
    }
    info_.sha256 = digest.hex();
  }

 protected:
  at::Tensor forward(const at::Tensor& images) override {
    auto x = resized(images, side_).div(127.5).sub_(1.0).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<at::Tensor> features;
    for (size_t i = 0; i < weights_.size(); ++i) {
      const RandomLayer& layer = architecture_.layers[i];
      x = at::conv2d(x, weights_[i], {}, layer.stride, layer.padding);
      at::leaky_relu_(x, kSlope);
      if (i + 1 < weights_.size()) features.push_back(x.square().mean({2, 3}).sqrt_());
    }
    const int64_t grid = architecture_.grid;
    features.push_back(at::adaptive_avg_pool2d(x, {grid, grid}).slice(1, 0, architecture_.grid_channels).flatten(1));
    return at::cat(features, 1).mul_(kUnitOrder);
  }

 private:
  Architecture architecture_;
  int64_t side_ = 0;
  std::vector<at::Tensor> weights_;
};

}  // namespace

std::unique_ptr<FeatureNetwork> random_features(RandomFeatures which, Size size) {
  return std::make_unique<RandomNetwork>(architecture_of(which), size);
}

}  // namespace dcgan
