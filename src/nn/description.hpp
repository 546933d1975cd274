// A network described once: its layers by name, with the shapes of what they make and of their weights. Everything
// that knows a network reads this list: the modules that are trained (nn/described_net), their first weights
// (nn/weights), evaluation and exports (nn/layers), memory and time of a step (plan/fit, plan/roofline), the check of
// a file before it is read, --freeze-d. An architecture makes the list (nn/architectures). No torch.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dcgan {

/// What a layer does with the value `from`, [N, C, H, W].
enum class LayerKind {
  kConvTranspose,   // weight [Cin, Cout, k, k]; stride, padding; no bias
  kConv,            // weight [Cout, Cin / groups, k, k] and, if there is one, bias [Cout]; stride, padding, groups
  kBatchNorm,       // weight, bias, running_mean, running_var [C]; eps
  kClassBatchNorm,  // class_gain, class_bias [classes, C], running_mean, running_var [C]; eps
  kRelu,
  kLeakyRelu,     // slope
  kRelu6,         // min(max(t, 0), 6)
  kPad,           // zeros around a map: `padding` above and to the left, `padding_after` below and to the right
  kUpsample,      // nearest neighbours, to twice the sides
  kResizeUp,      // bilinear, to twice the sides
  kMeans,         // of 2 x 2 pixels, to half the sides
  kSum,           // over the pixels: [N, C, 1, 1]
  kMinibatchStd,  // a map more: how much the images of the batch differ (nn/minibatch_std)
  kClassDot,      // of [N, C, 1, 1] with the row of the image's class in weight [classes, C]: [N, 1, 1, 1]
  kScale,         // each channel times its number in weight [C]
  kModulate,      // each channel times 1 + its gain, plus its bias: `other` [N, L, 1, 1] times kModulationScale times
                  // weight [L, 2C], gains first
  kAdd,           // of `from` and `other`
  kConcat,        // the channels of `from`, then those of `other`
  kTanh,
};

/// Adam's steps are of one size, and what adds up a hundred numbers moves a hundred times as fast as one of them. A
/// power of two: the product is exact.
constexpr double kModulationScale = 0.125;

constexpr bool is_convolution(LayerKind kind) { return kind == LayerKind::kConv || kind == LayerKind::kConvTranspose; }
constexpr bool joins_maps(LayerKind kind) { return kind == LayerKind::kAdd || kind == LayerKind::kConcat; }
constexpr bool takes_two(LayerKind kind) { return joins_maps(kind) || kind == LayerKind::kModulate; }

/// Sides of one image's value.
struct MapShape {
  int64_t channels = 0, height = 0, width = 0;
  int64_t pixels() const { return height * width; }
  int64_t numbers() const { return channels * pixels(); }
  bool operator==(const MapShape&) const = default;
};

/// How a strided kernel comes from the weights: themselves, or 3 x 3 weights summed over the four shifts of a 2 x 2 box
/// (nn/kernels/strided); divided by 4 where they stand for means as well.
enum class KernelFrom { kWeights, kWidened, kWidenedMeans };

/// A tensor of weights as it is stored and trained. The first numbers are drawn from N(mean, spread^2).
struct PlannedWeight {
  std::string name;  // of the layer, a dot, and the part
  std::vector<int64_t> shape;
  double mean = 0, spread = 0;
  int64_t numbers() const;
};

/// One layer. Values are numbered: the inputs first, then what each layer makes.
struct PlannedLayer {
  static constexpr int64_t kNoBlock = std::numeric_limits<int64_t>::max();

  LayerKind kind;
  std::string name = {};        // of its weights, with one dot at most; empty where it has none
  int64_t from = 0, other = 0;  // `other` of those that take two
  MapShape in = {}, out = {};
  int64_t kernel_height = 0, kernel_width = 0;  // as they work; of widened ones the stored kernel has 3
  int64_t stride = 1, padding = 0, padding_after = 0, groups = 1, classes = 0;
  int64_t modulators = 0;                      // L of kModulate
  bool has_bias = false, is_spectral = false;  // spectral: weights are divided by their largest singular value
  KernelFrom kernel = KernelFrom::kWeights;
  double slope = 0, eps = 0;
  double spread = 0;         // of the first weights
  int64_t block = kNoBlock;  // number that --freeze-d counts by; kNoBlock: never frozen

  bool is_convolution() const { return dcgan::is_convolution(kind); }
  bool is_norm() const { return kind == LayerKind::kBatchNorm || kind == LayerKind::kClassBatchNorm; }
  bool is_activation() const { return kind == LayerKind::kRelu || kind == LayerKind::kLeakyRelu; }
  bool joins_maps() const { return dcgan::joins_maps(kind); }
  bool takes_two() const { return dcgan::takes_two(kind); }
  /// What is trained, in the order of the state dict.
  std::vector<PlannedWeight> weights() const;
};

struct NetworkDescription {
  std::vector<MapShape> inputs;  // of an image; where a network takes maps of any size, those of the plan's
  std::vector<PlannedLayer> layers;
  std::vector<int64_t> maps;        // values that are feature maps, beside the image first
  std::vector<int64_t> sizes = {};  // values that are images of half the sides, a quarter ... (nn/stages)
  size_t head = std::numeric_limits<size_t>::max();  // layers from here on are computed in the type of the weights,
                                                     // whatever the precision

  /// How often its images' sides can be halved.
  int64_t halvings() const { return static_cast<int64_t>(sizes.size()); }
  int64_t last_value() const { return static_cast<int64_t>(inputs.size() + layers.size()) - 1; }
  const MapShape& shape_of(int64_t value) const;
  /// The layer that makes a value; nullptr for an input.
  const PlannedLayer* made_by(int64_t value) const;
  /// How many layers take a value.
  int64_t uses_of(int64_t value) const;
  /// Trained numbers, all together.
  int64_t weight_count() const;
};

/// Puts a description together, layer by layer, on the last value unless another is given. Shapes are followed.
/// Throws std::logic_error where layers do not fit.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::vector<MapShape> inputs);

  /// Number of the last value.
  int64_t last() const { return out_.last_value(); }
  const MapShape& shape() const { return out_.shape_of(last()); }

  struct Convolution {
    int64_t out = 0, side = 3;
    int64_t stride = 1, padding = 0, groups = 1;
    bool has_bias = false, is_transposed = false, is_spectral = false;
    KernelFrom kernel = KernelFrom::kWeights;
    double spread = kUsualSpread;
  };
  int64_t convolve(const std::string& name, const Convolution& how);
  int64_t convolve(const std::string& name, const Convolution& how, int64_t from);
  /// From one pixel to a map, or from a map to one pixel: a kernel of the map's sides.
  int64_t unfold(const std::string& name, int64_t channels, int64_t height, int64_t width,
                 double spread = kUsualSpread);
  int64_t fold(const std::string& name, int64_t channels, bool has_bias, bool is_spectral, int64_t from);
  /// BatchNorm, with classes one whose gains belong to them.
  int64_t norm(const std::string& name, int64_t classes);
  /// max(t, 0) + slope min(t, 0).
  int64_t activation(double slope);
  int64_t activation(double slope, int64_t from);
  /// A layer without weights and settings.
  int64_t then(LayerKind kind);
  int64_t then(LayerKind kind, int64_t from);
  int64_t scale(const std::string& name);
  /// The last value's channels, by the numbers of `by`, [L, 1, 1].
  int64_t modulate(const std::string& name, int64_t by);
  int64_t pad(int64_t before, int64_t after);
  int64_t class_dot(const std::string& name, int64_t classes, bool is_spectral, int64_t from);
  int64_t add(int64_t a, int64_t b);
  int64_t concatenate(int64_t a, int64_t b);

  /// Layers that follow belong to this block.
  void begin_block(int64_t number) { block_ = number; }
  void end_blocks() { block_ = PlannedLayer::kNoBlock; }
  /// The last value is a feature map.
  void mark_map() { out_.maps.push_back(last()); }
  /// The last value is an image of a smaller size. A discriminator comes to the half first, a generator to it last.
  void mark_size();
  /// Layers that follow are the head.
  void begin_head() { out_.head = out_.layers.size(); }

  NetworkDescription take() { return std::move(out_); }

  static constexpr double kUsualSpread = 0.02;  // Radford et al. 2015, section 4
  /// sqrt(2 / (fan in + fan out)) of a kernel: Glorot and Bengio 2010, equation 12.
  static double glorot(int64_t in, int64_t out, int64_t side);

 private:
  int64_t append(PlannedLayer layer);

  NetworkDescription out_;
  int64_t block_ = PlannedLayer::kNoBlock;
};

}  // namespace dcgan
