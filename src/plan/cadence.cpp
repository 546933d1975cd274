#include "plan/cadence.hpp"

#include <algorithm>
#include <cmath>

#include "eval/figures.hpp"
#include "plan/roofline.hpp"

namespace dcgan {
namespace {

constexpr double kSides = 2.5;              // of real pictures: compared with, failures, and those trained on
constexpr double kShare = 0.05;             // of a run's time
constexpr double kShareOfRepeated = 0.035;  // the rest is for what comes once, the real side: in half an hour that fits

/// Features of an image take as long as so many operations of a training step in fp32. Measured on two cores (AMD EPYC,
/// Zen 5).
double feature_operations(const std::string& features, Size size) {
  constexpr double kTrained = 1.2e9, kRandom = 3.5e7, kRandomSide = 32;
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
  const double images = static_cast<double>(samples) * cost.drawn / kShareOfRepeated;
  return kRounded * std::max<int64_t>(1, static_cast<int64_t>(std::ceil(images / kRounded)));
}

int64_t real_at_end(int64_t samples) { return std::max(samples, 2 * kEnoughForShares); }

double cost_at_end(const EvaluationCost& cost, int64_t samples) {
  if (samples == 0) return 0;
  return static_cast<double>(samples) * cost.drawn + static_cast<double>(real_at_end(samples)) * kSides * cost.real;
}

int64_t samples_that_fit(const EvaluationCost& cost, int64_t images, int64_t most) {
  constexpr double kTooMuch = 0.5;
  const double budget = kShare * static_cast<double>(images);
  const int64_t fewest = std::min(kEnoughForShares, most);
  if (cost_at_end(cost, fewest) > kTooMuch * static_cast<double>(images)) return 0;
  const auto left = budget - kSides * cost.real * static_cast<double>(real_at_end(0));  // with the fewest real pictures
  auto fitting = static_cast<int64_t>(left / cost.drawn);
  if (fitting > real_at_end(0)) fitting = static_cast<int64_t>(budget / (cost.drawn + kSides * cost.real));
  return std::clamp(fitting, fewest, most);
}

}  // namespace dcgan
