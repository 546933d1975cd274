#include "eval/classifier.hpp"

#include <ATen/ATen.h>
#include <torch/nn/module.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <numbers>
#include <set>

#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "eval/choice.hpp"
#include "nn/kernels/settle.hpp"

namespace dcgan {

void LabelledPictures::add(const Pixels& pixels, std::vector<int64_t> which) {
  for (const int64_t index : which) where_.push_back({&pixels, index});
}

int64_t LabelledPictures::label(int64_t i) const {
  const Place& place = where_[static_cast<size_t>(i)];
  return place.pixels->label(place.index);
}

at::Tensor LabelledPictures::read(const std::vector<int64_t>& which) const {
  const auto& info = where_.front().pixels->info();
  const auto count = static_cast<int64_t>(which.size());
  auto out = at::empty({count, info.size.height, info.size.width, info.channels}, at::kByte);
  for (int64_t i = 0; i < count; ++i) {
    const Place& place = where_[static_cast<size_t>(which[static_cast<size_t>(i)])];
    place.pixels->copy(place.index, out.mutable_data_ptr<uint8_t>() + i * info.image_bytes());
  }
  return out;
}

struct Classifier::Network : torch::nn::Module {
  Network(int64_t channels, int64_t side, int64_t classes, uint64_t seed) {
    settle_kernels();
    std::vector<int64_t> levels = {32, 64, 128};
    constexpr int64_t kSmall = 32;
    if (side > kSmall) levels.push_back(128);
    uint64_t number = 0;
    // He et al. 2015, section 2.2: variance 2 / inputs keeps the size of what passes.
    const auto drawn = [&](std::vector<int64_t> shape, int64_t inputs) {
      auto weight = at::empty(shape, at::kFloat);
      Draw(seed, Purpose::kClassifierWeights, number++)
          .normal({weight.mutable_data_ptr<float>(), static_cast<size_t>(weight.numel())});
      return weight.mul_(std::sqrt(2.0 / static_cast<double>(inputs)));
    };
    int64_t before = channels;
    for (const int64_t level : levels) {
      const std::string name = std::to_string(blocks.size());
      blocks.push_back(
          {register_parameter("conv" + name, drawn({level, before, 3, 3}, 9 * before)),
           register_parameter("gain" + name, at::ones({level})), register_parameter("bias" + name, at::zeros({level})),
           register_buffer("mean" + name, at::zeros({level})), register_buffer("variance" + name, at::ones({level}))});
      before = level;
    }
    weight = register_parameter("weight", drawn({classes, before}, 2 * before));
    offset = register_parameter("offset", at::zeros({classes}));
  }

  /// uint8 [N, H, W, C] to logits [N, classes].
  at::Tensor forward(const at::Tensor& images) {
    auto x = images.permute({0, 3, 1, 2}).to(at::kFloat) / 127.5 - 1;
    for (auto& block : blocks) {
      x = at::conv2d(x, block.weight, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1});
      constexpr double kMomentum = 0.1, kEps = 1e-5;
      x = at::relu(
          at::batch_norm(x, block.gain, block.bias, block.mean, block.variance, is_training(), kMomentum, kEps, true));
      x = at::max_pool2d(x, {2, 2});
    }
    return at::addmm(offset, x.mean({2, 3}), weight.t());
  }

  struct Block {
    at::Tensor weight, gain, bias, mean, variance;
  };
  std::vector<Block> blocks;
  at::Tensor weight, offset;
};

Classifier::~Classifier() = default;

Classifier::Classifier(const LabelledPictures& pictures, int64_t classes, const ClassifierOptions& options,
                       const std::function<void(int64_t, int64_t)>& progress) {
  std::set<int64_t> there;
  for (int64_t i = 0; i < pictures.count(); ++i) there.insert(pictures.label(i));
  if (there.size() < 2 || *there.begin() < 0 || *there.rbegin() >= classes)
    throw Error("a classifier needs pictures of two classes at least, each with its class",
                "put the pictures of a class into a folder of their own");
  const auto first = pictures.read({0});
  network_ = std::make_unique<Network>(first.size(3), std::max(first.size(1), first.size(2)), classes, options.seed);
  torch::optim::Adam adam(network_->parameters(), torch::optim::AdamOptions(options.learning_rate));
  std::vector<int64_t> order, batch, labels;
  uint64_t epoch = 0;
  const int64_t size = std::min(options.batch, pictures.count());
  for (int64_t seen = 0; seen < options.images; seen += size) {
    throw_if_stopped("the classifier had not finished learning");
    progress(seen, options.images);
    batch.clear(), labels.clear();
    for (int64_t i = 0; i < size; ++i) {
      if (order.empty())
        order = chosen(pictures.count(), pictures.count(), Draw(options.seed, Purpose::kClassifierOrder, epoch++));
      batch.push_back(order.back());
      labels.push_back(pictures.label(order.back()));
      order.pop_back();
    }
    const double share = static_cast<double>(seen) / static_cast<double>(options.images);
    static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options())
        .lr(options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * share)));
    adam.zero_grad();
    at::cross_entropy_loss(network_->forward(pictures.read(batch)), at::tensor(labels, at::kLong)).backward();
    adam.step();
  }
  network_->eval();
}

at::Tensor Classifier::probabilities(const at::Tensor& images) const {
  const at::NoGradGuard no_grad;
  constexpr int64_t kPart = 256;
  std::vector<at::Tensor> parts;
  for (const auto& part : images.split(kPart)) parts.push_back(network_->forward(part).softmax(1));
  return at::cat(parts);
}

double Classifier::accuracy(const LabelledPictures& pictures) const {
  constexpr int64_t kPart = 256;
  int64_t right = 0;
  for (int64_t at = 0; at < pictures.count(); at += kPart) {
    std::vector<int64_t> which, labels;
    for (int64_t i = at; i < std::min(at + kPart, pictures.count()); ++i)
      which.push_back(i), labels.push_back(pictures.label(i));
    right += probabilities(pictures.read(which)).argmax(1).eq(at::tensor(labels, at::kLong)).sum().item<int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(pictures.count());
}

}  // namespace dcgan
