#include "plan/cadence.hpp"

#include <algorithm>
#include <cmath>

#include "plan/roofline.hpp"

namespace dcgan {

int64_t usual_eval_every(const NetworkPlan& network, int64_t samples, bool on_cpu) {
  constexpr double kShare = 0.05;
  // Measured on two cores (AMD EPYC, Zen 5; 32 px, base 32 and 64 px, base 64): a generated image costs a quarter of a
  // training image to draw, in fp32, and features of a side of 32 or 64 pixels as much as so many operations of a step.
  constexpr double kDrawing = 0.25, kFeatures = 3.5e7, kFeatureSide = 32;
  constexpr int64_t kBatch = 16, kRounded = 5'000, kOnGpu = 500'000;
  if (!on_cpu) return kOnGpu;  // features are computed on the CPU, whatever the step computes on
  double operations = 0;
  for (const auto& product : step_products(network, kBatch))
    operations += product.operations() * static_cast<double>(product.times) / kBatch;
  const Size size = network.shape.size();
  const double side = std::max(size.width, size.height) > kFeatureSide ? 2 : 1;
  const double images = static_cast<double>(samples) * (kDrawing + kFeatures * side * side / operations) / kShare;
  return kRounded * std::max<int64_t>(1, static_cast<int64_t>(std::ceil(images / kRounded)));
}

}  // namespace dcgan
