#include "nn/description.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace dcgan {
namespace {

using Kind = LayerKind;

constexpr double kNormSpread = 0.02;  // of BatchNorm's scales around 1: Radford et al. 2015, the authors' code
constexpr double kNormEps = 1e-5;

[[noreturn]] void refuse(const PlannedLayer& layer, const std::string& why) {
  throw std::logic_error("layer '" + layer.name + "': " + why);
}

int64_t convolved_side(const PlannedLayer& l, int64_t side, int64_t kernel) {
  if (l.kind == Kind::kConvTranspose) return (side - 1) * l.stride - 2 * l.padding + kernel;
  const int64_t room = side + 2 * l.padding - kernel;
  if (room < 0) refuse(l, "its kernel is larger than its map");
  return room / l.stride + 1;
}

/// What a layer that has no channels of its own makes.
MapShape made(const PlannedLayer& l, const MapShape& other) {
  const MapShape in = l.in;
  switch (l.kind) {
    case Kind::kUpsample:
    case Kind::kResizeUp:
      return {in.channels, 2 * in.height, 2 * in.width};
    case Kind::kMeans:
      return {in.channels, in.height / 2, in.width / 2};
    case Kind::kSum:
      return {in.channels, 1, 1};
    case Kind::kPad: {
      const int64_t more = l.padding + l.padding_after;
      return {in.channels, in.height + more, in.width + more};
    }
    case Kind::kMinibatchStd:
      return {in.channels + 1, in.height, in.width};
    case Kind::kClassDot:
      return {1, 1, 1};
    case Kind::kAdd:
      if (in != other) refuse(l, "adds maps of two shapes");
      return in;
    case Kind::kModulate:
      if (other.pixels() != 1) refuse(l, "is modulated by a map, not by numbers");
      return in;
    case Kind::kConcat:
      if (in.height != other.height || in.width != other.width) refuse(l, "joins maps of two sizes");
      return {in.channels + other.channels, in.height, in.width};
    default:
      return in;
  }
}

}  // namespace

int64_t PlannedWeight::numbers() const {
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  return count;
}

std::vector<PlannedWeight> PlannedLayer::weights() const {
  const auto own = [&](const char* part) { return name + "." + part; };
  switch (kind) {
    case Kind::kConv:
    case Kind::kConvTranspose: {
      const bool is_widened = kernel != KernelFrom::kWeights;
      const int64_t height = is_widened ? kernel_height - 1 : kernel_height;
      const int64_t width = is_widened ? kernel_width - 1 : kernel_width;
      const int64_t first = kind == Kind::kConv ? out.channels : in.channels;
      const int64_t second = kind == Kind::kConv ? in.channels / groups : out.channels;
      std::vector<PlannedWeight> all = {{own("weight"), {first, second, height, width}, 0, spread}};
      if (has_bias) all.push_back({own("bias"), {out.channels}, 0, 0});
      return all;
    }
    case Kind::kBatchNorm:
      return {{own("weight"), {out.channels}, 1, kNormSpread}, {own("bias"), {out.channels}, 0, 0}};
    case Kind::kClassBatchNorm:
      return {{own("class_gain"), {classes, out.channels}, 1, 0}, {own("class_bias"), {classes, out.channels}, 0, 0}};
    case Kind::kClassDot:
      return {{own("weight"), {classes, in.channels}, 0, spread}};
    case Kind::kScale:
      return {{own("weight"), {out.channels}, 0, 0}};
    case Kind::kModulate:
      return {{own("weight"), {modulators, 2 * out.channels}, 0, 0}};
    default:
      return {};
  }
}

const MapShape& NetworkDescription::shape_of(int64_t value) const {
  const auto n = static_cast<size_t>(value);
  return n < inputs.size() ? inputs[n] : layers.at(n - inputs.size()).out;
}

const PlannedLayer* NetworkDescription::made_by(int64_t value) const {
  const auto n = static_cast<size_t>(value);
  return n < inputs.size() ? nullptr : &layers.at(n - inputs.size());
}

int64_t NetworkDescription::uses_of(int64_t value) const {
  int64_t uses = 0;
  for (const auto& layer : layers) uses += (layer.from == value) + (layer.takes_two() && layer.other == value);
  return uses;
}

int64_t NetworkDescription::weight_count() const {
  int64_t count = 0;
  for (const auto& layer : layers)
    for (const auto& weight : layer.weights()) count += weight.numbers();
  return count;
}

NetworkBuilder::NetworkBuilder(std::vector<MapShape> inputs) { out_.inputs = std::move(inputs); }

int64_t NetworkBuilder::append(PlannedLayer layer) {
  layer.in = out_.shape_of(layer.from);
  layer.block = block_;
  if (layer.is_convolution()) {
    if (layer.groups < 1 || layer.in.channels % layer.groups != 0 || layer.out.channels % layer.groups != 0)
      refuse(layer, "its groups do not divide its channels");
    if (layer.kind == Kind::kConvTranspose && (layer.groups != 1 || layer.has_bias))
      refuse(layer, "a transposed convolution has neither groups nor a bias");
    if (layer.name.find('.') != layer.name.rfind('.')) refuse(layer, "a name has one dot at most");
    layer.out.height = convolved_side(layer, layer.in.height, layer.kernel_height);
    layer.out.width = convolved_side(layer, layer.in.width, layer.kernel_width);
  } else {
    layer.out = made(layer, out_.shape_of(layer.other));
  }
  if (layer.out.numbers() < 1) refuse(layer, "makes nothing");
  out_.layers.push_back(std::move(layer));
  return last();
}

int64_t NetworkBuilder::convolve(const std::string& name, const Convolution& how, int64_t from) {
  PlannedLayer layer{.kind = how.is_transposed ? Kind::kConvTranspose : Kind::kConv, .name = name, .from = from};
  layer.out.channels = how.out;
  layer.kernel_height = layer.kernel_width = how.side;
  layer.stride = how.stride, layer.padding = how.padding, layer.groups = how.groups;
  layer.has_bias = how.has_bias, layer.is_spectral = how.is_spectral;
  layer.kernel = how.kernel, layer.spread = how.spread;
  return append(std::move(layer));
}
int64_t NetworkBuilder::convolve(const std::string& name, const Convolution& how) {
  return convolve(name, how, last());
}

int64_t NetworkBuilder::unfold(const std::string& name, int64_t channels, int64_t height, int64_t width,
                               double spread) {
  PlannedLayer layer{.kind = Kind::kConvTranspose, .name = name, .from = last()};
  layer.out.channels = channels;
  layer.kernel_height = height, layer.kernel_width = width, layer.spread = spread;
  return append(std::move(layer));
}

int64_t NetworkBuilder::fold(const std::string& name, int64_t channels, bool has_bias, bool is_spectral, int64_t from) {
  PlannedLayer layer{.kind = Kind::kConv, .name = name, .from = from};
  const MapShape map = out_.shape_of(from);
  layer.out.channels = channels;
  layer.kernel_height = map.height, layer.kernel_width = map.width, layer.spread = kUsualSpread;
  layer.has_bias = has_bias, layer.is_spectral = is_spectral;
  return append(std::move(layer));
}

int64_t NetworkBuilder::norm(const std::string& name, int64_t classes) {
  PlannedLayer layer{
      .kind = classes > 0 ? Kind::kClassBatchNorm : Kind::kBatchNorm, .name = name, .from = last(), .classes = classes};
  layer.eps = kNormEps;
  return append(std::move(layer));
}

int64_t NetworkBuilder::activation(double slope, int64_t from) {
  return append({.kind = slope == 0 ? Kind::kRelu : Kind::kLeakyRelu, .from = from, .slope = slope});
}
int64_t NetworkBuilder::activation(double slope) { return activation(slope, last()); }

int64_t NetworkBuilder::then(LayerKind kind, int64_t from) { return append({.kind = kind, .from = from}); }
int64_t NetworkBuilder::then(LayerKind kind) { return then(kind, last()); }

int64_t NetworkBuilder::scale(const std::string& name) {
  return append({.kind = Kind::kScale, .name = name, .from = last()});
}

int64_t NetworkBuilder::modulate(const std::string& name, int64_t by) {
  PlannedLayer layer{.kind = Kind::kModulate, .name = name, .from = last(), .other = by};
  layer.modulators = out_.shape_of(by).channels;
  return append(std::move(layer));
}

int64_t NetworkBuilder::pad(int64_t before, int64_t after) {
  if (before < 0 || after < 0) throw std::logic_error("a padding of less than nothing");
  return append({.kind = Kind::kPad, .from = last(), .padding = before, .padding_after = after});
}

int64_t NetworkBuilder::class_dot(const std::string& name, int64_t classes, bool is_spectral, int64_t from) {
  PlannedLayer layer{.kind = Kind::kClassDot, .name = name, .from = from, .classes = classes};
  layer.is_spectral = is_spectral, layer.spread = kUsualSpread;
  return append(std::move(layer));
}

int64_t NetworkBuilder::add(int64_t a, int64_t b) { return append({.kind = Kind::kAdd, .from = a, .other = b}); }
int64_t NetworkBuilder::concatenate(int64_t a, int64_t b) {
  return append({.kind = Kind::kConcat, .from = a, .other = b});
}

void NetworkBuilder::mark_size() {
  const auto is_smaller = [&](int64_t known) { return out_.shape_of(known).numbers() < shape().numbers(); };
  out_.sizes.insert(std::find_if(out_.sizes.begin(), out_.sizes.end(), is_smaller), last());
}

double NetworkBuilder::glorot(int64_t in, int64_t out, int64_t side) {
  return std::sqrt(2 / static_cast<double>((in + out) * side * side));
}

}  // namespace dcgan
