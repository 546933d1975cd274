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
  int64_t weights;           // trained numbers: fewer than taps where a kernel of 3 x 3 is widened
  bool takes_input = false;  // z or an image, which need no gradient in D's step
};

constexpr int64_t kTaps = 16, kFewTaps = 9;  // filters of 4 x 4 and 3 x 3

Work work(int64_t pixels, int64_t taps_in, int64_t taps_out) { return {pixels, taps_in, taps_out, taps_in * taps_out}; }
Work as_input(Work one) {
  one.takes_input = true;
  return one;
}
/// One whose weights are 3 x 3 and whose kernel is 4 x 4.
Work as_widened(Work one) {
  one.weights = one.weights * kFewTaps / kTaps;
  return one;
}

std::vector<Work> generator_layers(const NetworkPlan& plan, int64_t batch) {
  const auto levels = plan.channels(plan.options.base_channels.generator);
  int64_t pixels = plan.shape.base.width * plan.shape.base.height;
  std::vector<Work> layers = {as_input(work(batch, plan.options.latent, levels.front() * pixels))};
  pixels *= batch;
  if (plan.options.is_resnet()) {
    int64_t in = levels.front();
    for (const int64_t out : levels) {
      layers.push_back(as_widened(work(pixels, in, out * kTaps)));
      layers.push_back(work(4 * pixels, out * kFewTaps, out));
      layers.push_back(work(pixels, in, out));
      in = out, pixels *= 4;
    }
    layers.push_back(work(pixels, in * kFewTaps, plan.image_channels));
    return layers;
  }
  for (size_t i = 1; i <= levels.size(); ++i, pixels *= 4) {
    const Work one = work(pixels, levels[i - 1], (i < levels.size() ? levels[i] : plan.image_channels) * kTaps);
    layers.push_back(plan.options.arch == "upsample" ? as_widened(one) : one);
  }
  return layers;
}

std::vector<Work> discriminator_layers(const NetworkPlan& plan, int64_t batch) {
  const auto levels = plan.channels(plan.options.base_channels.discriminator);  // base first
  const bool is_resnet = plan.options.is_resnet();
  const int64_t base = plan.shape.base.width * plan.shape.base.height;
  int64_t in = plan.image_channels, pixels = batch * (base << 2 * (levels.size() - 1));
  std::vector<Work> layers;
  for (auto level = levels.rbegin(); level != levels.rend(); in = *level++, pixels /= 4) {
    const bool is_first = level == levels.rbegin();
    const auto own = [&](const Work& one) { return is_first ? as_input(one) : one; };
    if (is_resnet) {
      const int64_t hidden = is_first ? *level : in;
      layers.push_back(own(work(4 * pixels, in * kFewTaps, hidden)));
      layers.push_back(as_widened(work(pixels, hidden * kTaps, *level)));
      layers.push_back(own(work(pixels, in, *level)));
    } else {
      layers.push_back(own(work(pixels, in * kTaps, *level)));
    }
  }
  layers.push_back(work(batch, levels.front() * (is_resnet ? 1 : base), 1));
  return layers;
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

/// Elements that a resnet's norms, activations, sums and changes of size read and write in a step.
double resnet_elements(const NetworkPlan& plan, int64_t batch) {
  constexpr int64_t kNorm = kNormForward + kNormBackward, kActivation = kPlain + kPlainBackward;
  constexpr int64_t kSum = 3 + 2, kResize = 2 + 2;  // of two maps; to twice the sides or from them
  const auto g = plan.channels(plan.options.base_channels.generator);
  const auto d = plan.channels(plan.options.base_channels.discriminator);
  double elements = 0;
  int64_t pixels = batch * plan.shape.base.width * plan.shape.base.height;
  for (size_t i = 0; i < g.size(); ++i, pixels *= 4) {
    const int64_t in_g = g[i == 0 ? 0 : i - 1], in_d = i + 1 < d.size() ? d[i + 1] : plan.image_channels;
    const int64_t of_g = pixels * in_g * kNorm + 4 * pixels * g[i] * (kNorm + kSum + kResize);
    const int64_t of_d = 4 * pixels * in_d * (2 * kActivation + kResize) + pixels * d[i] * kSum;
    elements += static_cast<double>(of_g + 3 * of_d);
  }
  return elements + static_cast<double>(pixels * g.back() * kNorm);
}

int64_t parameters_of(const std::vector<Work>& layers) {
  int64_t count = 0;
  for (const auto& l : layers) count += l.weights;
  return count;
}

}  // namespace

std::vector<Product> step_products(const NetworkPlan& plan, int64_t batch) {
  std::vector<Product> products;
  const auto g = generator_layers(plan, batch), d = discriminator_layers(plan, batch);
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
  const auto g_levels = plan.channels(plan.options.base_channels.generator);
  const auto d_levels = plan.channels(plan.options.base_channels.discriminator);
  double elements = plan.options.is_resnet() ? resnet_elements(plan, batch) : 0;
  int64_t pixels = batch * plan.shape.base.width * plan.shape.base.height;
  for (size_t i = 0; i < g_levels.size(); ++i, pixels *= 4) {
    if (plan.options.is_resnet()) continue;
    const bool is_plain = i + 1 == d_levels.size() || !plan.options.has_batch_norm_d();
    const int64_t d_passes = is_plain ? kPlain + kPlainBackward : kNormForward + kNormBackward;
    elements += static_cast<double>(pixels) *
                static_cast<double>(g_levels[i] * (kNormForward + kNormBackward) + 3 * d_levels[i] * d_passes);
  }
  elements += static_cast<double>(pixels * plan.image_channels * (kPlain + kPlainBackward));  // tanh
  const auto g = static_cast<double>(parameters_of(generator_layers(plan, batch)));
  const auto d = static_cast<double>(parameters_of(discriminator_layers(plan, batch)));
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
