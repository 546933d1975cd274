#include "plan/cadence.hpp"

#include <algorithm>
#include <cmath>

#include "plan/roofline.hpp"

namespace dcgan {
namespace {

constexpr double kShare = 0.05;

/// Features of an image take as long as so many operations of a training step in fp32. Measured on two cores (AMD EPYC,
/// Zen 5).
double feature_operations(const std::string& features, Size size) {
  constexpr double kTrained = 1.5e9, kRandom = 3.5e7, kRandomSide = 32;
  if (!features.starts_with("random")) return kTrained;  // of a file nothing is known
  return kRandom * (std::max(size.width, size.height) > kRandomSide ? 4 : 1);
}

}  // namespace

EvaluationCost evaluation_cost(const NetworkPlan& network, const std::string& features, Precision precision,
                               bool on_cpu) {
  constexpr double kDrawing = 0.25;     // of a training image
  constexpr double kGainOfBf16 = 1.55;  // of a training step, on the processor above
  constexpr int64_t kBatch = 16;
  if (!on_cpu) return {1 + kDrawing, 1};
  double operations = 0;
  for (const auto& product : step_products(network, kBatch))
    operations += product.operations() * static_cast<double>(product.times) / kBatch;
  const double gain = precision == Precision::kBf16 ? kGainOfBf16 : 1;
  const double real = gain * feature_operations(features, network.shape.size()) / operations;
  return {gain * kDrawing + real, real};
}

int64_t usual_eval_every(const EvaluationCost& cost, int64_t samples, bool on_cpu) {
  constexpr int64_t kRounded = 5'000, kOnGpu = 500'000;
  if (!on_cpu) return kOnGpu;
  const double images = static_cast<double>(samples) * cost.drawn / kShare;
  return kRounded * std::max<int64_t>(1, static_cast<int64_t>(std::ceil(images / kRounded)));
}

double cost_at_end(const EvaluationCost& cost, int64_t samples) {
  constexpr double kReal = 3;
  return static_cast<double>(samples) * (cost.drawn + kReal * cost.real);
}

int64_t samples_that_fit(const EvaluationCost& cost, int64_t images, int64_t most) {
  constexpr int64_t kFewest = 64, kTooMuch = 4;  // times the share
  const auto fitting = static_cast<int64_t>(kShare * static_cast<double>(images) / cost_at_end(cost, 1));
  return fitting < kFewest / kTooMuch ? 0 : std::clamp(fitting, kFewest, std::max(kFewest, most));
}

}  // namespace dcgan
