// Whether a list of operations that a file gave is a generator: shapes followed through it, before anything is run.
#include <cmath>

#include "core/error.hpp"
#include "exchange/layer_list.hpp"

namespace dcgan {
namespace {

using Kind = Layer::Kind;

constexpr int64_t kMostSide = 1 << 16, kMostNumbers = int64_t{1} << 30, kMostStride = 16;

struct Shape {
  int64_t channels = 0, height = 0, width = 0;
  bool operator==(const Shape&) const = default;
};

class LayerCheck {
 public:
  LayerCheck(const GeneratorInfo& info, at::ScalarType weights, const std::string& origin)
      : info_(info), weights_(weights), origin_(origin) {
    values_.push_back(bounded({info.input.channels, info.input.height, info.input.width}));
  }

  void add(const Layer& layer) {
    ++number_;
    const Shape from = value(layer.from), other = value(layer.other);
    layer_ = &layer;
    values_.push_back(bounded(made(from, other)));
  }
  void finish() const {
    if (values_.back() != Shape{info_.channels, info_.height, info_.width})
      throw Error(origin_ + ": its layers make images of another shape than it says", "export it again");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(origin_ + ", its layer " + std::to_string(number_) + ": " + what, "export it again");
  }
  const Shape& value(int64_t number) const {
    if (number < 0 || number >= static_cast<int64_t>(values_.size())) fail("it takes a value that is not made yet");
    return values_[static_cast<size_t>(number)];
  }
  Shape bounded(const Shape& shape) {
    const bool is_sane = shape.channels > 0 && shape.height > 0 && shape.width > 0 && shape.height <= kMostSide &&
                         shape.width <= kMostSide && shape.channels <= kMostNumbers / (shape.height * shape.width);
    if (!is_sane) fail("it makes more than an image can need, or nothing");
    numbers_ += shape.channels * shape.height * shape.width;
    if (numbers_ > 4 * kMostNumbers) fail("they make more than an image can need");
    return shape;
  }
  /// Exactly these tensors, no others, of these shapes.
  void wants(size_t count) const {
    if (layer_->tensors.size() != count) fail("it has other tensors than it needs");
  }
  const at::Tensor& tensor(const char* part, int64_t dimensions, at::ScalarType type) const {
    if (!layer_->find(part).defined()) fail(std::string("its tensor ") + part + " is missing");
    const at::Tensor& found = layer_->tensor(part);
    if (found.dim() != dimensions || found.scalar_type() != type || found.numel() == 0)
      fail(std::string("its tensor ") + part + " is of another shape or type than it needs");
    return found;
  }
  void wants_numbers(const char* part, int64_t count, at::ScalarType type) const {
    if (tensor(part, 1, type).size(0) != count)
      fail(std::string("its tensor ") + part + " fits no channels of its input");
  }
  void wants_statistics(int64_t channels) const {
    wants_numbers("running_mean", channels, at::kFloat), wants_numbers("running_var", channels, at::kFloat);
    if (!std::isfinite(layer_->eps) || layer_->eps < 0) fail("its eps is not a number");
  }
  void wants_steps() const {
    if (layer_->stride < 1 || layer_->stride > kMostStride || layer_->padding < 0 || layer_->padding > kMostSide)
      fail("its stride or padding is none");
  }

  Shape convolved(const Shape& from) const {
    wants_steps();
    const bool is_transposed = layer_->kind == Kind::kConvTranspose;
    const bool has_bias = !is_transposed && layer_->find("bias").defined();
    wants(has_bias ? 2 : 1);
    const at::Tensor& weight = tensor("weight", 4, weights_);
    const int64_t groups = layer_->groups;
    if (groups < 1 || from.channels % groups != 0 || weight.size(0) % groups != 0 || (is_transposed && groups != 1))
      fail("its groups do not divide its channels");
    if (weight.size(is_transposed ? 0 : 1) != from.channels / groups) fail("its weight fits no channels of its input");
    const int64_t out = weight.size(is_transposed ? 1 : 0);
    if (has_bias) wants_numbers("bias", out, weights_);
    const auto side = [&](int64_t n, int64_t kernel) {
      if (is_transposed) return (n - 1) * layer_->stride - 2 * layer_->padding + kernel;
      const int64_t room = n + 2 * layer_->padding - kernel;
      return room < 0 ? 0 : room / layer_->stride + 1;
    };
    return {out, side(from.height, weight.size(2)), side(from.width, weight.size(3))};
  }

  Shape made(const Shape& from, const Shape& other) const {
    switch (layer_->kind) {
      case Kind::kConvTranspose:
      case Kind::kConv:
        return convolved(from);
      case Kind::kBatchNorm:
        wants(4), wants_statistics(from.channels);
        wants_numbers("weight", from.channels, at::kFloat), wants_numbers("bias", from.channels, at::kFloat);
        return from;
      case Kind::kClassBatchNorm:
        wants(4), wants_statistics(from.channels);
        for (const char* part : {"class_gain", "class_bias"})
          if (tensor(part, 2, weights_).size(0) != info_.classes || layer_->tensor(part).size(1) != from.channels)
            fail(std::string("its tensor ") + part + " fits neither classes nor channels");
        return from;
      case Kind::kLeakyRelu:
        if (!std::isfinite(layer_->slope)) fail("its slope is not a number");
        [[fallthrough]];
      case Kind::kRelu:
      case Kind::kRelu6:
      case Kind::kTanh:
        wants(0);
        return from;
      case Kind::kPad: {
        wants(0);
        for (const int64_t zeros : {layer_->padding, layer_->padding_after})
          if (zeros < 0 || zeros > kMostSide) fail("its padding is none");
        const int64_t more = layer_->padding + layer_->padding_after;
        return {from.channels, from.height + more, from.width + more};
      }
      case Kind::kUpsample:
      case Kind::kResizeUp:
        wants(0);
        return {from.channels, 2 * from.height, 2 * from.width};
      case Kind::kMeans:
        wants(0);
        return {from.channels, from.height / 2, from.width / 2};
      case Kind::kScale:
        wants(1), wants_numbers("weight", from.channels, weights_);
        return from;
      case Kind::kModulate: {
        wants(1);
        const at::Tensor& weight = tensor("weight", 2, weights_);
        if (other.height != 1 || other.width != 1 || weight.size(0) != other.channels)
          fail("its weight fits no numbers of what modulates");
        if (weight.size(1) != 2 * from.channels) fail("its weight fits no channels of its input");
        return from;
      }
      case Kind::kAdd:
        wants(0);
        if (from != other) fail("it adds values of two shapes");
        return from;
      case Kind::kConcat:
        wants(0);
        if (from.height != other.height || from.width != other.width) fail("it joins values of two sizes");
        return {from.channels + other.channels, from.height, from.width};
      case Kind::kSum:
      case Kind::kMinibatchStd:
      case Kind::kClassDot:
        break;
    }
    fail("no generator has such a layer");
  }

  const GeneratorInfo& info_;
  at::ScalarType weights_;
  const std::string& origin_;
  const Layer* layer_ = nullptr;
  int64_t number_ = -1, numbers_ = 0;
  std::vector<Shape> values_;
};

}  // namespace

void check_layers(const Layers& layers, const GeneratorInfo& info, at::ScalarType weights, const std::string& origin) {
  LayerCheck check(info, weights, origin);
  for (const Layer& layer : layers) check.add(layer);
  check.finish();
}

}  // namespace dcgan
