#include "plan/roofline.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>

#include "core/platform/signals.hpp"
#include "step/gpu.hpp"

namespace dcgan {
namespace {

/// One convolution of a network. Forward it is [pixels, taps_in] x [taps_in, taps_out]; a strided one gathers its taps
/// from the input, a transposed one spreads them over the output.
struct Work {
  int64_t pixels, taps_in, taps_out;
  bool takes_input;  // z or an image, which need no gradient in D's step
};

/// Values that no weights have changed: the inputs, and what is only resized of them.
std::vector<bool> inputs_alone(const NetworkDescription& net) {
  std::vector<bool> is_input(net.inputs.size(), true);
  for (const auto& layer : net.layers)
    is_input.push_back(layer.name.empty() && is_input[static_cast<size_t>(layer.from)] &&
                       (!layer.takes_two() || is_input[static_cast<size_t>(layer.other)]));
  return is_input;
}

std::vector<Work> convolutions_of(const NetworkDescription& net, int64_t batch) {
  const std::vector<bool> is_input = inputs_alone(net);
  std::vector<Work> all;
  for (const auto& l : net.layers) {
    if (!l.is_convolution()) continue;
    const bool is_transposed = l.kind == LayerKind::kConvTranspose;
    const int64_t taps = l.kernel_height * l.kernel_width;
    all.push_back({.pixels = batch * (is_transposed ? l.in : l.out).pixels(),
                   .taps_in = is_transposed ? l.in.channels : l.in.channels / l.groups * taps,
                   .taps_out = is_transposed ? l.out.channels * taps : l.out.channels,
                   .takes_input = is_input[static_cast<size_t>(l.from)]});
  }
  return all;
}

Product forward(const Work& l, int64_t times) { return {l.pixels, l.taps_in, l.taps_out, times}; }
Product to_input(const Work& l, int64_t times) { return {l.pixels, l.taps_out, l.taps_in, times}; }
Product to_weight(const Work& l, int64_t times) { return {l.taps_in, l.pixels, l.taps_out, times}; }

/// A GPU is asked for several at once, so that launching and waiting are shared among them.
template <class Body>
double best_seconds(at::Device device, const Body& body) {
  constexpr double kBudget = 0.08;
  constexpr int kLeast = 3;
  const int at_once = device.is_cuda() ? 20 : 1;
  double best = 1e9, spent = 0;
  body(), wait_for(device);
  for (int i = 0; i < kLeast || spent < kBudget; ++i) {
    const auto start = std::chrono::steady_clock::now();
    throw_if_stopped("nothing is reported");
    for (int j = 0; j < at_once; ++j) body();
    wait_for(device);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / at_once), spent += took.count();
  }
  return best;
}

double seconds_of(const Product& product, const at::TensorOptions& options) {
  const auto a = at::ones({product.m, product.k}, options), b = at::ones({product.k, product.n}, options);
  auto out = at::empty({product.m, product.n}, options);
  return best_seconds(options.device(), [&] { at::mm_out(out, a, b); });
}

// Reads and writes of an element.
constexpr int64_t kNormForward = 3, kNormBackward = 5, kPlain = 2, kPlainBackward = 3;

/// Elements that norms, activations, sums and changes of size read and write, forward and back.
double elements_of(const NetworkDescription& net, int64_t batch) {
  constexpr int64_t kNorm = kNormForward + kNormBackward, kActivation = kPlain + kPlainBackward;
  constexpr int64_t kSum = 3 + 2, kResize = 2 + 2;  // of two maps; to twice the sides or from them
  int64_t elements = 0;
  for (size_t i = 0; i < net.layers.size() && i < net.head; ++i) {
    const PlannedLayer& l = net.layers[i];
    const auto* before = net.made_by(l.from);
    if (l.is_norm())
      elements += l.out.numbers() * kNorm;  // with its modulation and its activation
    else if ((l.is_activation() && !(before && (before->is_norm() || before->kind == LayerKind::kModulate))) ||
             l.kind == LayerKind::kTanh || l.kind == LayerKind::kRelu6)
      elements += l.out.numbers() * kActivation;
    else if (l.joins_maps() || l.kind == LayerKind::kScale)
      elements += l.out.numbers() * kSum;
    else if (l.kind == LayerKind::kUpsample || l.kind == LayerKind::kResizeUp)
      elements += l.out.numbers() * kResize;
    else if (l.kind == LayerKind::kMeans)
      elements += l.in.numbers() * kResize;
  }
  return static_cast<double>(elements) * static_cast<double>(batch);
}

}  // namespace

std::vector<Product> step_products(const NetworkPlan& plan, int64_t batch) {
  std::vector<Product> products;
  const auto g = convolutions_of(plan.generator(), batch), d = convolutions_of(plan.discriminator(), batch);
  for (size_t i = 0; i < g.size(); ++i) {
    products.push_back(forward(g[i], 1)), products.push_back(to_weight(g[i], 1));
    if (!g[i].takes_input) products.push_back(to_input(g[i], 1));
  }
  for (size_t i = 0; i < d.size(); ++i) {
    // Real, generated, and generated again for the generator's step; weights learn from the first two.
    products.push_back(forward(d[i], 3)), products.push_back(to_weight(d[i], 2));
    products.push_back(to_input(d[i], d[i].takes_input ? 1 : 3));
  }
  return products;
}

double step_bytes(const NetworkPlan& plan, int64_t batch, int64_t element_bytes) {
  // BatchNorm needs its input twice, for the statistics and to normalise: 2 reads, 1 write; its backward pass likewise
  // reads input and gradient twice and writes once. A plain activation in place reads and writes once each way.
  constexpr int64_t kAdam = 28, kAverage = 12, kNorms = 4;  // bytes a parameter: fp32 reads and writes
  constexpr int64_t kPassesOfD = 3;
  const NetworkDescription generator = plan.generator(), discriminator = plan.discriminator();
  const double elements = elements_of(generator, batch) + kPassesOfD * elements_of(discriminator, batch);
  const auto g = static_cast<double>(generator.weight_count()), d = static_cast<double>(discriminator.weight_count());
  return elements * static_cast<double>(element_bytes) + (g + d) * (kAdam + kNorms) + g * kAverage;
}

Roofline measure_roofline(const NetworkPlan& plan, int64_t batch, Precision precision, at::Device device) {
  const at::NoGradGuard no_grad;
  const bool is_bf16 = precision == Precision::kBf16;
  if (device.is_cuda()) at::globalContext().setAllowTF32CuBLAS(precision == Precision::kTf32);
  Roofline out;
  std::map<std::tuple<int64_t, int64_t, int64_t>, double> known;
  for (const auto& product : step_products(plan, batch)) {
    auto [at, is_new] = known.try_emplace({product.m, product.k, product.n}, 0.0);
    if (is_new)
      at->second = seconds_of(product, at::TensorOptions(is_bf16 ? at::kBFloat16 : at::kFloat).device(device));
    out.product_seconds += at->second * static_cast<double>(product.times);
    out.operations += product.operations() * static_cast<double>(product.times);
  }
  const int64_t floats = device.is_cuda() ? 128 << 20 : 16 << 20;  // 512 MB or 64 MB: beyond every cache
  const auto from = at::ones({floats}, device);
  auto to = at::empty({floats}, device);
  out.copy_bytes_per_second = 8.0 * static_cast<double>(floats) / best_seconds(device, [&] { to.copy_(from); });
  out.bytes = step_bytes(plan, batch, is_bf16 ? 2 : 4);
  out.copy_seconds = out.bytes / out.copy_bytes_per_second;
  return out;
}

}  // namespace dcgan
