#include "nn/network.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/stages.hpp"

namespace dcgan {
namespace {

constexpr int64_t kLeastBase = 3, kMostBase = 7, kMostDoublings = 10;

bool fits_base(int64_t side, int64_t doublings) {
  const int64_t base = side >> doublings;
  return base << doublings == side && base >= kLeastBase && base <= kMostBase;
}

/// The largest number of doublings that serves both sides, 0 when there is none.
int64_t common_doublings(Size size) {
  for (int64_t n = kMostDoublings; n >= 1; --n)
    if (fits_base(size.width, n) && fits_base(size.height, n)) return n;
  return 0;
}

/// The nearest size below (step -1) or above (step +1) in which the sides keep about the same shape.
std::string nearest(Size size, int step) {
  Size best;
  int64_t least = INT64_MAX;
  for (int64_t n = 1; n <= kMostDoublings; ++n)
    for (int64_t w = kLeastBase; w <= kMostBase; ++w)
      for (int64_t h = kLeastBase; h <= kMostBase; ++h) {
        const Size candidate{w << n, h << n};
        const int64_t dw = candidate.width - size.width, dh = candidate.height - size.height;
        if ((step < 0 && (dw > 0 || dh > 0)) || (step > 0 && (dw < 0 || dh < 0))) continue;
        if (size.width == size.height && w != h) continue;
        if (const int64_t distance = std::abs(dw) + std::abs(dh); distance < least) best = candidate, least = distance;
      }
  return least == INT64_MAX ? "" : to_text(best);
}

}  // namespace

ShapePlan shape_plan(Size size) {
  const int64_t n = common_doublings(size);
  if (n > 0) return {{size.width >> n, size.height >> n}, n};
  const std::string below = nearest(size, -1), above = nearest(size, +1);
  throw UsageError(
      "--size " + to_text(size) + " cannot be built: both sides must be 3 to 7 times the same power of two",
      "the nearest sizes are " + below + (below.empty() || above.empty() ? "" : " and ") + above);
}

bool NetworkOptions::has_batch_norm_d() const {
  const bool can = architecture_named(arch).can_norm_d;
  if (!can && norm_d == "batch")
    throw UsageError("--norm-d batch does not go with --arch " + arch + ", whose discriminator is built without it",
                     "leave --norm-d out, or take another --arch");
  return norm_d == "auto" ? can : norm_d == "batch";
}

void NetworkOptions::resolve_widths(Size size, bool on_cpu) {
  constexpr int64_t kLow = 48 * 48, kHigh = 96 * 96;
  const int64_t pixels = size.width * size.height;
  const int64_t usual = !on_cpu ? 64 : pixels < kLow ? 32 : pixels < kHigh ? 20 : 16;
  for (auto* width : {&base_channels.generator, &base_channels.discriminator}) *width = width->value_or(usual);
}

std::vector<int64_t> NetworkPlan::channels(std::optional<int64_t> base_channels) const {
  std::vector<int64_t> levels;
  for (int64_t level = shape.doublings - 1; level >= 0; --level)
    levels.push_back(std::min(base_channels.value() << std::min<int64_t>(level, 20), options.max_channels));
  return levels;
}

NetworkDescription NetworkPlan::generator() const { return architecture_named(options.arch).generator(*this); }

NetworkDescription NetworkPlan::discriminator() const {
  options.has_batch_norm_d();
  return architecture_named(options.arch).discriminator(*this);
}

std::vector<NetworkDescription> NetworkPlan::generator_stages() const {
  std::vector<NetworkDescription> all = {generator()};
  for (int64_t n = 1; n <= all.front().halvings(); ++n) all.push_back(generator_at(all.front(), n));
  return all;
}

std::vector<NetworkDescription> NetworkPlan::discriminator_stages() const {
  std::vector<NetworkDescription> all = {discriminator()};
  for (int64_t n = 1; n <= all.front().halvings(); ++n) all.push_back(discriminator_at(all.front(), n));
  return all;
}

void check_weights(const NetworkPlan& plan, bool is_generator, int64_t there, const std::string& origin) {
  // Half of them: a single tensor of another shape is named by who reads it.
  const int64_t least = (is_generator ? plan.generator() : plan.discriminator()).weight_count() / 2;
  if (least > there)
    throw Error(origin + " holds " + with_commas(there) + " numbers, and the " +
                    (is_generator ? "generator" : "discriminator") + " that it claims to hold has at least " +
                    with_commas(least),
                "was it cut off, or made by hand?");
}

}  // namespace dcgan
